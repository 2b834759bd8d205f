"""Practice settings of the child's record: who keeps reach how long, emergency access, placements (A2, C2)."""

import re
from datetime import time

from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Lines, Number, TimeOfDay

EMERGENCY_ACCESS_HOURS = Policy(
    key="children.emergency_access_hours",
    subject=Subject.CHILD,
    title="How long emergency access lasts",
    explanation="A record opened in an emergency closes again after so long. One that is open keeps its time.",
    kind=Number("hour", 1, 24),
    default=4,
    source=DECISION,
)
EDT_SHIFT_ENDS = Policy(
    key="children.edt_shift_ends",
    subject=Subject.CHILD,
    title="End of the Emergency Duty Team's shift",
    explanation="Emergency access of the Emergency Duty Team lasts to the end of its shift.",
    kind=TimeOfDay(time(5), time(12)),
    default=time(8, 30),
    source=DECISION,
)
ASSIGNMENT_DAYS = Policy(
    key="children.assignment_days",
    subject=Subject.CHILD,
    title="How long a record may be assigned",
    explanation="A record assigned for an audit, a request or an incident closes again after at most so long.",
    kind=Number("day", 1, 365),
    default=90,
    source=DECISION,
)
FORUM_REACH_DAYS = Policy(
    key="children.forum_reach_days",
    subject=Subject.CHILD,
    title="How long a forum reads on when its work is done",
    explanation="The people of CEVT and CEG keep reach to the record so long after the child has left their list.",
    kind=Number("day", 0, 180),
    default=28,
    source=DECISION,
)
RESTRICTION_REVIEW_DAYS = Policy(
    key="children.restriction_review_days",
    subject=Subject.CHILD,
    title="Review of a restricted record",
    explanation="Within so many days its owner says why only named people may go on reading the record.",
    kind=Number("day", 7, 365),
    default=90,
    source=DECISION,
)
FOLLOWED_TO_AGE = Policy(
    key="children.followed_to_age",
    subject=Subject.CHILD,
    title="Age to which young people at risk are followed",
    explanation=(
        "At 18 reach ends for those who are not involved, unless the agreed level is Moderate or more or a transition"
        " plan is open. Then it ends the day before this birthday."
    ),
    kind=Number("year", 18, 26),
    default=22,
    source="County Durham Child Sexual Exploitation Strategy 2016–2019, Transitional arrangements to adult services",
)


def _code_fault(line: str) -> str:
    return (
        "" if re.fullmatch(r"[a-z0-9-]{2,40}", line) else "write the code of a team, such as education-desk."
    )


PLACEMENT_DESKS = Policy(
    key="children.placement_desks",
    subject=Subject.PLACED,
    title="Desks told when a placed child moves in or out",
    explanation="The codes of the teams, one a line. In each area those of its own agencies are told.",
    kind=Lines(_code_fault, "Nobody"),
    default=("education-desk", "health-desk"),
    source="Harm Outside the Home Multi-Agency Procedures, Children in care living in another area",
)
PLACED_TELL_DAYS = Policy(
    key="children.placed_tell_days",
    subject=Subject.PLACED,
    title="To tell the responsible authority of a concern",
    explanation="First Contact tells the authority that placed the child, from when the concern was recorded.",
    kind=Number("working day", 0, 20),
    default=1,
    source=DECISION,
    by_authority=True,
)
PLACED_ANSWER_DAYS = Policy(
    key="children.placed_answer_days",
    subject=Subject.PLACED,
    title="For the responsible authority to answer",
    explanation="From when it was told. After that its inaction can be escalated.",
    kind=Number("working day", 0, 20),
    default=2,
    source=DECISION,
    by_authority=True,
)
PLACED_ESCALATION_DAYS = Policy(
    key="children.placed_escalation_days",
    subject=Subject.PLACED,
    title="For the safeguarding lead to take inaction up",
    explanation="From when a placing authority's inaction was escalated.",
    kind=Number("working day", 0, 20),
    default=1,
    source=DECISION,
    by_authority=True,
)

POLICIES = (
    EMERGENCY_ACCESS_HOURS,
    EDT_SHIFT_ENDS,
    ASSIGNMENT_DAYS,
    FORUM_REACH_DAYS,
    RESTRICTION_REVIEW_DAYS,
    FOLLOWED_TO_AGE,
    PLACEMENT_DESKS,
    PLACED_TELL_DAYS,
    PLACED_ANSWER_DAYS,
    PLACED_ESCALATION_DAYS,
)
