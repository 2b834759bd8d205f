"""Practice settings of clocks and of what is told ahead of time (K1, A2)."""

from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Number

LEAVING_WARNING_DAYS = Policy(
    key="clocks.leaving_warning_days",
    subject=Subject.PEOPLE,
    title="Warning before a temporary role ends",
    explanation=(
        "So many working days before the last day of agency staff and students, the team's manager is told to hand"
        " the work on or ask for it to be renewed."
    ),
    kind=Number("working day", 1, 60),
    default=10,
    source=DECISION,
)

POLICIES = (LEAVING_WARNING_DAYS,)
