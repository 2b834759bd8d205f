"""Settings of the working day, which every deadline stands on (K1, T2)."""

from datetime import date, time

from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Days, TimeOfDay

OFFICE_OPENS = Policy(
    key="office.opens",
    subject=Subject.WORKING_DAY,
    title="Offices open",
    explanation="Before this time the Emergency Duty Team has the phone.",
    kind=TimeOfDay(time(6), time(11)),
    default=time(8, 30),
    source=DECISION,
)
CLOSE_OF_BUSINESS = Policy(
    key="office.closes",
    subject=Subject.WORKING_DAY,
    title="Close of business",
    explanation=(
        "What has a number of working days is due at this time of the last of them. What is received later counts"
        " as received the next working day."
    ),
    kind=TimeOfDay(time(12), time(20)),
    default=time(17),
    source=DECISION,
)


def _closure_fault(days: frozenset[date], before: frozenset[date], first: date) -> str:
    """A day counts by the list that holds on it: one added for the time before would be passed over unseen."""
    late = sorted(day for day in days - before if day < first)
    if not late:
        return ""
    return f"{late[0].day} {late[0]:%B %Y} is before this change begins, so it would not count. Take it out."


CLOSURES = Policy(
    key="office.closures",
    subject=Subject.WORKING_DAY,
    title="Days the offices are shut",
    explanation=(
        "Besides weekends and the bank holidays of England. A day counts as shut when it is in the list that holds"
        " on that day, so leave past days in."
    ),
    kind=Days("None but weekends and bank holidays"),
    default=frozenset(),
    source=DECISION,
    check=_closure_fault,
)

POLICIES = (OFFICE_OPENS, CLOSE_OF_BUSINESS, CLOSURES)
