"""Practice settings of actions that the system raises (C1, C2)."""

from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Number

PLACEMENT_CONCERN_DAYS = Policy(
    key="actions.placement_concern_days",
    subject=Subject.PLACED,
    title="To act on a concern about a placed child",
    explanation="First Contact of the area acts within so long of the concern, no matter who is responsible.",
    kind=Number("working day", 0, 20),
    default=1,
    source=DECISION,
    by_authority=True,
)

ADULT_DECIDED_DAYS = Policy(
    key="actions.adult_decided_days",
    subject=Subject.CHILD,
    title="To agree with adult services what goes on",
    explanation="From when an age that was not known or disputed was recorded as decided 18 or over.",
    kind=Number("working day", 0, 20),
    default=2,
    source=DECISION,
    by_authority=True,
)

POLICIES = (PLACEMENT_CONCERN_DAYS, ADULT_DECIDED_DAYS)
