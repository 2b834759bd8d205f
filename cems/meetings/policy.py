"""Practice settings of meetings: a quorum, and who must be there (T3)."""

from cems.accounts.models import AgencyKind
from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Choices, Number

CEVT_QUORUM = Policy(
    key="meetings.cevt_quorum",
    subject=Subject.CEVT,
    title="Quorum of CEVT",
    explanation="With fewer agencies at the table a decision is provisional. A meeting keeps the one it began with.",
    kind=Number("agency", 1, len(AgencyKind.values)),
    default=3,
    source=DECISION,
    by_authority=True,
)
CEVT_MUST_ATTEND = Policy(
    key="meetings.cevt_must_attend",
    subject=Subject.CEVT,
    title="Agencies that must attend CEVT",
    explanation="Without one of these a decision is provisional. A meeting keeps the list it began with.",
    kind=Choices(dict(AgencyKind.choices), "None in particular"),
    default=(AgencyKind.POLICE.value, AgencyKind.CHILDRENS_SERVICES.value),
    source=DECISION,
    by_authority=True,
)

POLICIES = (CEVT_QUORUM, CEVT_MUST_ATTEND)
