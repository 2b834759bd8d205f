"""Practice settings of the CE Matrix and of what follows from it (M1, M4, M5, M6, T2)."""

from collections.abc import Mapping

from cems.children.choices import RiskLevel
from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Number

_PATH = "Harm Outside the Home Multi-Agency Procedures, Child Exploitation Matrix: "
_REVIEW = "ERASE Annual Report 2023–24, paragraph 28"

CEVT_DAYS_SIGNIFICANT = Policy(
    key="matrix.cevt_days_significant",
    subject=Subject.CEVT,
    title="For CEVT to agree a level submitted as Significant",
    explanation="From receipt of the matrix, which is day 0. Waiting for First Contact never pauses it.",
    kind=Number("working day", 0, 10),
    default=2,
    source=f"{_PATH}Significant Risk",
    by_authority=True,
)
CEVT_DAYS_MODERATE = Policy(
    key="matrix.cevt_days_moderate",
    subject=Subject.CEVT,
    title="For CEVT to agree a level submitted as Moderate",
    explanation="From receipt of the matrix, which is day 0. Waiting for First Contact never pauses it.",
    kind=Number("working day", 0, 10),
    default=3,
    source=f"{_PATH}Moderate Risk",
    by_authority=True,
)
CEVT_DAYS: Mapping[RiskLevel, Policy[int]] = {
    RiskLevel.MODERATE: CEVT_DAYS_MODERATE,
    RiskLevel.SIGNIFICANT: CEVT_DAYS_SIGNIFICANT,
}
"""How long CEVT has from receipt (T2). A level not named starts no CEVT clock (M5)."""

REVIEW_MONTHS_SIGNIFICANT = Policy(
    key="matrix.review_months_significant",
    subject=Subject.MATRIX,
    title="Review of a matrix at Significant",
    explanation="So many calendar months after the last submission the matrix is looked at again.",
    kind=Number("month", 1, 12),
    default=1,
    source=_REVIEW,
    by_authority=True,
)
REVIEW_MONTHS_MODERATE = Policy(
    key="matrix.review_months_moderate",
    subject=Subject.MATRIX,
    title="Review of a matrix at Moderate",
    explanation="So many calendar months after the last submission the matrix is looked at again.",
    kind=Number("month", 1, 12),
    default=1,
    source=_REVIEW,
    by_authority=True,
)
REVIEW_MONTHS: Mapping[RiskLevel, Policy[int]] = {
    RiskLevel.MODERATE: REVIEW_MONTHS_MODERATE,
    RiskLevel.SIGNIFICANT: REVIEW_MONTHS_SIGNIFICANT,
}
"""Calendar months from a submission to its review (M6). A level not named has none."""

PHONE_CALL_HOURS = Policy(
    key="matrix.phone_call_hours",
    subject=Subject.MATRIX,
    title="To phone where Significant was sent without a call",
    explanation="Elapsed hours from receipt in which the submitter phones, or records tries and their times.",
    kind=Number("hour", 1, 24),
    default=1,
    source=DECISION,
    by_authority=True,
)
FOLLOW_AT_ONCE_DAYS = Policy(
    key="matrix.follow_at_once_days",
    subject=Subject.MATRIX,
    title="For what follows from a matrix at once",
    explanation="The procedures ask for these steps immediately and name no time; a promise without one is forgotten.",
    kind=Number("working day", 0, 10),
    default=1,
    source=DECISION,
    by_authority=True,
)
FOLLOW_DAYS = Policy(
    key="matrix.follow_days",
    subject=Subject.MATRIX,
    title="For what else follows from a matrix",
    explanation="The safety plan, sharing with the police and the other steps for which the procedures name no time.",
    kind=Number("working day", 0, 30),
    default=5,
    source=DECISION,
    by_authority=True,
)
MATRIX_DUE_DAYS = Policy(
    key="matrix.due_days",
    subject=Subject.MATRIX,
    title="For a matrix that an occasion requires",
    explanation="From when custody, A&E or another occasion was recorded that requires a matrix or its update.",
    kind=Number("working day", 0, 30),
    default=5,
    source=DECISION,
    by_authority=True,
)
OLD_QUESTIONS_DAYS = Policy(
    key="matrix.old_questions_days",
    subject=Subject.MATRIX,
    title="To finish a draft on earlier questions",
    explanation="So long after newer questions are published, a draft may still be sent on the ones before.",
    kind=Number("day", 0, 180),
    default=28,
    source=DECISION,
)

POLICIES = (
    REVIEW_MONTHS_SIGNIFICANT,
    REVIEW_MONTHS_MODERATE,
    MATRIX_DUE_DAYS,
    PHONE_CALL_HOURS,
    FOLLOW_AT_ONCE_DAYS,
    FOLLOW_DAYS,
    OLD_QUESTIONS_DAYS,
    CEVT_DAYS_SIGNIFICANT,
    CEVT_DAYS_MODERATE,
)
