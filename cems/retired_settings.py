"""Environment variables that CEMS no longer reads, because the partnership decides what they said.

One that is still set would be passed over in silence, and somebody would believe that it holds: it is told at start.
"""

from collections.abc import Mapping, Sequence

# Variable → title of the practice setting that stands in its place.
RETIRED: Mapping[str, str] = {
    "CEMS_CLOSE_OF_BUSINESS": "Close of business",
    "CEMS_OFFICE_OPENS": "Offices open",
    "CEMS_CLOSURES": "Days the offices are shut",
    "CEMS_FOLLOW_AT_ONCE_DAYS": "For what follows from a matrix at once",
    "CEMS_FOLLOW_DAYS": "For what else follows from a matrix",
    "CEMS_CEVT_QUORUM": "Quorum of CEVT",
    "CEMS_CEVT_MUST_ATTEND": "Agencies that must attend CEVT",
    "CEMS_CEVT_AGENDA_CLOSES": "Close of CEVT's agenda",
    "CEMS_ALLOCATE_SIGNIFICANT_DAYS": "For a worker to be given at Significant",
    "CEMS_ALLOCATE_MODERATE_DAYS": "For a worker to be given at Moderate",
    "CEMS_GATHERING_DAYS": "For an agency to answer what First Contact asks",
    "CEMS_TEAM_AGES": "Teams that take children of certain ages",
    "CEMS_WORKER_CAPACITY": "Children a full-time worker has room for",
    "CEMS_MATRIX_OLD_DAYS": "To finish a draft on earlier questions",
    "CEMS_LOOK_AGAIN_DAYS": "To look again at a child at Significant without a worker",
    "CEMS_REASSIGN_MOST": "Children moved from a worker at once",
    "CEMS_HANDOVER_FROM": "Handover before days off is asked for from",
    "CEMS_SOCIAL_WORK_TEAMS": "Teams whose social workers ERASE works beside",
    "CEMS_MATRIX_DUE_DAYS": "For a matrix that an occasion requires",
    "CEMS_PLACED_TELL_DAYS": "To tell the responsible authority of a concern",
    "CEMS_PLACED_ANSWER_DAYS": "For the responsible authority to answer",
    "CEMS_PLACED_ESCALATION_DAYS": "For the safeguarding lead to take inaction up",
    "CEMS_GLASS_HOURS": "How long emergency access lasts",
    "CEMS_DEPUTY_DAYS": "How long a deputy may cover",
    "CEMS_LEAVING_WARNING_DAYS": "Warning before a temporary role ends",
    "CEMS_EDT_SHIFT_ENDS": "End of the Emergency Duty Team's shift",
}


def still_set(values: Mapping[str, str]) -> Sequence[str]:
    """A sentence for each retired variable that is set, whatever to."""
    return [
        f"{name} is no longer read: it is the practice setting “{title}”. Take {name} out of the environment, start,"
        " and change it on the page Practice settings, as an administrator."
        for name, title in RETIRED.items()
        if values.get(name, "").strip()
    ]
