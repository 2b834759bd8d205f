"""Practice settings of First Contact's questions, CEVT's agenda and the allocation of workers (T1 to T7)."""

import re
from datetime import time

from cems.policy.declared import DECISION, Policy, Subject
from cems.policy.kinds import Lines, Number, TimeOfDay
from triage.first_contact.rules.ages import ages_fault

GATHERING_DAYS = Policy(
    key="triage.gathering_days",
    subject=Subject.FIRST_CONTACT,
    title="For an agency to answer what First Contact asks",
    explanation="From when the agency was asked what it knows of a child.",
    kind=Number("working day", 0, 10),
    default=1,
    source=DECISION,
    by_authority=True,
)
TEAM_AGES = Policy(
    key="triage.team_ages",
    subject=Subject.FIRST_CONTACT,
    title="Teams that take children of certain ages",
    explanation=(
        "The code of the team and the ages, both ends included, one team a line, such as aset:14-17. First Contact is"
        " warned outside them, never stopped."
    ),
    kind=Lines(ages_fault, "Every team takes every age"),
    default=("aset:14-17",),
    source="Harm Outside the Home Multi-Agency Procedures, The Adolescent Safeguarding and Exploitation Team",
)
CEVT_AGENDA_CLOSES = Policy(
    key="triage.agenda_closes",
    subject=Subject.CEVT,
    title="Close of CEVT's agenda",
    explanation="At this time the list of the next working day's meeting goes to the agencies for research.",
    kind=TimeOfDay(time(9), time(20)),
    default=time(16),
    source=DECISION,
)
CONFIRMATION_DAYS = Policy(
    key="triage.confirmation_days",
    subject=Subject.CEVT,
    title="To confirm a provisional decision",
    explanation="One made outside a meeting, without a quorum or without an agency that must attend.",
    kind=Number("working day", 0, 10),
    default=1,
    source=DECISION,
    by_authority=True,
)
LOW_MATRIX_DAYS = Policy(
    key="triage.low_matrix_days",
    subject=Subject.CEVT,
    title="For CEVT to look at a matrix at Low or None",
    explanation="So many days from when the matrix came. It has no clock; when they are over CEVT's chairs are told.",
    kind=Number("day", 7, 180),
    default=28,
    source="Harm Outside the Home Multi-Agency Procedures, Child Exploitation Vulnerability Triage, Step Two",
)
REREFERRAL_MONTHS = Policy(
    key="triage.rereferral_months",
    subject=Subject.CEVT,
    title="What counts as a re-referral",
    explanation="A new referral within so many months of an earlier decision that had ended.",
    kind=Number("month", 1, 36),
    default=12,
    source=DECISION,
)
ALLOCATE_SIGNIFICANT_DAYS = Policy(
    key="triage.allocate_significant_days",
    subject=Subject.ALLOCATION,
    title="For a worker to be given at Significant",
    explanation="How long a child at Significant waits for a worker at the most, from when the level was agreed.",
    kind=Number("working day", 0, 30),
    default=2,
    source=DECISION,
    by_authority=True,
)
ALLOCATE_MODERATE_DAYS = Policy(
    key="triage.allocate_moderate_days",
    subject=Subject.ALLOCATION,
    title="For a worker to be given at Moderate",
    explanation="How long a child at Moderate waits for a worker at the most, where one was agreed.",
    kind=Number("working day", 0, 30),
    default=5,
    source=DECISION,
    by_authority=True,
)
LOOK_AGAIN_DAYS = Policy(
    key="triage.look_again_days",
    subject=Subject.ALLOCATION,
    title="To look again at a child at Significant without a worker",
    explanation="From the decision that no worker is given for now.",
    kind=Number("working day", 0, 30),
    default=5,
    source=DECISION,
    by_authority=True,
)
WORKER_CAPACITY = Policy(
    key="triage.worker_capacity",
    subject=Subject.ALLOCATION,
    title="Children a full-time worker has room for",
    explanation="Where nothing else is set for the worker. Those who work fewer hours have room for their share.",
    kind=Number("child", 1, 30),
    default=7,
    source="ERASE Annual Report 2023–24, paragraph 93",
)
SOON_AWAY_DAYS = Policy(
    key="triage.soon_away_days",
    subject=Subject.ALLOCATION,
    title="Leave told before a child is given",
    explanation="Leave of the worker that begins within so many days asks for a reason.",
    kind=Number("day", 0, 60),
    default=7,
    source=DECISION,
)
SOON_LEAVES_DAYS = Policy(
    key="triage.soon_leaves_days",
    subject=Subject.ALLOCATION,
    title="Last day told before a child is given",
    explanation="A last day of the worker within so many days asks for a reason.",
    kind=Number("day", 0, 180),
    default=28,
    source=DECISION,
)
REASSIGN_MOST = Policy(
    key="triage.reassign_most",
    subject=Subject.ALLOCATION,
    title="Children moved from a worker at once",
    explanation="At the most. The rest are moved on the next page.",
    kind=Number("child", 1, 100),
    default=30,
    source=DECISION,
)
HANDOVER_FROM = Policy(
    key="triage.handover_from",
    subject=Subject.ALLOCATION,
    title="Handover before days off is asked for from",
    explanation="Before a weekend or holiday the board asks from this time who holds each child that still waits.",
    kind=TimeOfDay(time(9), time(18)),
    default=time(15),
    source=DECISION,
)


def _beginning_fault(line: str) -> str:
    return (
        ""
        if re.fullmatch(r"[a-z0-9-]{2,40}", line)
        else "write how codes of teams begin, such as families-first."
    )


SOCIAL_WORK_TEAMS = Policy(
    key="triage.social_work_teams",
    subject=Subject.ALLOCATION,
    title="Teams whose social workers ERASE works beside",
    explanation="How the codes of these teams begin, one a line.",
    kind=Lines(_beginning_fault, "None"),
    default=("aset", "families-first", "children-in-care", "darlington-assessment"),
    source="ERASE Annual Report 2023–24, paragraph 8b",
)

POLICIES = (
    GATHERING_DAYS,
    TEAM_AGES,
    CEVT_AGENDA_CLOSES,
    CONFIRMATION_DAYS,
    LOW_MATRIX_DAYS,
    REREFERRAL_MONTHS,
    ALLOCATE_SIGNIFICANT_DAYS,
    ALLOCATE_MODERATE_DAYS,
    LOOK_AGAIN_DAYS,
    WORKER_CAPACITY,
    SOON_AWAY_DAYS,
    SOON_LEAVES_DAYS,
    REASSIGN_MOST,
    HANDOVER_FROM,
    SOCIAL_WORK_TEAMS,
)
