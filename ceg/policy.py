"""Practice settings of the locality boards (G1, G2)."""

from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Number

REVIEW_MONTHS = Policy(
    key="ceg.review_months",
    subject=Subject.CEG,
    title="First review by the board",
    explanation="So many calendar months after the child came on the board, which meets monthly.",
    kind=Number("month", 1, 6),
    default=1,
    source="Harm Outside the Home Multi-Agency Procedures, Step Three",
    by_authority=True,
)
REVIEW_MOST_MONTHS = Policy(
    key="ceg.review_most_months",
    subject=Subject.CEG,
    title="Longest time to the next review by the board",
    explanation="A board may set no later day for the next review of a child who stays.",
    kind=Number("month", 1, 12),
    default=2,
    source=DECISION,
    by_authority=True,
)
WORKER_ENDS_DAYS = Policy(
    key="ceg.worker_ends_days",
    subject=Subject.CEG,
    title="To end a worker's allocation after a step-down",
    explanation="ERASE ends the allocation of a child whom CEG or CEVT stepped down, or says why it goes on.",
    kind=Number("working day", 1, 30),
    default=5,
    source=DECISION,
    by_authority=True,
)

POLICIES = (REVIEW_MONTHS, REVIEW_MOST_MONTHS, WORKER_ENDS_DAYS)
