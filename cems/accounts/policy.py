"""Practice settings of people and cover (A1, A2)."""

from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Number

DEPUTY_DAYS = Policy(
    key="accounts.deputy_days",
    subject=Subject.PEOPLE,
    title="How long a deputy may cover",
    explanation="From the first day to the last, at the most. A longer absence is named again.",
    kind=Number("day", 1, 366),
    default=42,
    source=DECISION,
)
CONFIRM_PEOPLE_MONTHS = Policy(
    key="accounts.confirm_people_months",
    subject=Subject.PEOPLE,
    title="How often an agency confirms its people",
    explanation="Each agency looks through who has left and who has another job now.",
    kind=Number("month", 1, 12),
    default=3,
    source=DECISION,
)

POLICIES = (DEPUTY_DAYS, CONFIRM_PEOPLE_MONTHS)
