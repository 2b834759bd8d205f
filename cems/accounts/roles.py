"""Every role, what it reaches, sees and may, as one data structure (A1, A2, access rules).

The pages, API, search, counts, exports and messages all read this; the role guard test is
generated from it. Change access here and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RoleKey(StrEnum):
    """What a role is called in the database, in the order of the access table.

    Others ask a role what it may do, never which one it is: a guard keeps these names to this file.
    """

    PRACTITIONER = "practitioner"
    CHAMPION = "champion"
    SCHOOL_LEAD = "school_lead"
    SCHOOL_DEPUTY = "school_deputy"
    REVIEWING_OFFICER = "reviewing_officer"
    TEAM_MANAGER = "team_manager"
    FIRST_CONTACT = "first_contact"
    EDT = "edt"
    CEVT_CHAIR = "cevt_chair"
    CEVT_MEMBER = "cevt_member"
    ERASE_MANAGER = "erase_manager"
    CE_WORKER = "ce_worker"
    MISSING_COORDINATOR = "missing_coordinator"
    ERASE_POLICE = "erase_police"
    POLICE_ANALYST = "police_analyst"
    CEG_CHAIR = "ceg_chair"
    CEG_MEMBER = "ceg_member"
    COMMUNITY_SAFETY = "community_safety"
    BUSINESS_SUPPORT = "business_support"
    HEAD_OF_SERVICE = "head_of_service"
    AUDITOR = "auditor"
    INFORMATION_GOVERNANCE = "information_governance"
    STRATEGIC_MEMBER = "strategic_member"
    ADMINISTRATOR = "administrator"
    STUDENT = "student"
    SERVICE_ACCOUNT = "service_account"


class Reach(StrEnum):
    """How a role comes to a child."""

    INVOLVED = "involved"  # a dated involvement of the person, the team or the establishment
    NAMED = "named"  # one of the supervisor's children, named for the student
    SUBMITTED = "submitted"  # the person's own submission about the child
    FORUM = "forum"  # on my forum: an open CEVT item, or my locality's CEG board
    MISSING = "missing"  # an open missing matter
    MATTER = "matter"  # any exploitation or missing matter, open or past
    OPEN_MATTER = "open_matter"  # an exploitation or missing matter that is open
    REFERRAL = "referral"  # an open referral at First Contact
    AUTHORITY = "authority"  # every child of the authorities served ("wide")
    EMERGENCY = "emergency"  # opened for a few hours, with a reason


class Part(StrEnum):
    """A part of a child's record that is shown or hidden as one."""

    IDENTITY = "identity"
    FAMILY = "family"
    STATUS = "status"
    LEVEL = "level"
    LEVEL_HISTORY = "level_history"
    INVOLVED = "involved"
    MATRIX = "matrix"
    OWN_SUBMISSIONS = "own_submissions"
    DECISIONS = "decisions"
    CONTRIBUTIONS = "contributions"
    NOTES = "notes"
    PLAN = "plan"
    CHRONOLOGY = "chronology"
    REFERRALS = "referrals"
    STRATEGY = "strategy"
    MISSING = "missing"
    INTERVIEWS = "interviews"
    INTERVIEW_EXTRACT = "interview_extract"
    LINKS = "links"
    INTELLIGENCE_GRADED = "intelligence_graded"
    INTELLIGENCE_RAW = "intelligence_raw"
    DIRECT_WORK = "direct_work"
    AGENCY_ACTIONS = "agency_actions"
    ACTIONS = "actions"
    MINUTES = "minutes"
    RECORD_USE = "record_use"


class Work(StrEnum):
    """A kind of work a role may do, on the children it reaches."""

    RECORD = "record"
    MATRIX = "matrix"
    NOTES = "notes"
    FAMILY = "family"
    PLAN = "plan"
    INFORMATION_FORM = "information_form"
    ADVICE = "advice"
    ESCALATION = "escalation"
    TEAM = "team"
    REFERRALS = "referrals"
    STATUS = "status"
    DUPLICATES = "duplicates"
    INVOLVEMENT = "involvement"
    DEATH = "death"
    DECISIONS = "decisions"
    CONTRIBUTION = "contribution"
    OWN_ACTIONS = "own_actions"
    ALLOCATION = "allocation"
    OVERSIGHT = "oversight"  # looks at how a service copes: its boards and lists, and changes nothing there
    CEG_ENTRY = "ceg_entry"
    BOARD = "board"  # reads who is on the CEG board of a locality, and changes nothing there
    ADVICE_LIBRARY = "advice_library"
    REVIEWS = "reviews"
    DIRECT_WORK = "direct_work"
    EPISODES = "episodes"
    INTERVIEWS = "interviews"
    INTELLIGENCE = "intelligence"
    GRADING = "grading"
    REGISTERS = "registers"
    PLACES = "places"
    MEETINGS = "meetings"
    AUDIT_FINDINGS = "audit_findings"
    DISCLOSURE = "disclosure"
    AGENDA_ITEMS = "agenda_items"
    FIGURES = "figures"
    ADMINISTRATION = "administration"


ALL = frozenset(Part)
RAW = frozenset({Part.INTELLIGENCE_RAW})
RECORD_USE = frozenset({Part.RECORD_USE})
# What any practitioner who works with the child sees: the record without the forum's inner papers.
PRACTICE = frozenset(
    {
        Part.IDENTITY,
        Part.FAMILY,
        Part.STATUS,
        Part.LEVEL,
        Part.LEVEL_HISTORY,
        Part.INVOLVED,
        Part.MATRIX,
        Part.OWN_SUBMISSIONS,
        Part.DECISIONS,
        Part.NOTES,
        Part.PLAN,
        Part.CHRONOLOGY,
        Part.REFERRALS,
        Part.STRATEGY,
        Part.MISSING,
        Part.INTERVIEWS,
        Part.ACTIONS,
    }
)
EVERYTHING_BUT_RAW = ALL - RAW - RECORD_USE
OWN = frozenset({Part.OWN_SUBMISSIONS})
SCHOOL = frozenset({Part.IDENTITY, Part.LEVEL, Part.AGENCY_ACTIONS, Part.OWN_SUBMISSIONS, Part.MISSING})
FRONT_DOOR = frozenset(
    {
        Part.IDENTITY,
        Part.STATUS,
        Part.LEVEL,
        Part.LEVEL_HISTORY,
        Part.INVOLVED,
        Part.STRATEGY,
        Part.REFERRALS,
        Part.MISSING,
        Part.PLAN,
        Part.OWN_SUBMISSIONS,
        Part.ACTIONS,
    }
)
TRIAGE = frozenset(
    {
        Part.IDENTITY,
        Part.FAMILY,
        Part.STATUS,
        Part.LEVEL,
        Part.LEVEL_HISTORY,
        Part.INVOLVED,
        Part.MATRIX,
        Part.OWN_SUBMISSIONS,
        Part.DECISIONS,
        Part.CONTRIBUTIONS,
        Part.MISSING,
        Part.LINKS,
        Part.ACTIONS,
    }
)
COORDINATION = frozenset(
    {
        Part.IDENTITY,
        Part.FAMILY,
        Part.LEVEL,
        Part.INVOLVED,
        Part.MISSING,
        Part.INTERVIEWS,
        Part.STRATEGY,
        Part.PLAN,
        Part.LINKS,
        Part.OWN_SUBMISSIONS,
        Part.ACTIONS,
    }
)
POLICE = frozenset(
    {
        Part.IDENTITY,
        Part.FAMILY,
        Part.STATUS,
        Part.LEVEL,
        Part.LEVEL_HISTORY,
        Part.INVOLVED,
        Part.MATRIX,
        Part.OWN_SUBMISSIONS,
        Part.DECISIONS,
        Part.PLAN,
        Part.MISSING,
        Part.INTERVIEW_EXTRACT,
        Part.INTELLIGENCE_GRADED,
        Part.LINKS,
        Part.ACTIONS,
    }
)


@dataclass(frozen=True, eq=False)  # one object a role, compared by identity: `sees` can't be hashed
class Role:
    """One row of the access table: what the role reaches, sees and does, and what else it may.

    `sees` maps each reach the role has to the parts it opens; `writes` is the work it does on the children it
    reaches. What follows are capabilities, which the rules ask instead of the role's name.

    Where it is held:
        of_team: it reaches children through a team, desk or school, which an appointment names.
        of_school: that is a school or college.
        of_locality: it sits on a locality's board, which an appointment names.
        supervised: an appointment names a supervisor, whose children are shown, and a last day.
        is_system: it is an agency's system, not a person.
    For a team:
        shares_work: what the team has to do is theirs too; others of the team are given theirs by name.
        manages: it answers for the promises of the team and hears when one is broken.
        heads_team: what anybody of the team works with is theirs too. It reaches those children, confirms the
            team's involvements and no others, and looks at the team's emergency openings.
        allocated_as: what kind of worker children are allocated to it as.
    Beyond:
        opens_in_emergency: it may open one named child for some hours; opens_restricted: even a restricted record.
        works_shifts: such an opening lasts to the end of the shift.
        audits: it looks at the emergency openings of its whole agency; the partnership's auditor at everybody's.
        minutes_board: it keeps the minutes of every board of the authorities served, with no locality of its own.
        exports: it may take documents away.
        covers: it may stand in for another, or have a deputy.
    """

    key: RoleKey
    label: str
    sees: Mapping[Reach, frozenset[Part]] = field(default_factory=dict)
    writes: frozenset[Work] = frozenset()
    of_team: bool = False
    of_school: bool = False
    of_locality: bool = False
    supervised: bool = False
    is_system: bool = False
    shares_work: bool = True
    manages: bool = False
    heads_team: bool = False
    allocated_as: str = ""
    opens_in_emergency: bool = False
    opens_restricted: bool = False
    works_shifts: bool = False
    audits: bool = False
    minutes_board: bool = False
    exports: bool = True
    covers: bool = True

    @property
    def wide(self) -> bool:
        return Reach.AUTHORITY in self.sees


_PRACTITIONER_SEES = {Reach.INVOLVED: PRACTICE, Reach.SUBMITTED: OWN}
_PRACTITIONER_WRITES = frozenset(
    {
        Work.RECORD,
        Work.MATRIX,
        Work.NOTES,
        Work.FAMILY,
        Work.PLAN,
        Work.INFORMATION_FORM,
        Work.OWN_ACTIONS,
    }
)
_SCHOOL = {Reach.INVOLVED: SCHOOL, Reach.SUBMITTED: OWN}
_SCHOOL_WRITES = frozenset({Work.RECORD, Work.MATRIX, Work.INFORMATION_FORM, Work.OWN_ACTIONS})
_FRONT_DOOR_SEES = {
    Reach.AUTHORITY: FRONT_DOOR,
    Reach.REFERRAL: EVERYTHING_BUT_RAW,
    Reach.SUBMITTED: OWN,
    Reach.EMERGENCY: EVERYTHING_BUT_RAW,
}
_FRONT_DOOR_WRITES = frozenset(
    {
        Work.RECORD,
        Work.MATRIX,
        Work.REFERRALS,
        Work.FAMILY,
        Work.STATUS,
        Work.DUPLICATES,
        Work.DEATH,
        Work.INVOLVEMENT,
        Work.OWN_ACTIONS,
    }
)

_ROLES = [
    Role(
        RoleKey.PRACTITIONER,
        "Practitioner",
        _PRACTITIONER_SEES | {Reach.EMERGENCY: PRACTICE},
        _PRACTITIONER_WRITES,
        opens_in_emergency=True,
    ),
    Role(
        RoleKey.CHAMPION,
        "Practice champion",
        _PRACTITIONER_SEES | {Reach.EMERGENCY: PRACTICE},
        _PRACTITIONER_WRITES | {Work.ADVICE},
        opens_in_emergency=True,
    ),
    Role(
        RoleKey.SCHOOL_LEAD,
        "School safeguarding lead",
        _SCHOOL,
        _SCHOOL_WRITES,
        of_team=True,
        of_school=True,
    ),
    Role(
        RoleKey.SCHOOL_DEPUTY,
        "Deputy school safeguarding lead",
        _SCHOOL,
        _SCHOOL_WRITES,
        of_team=True,
        of_school=True,
    ),
    Role(
        RoleKey.REVIEWING_OFFICER,
        "Reviewing officer",
        _PRACTITIONER_SEES,
        frozenset({Work.ESCALATION, Work.OWN_ACTIONS}),
    ),
    Role(
        RoleKey.TEAM_MANAGER,
        "Team manager",
        _PRACTITIONER_SEES | {Reach.INVOLVED: PRACTICE | RECORD_USE, Reach.EMERGENCY: PRACTICE},
        _PRACTITIONER_WRITES | {Work.TEAM, Work.INVOLVEMENT, Work.STATUS},
        opens_in_emergency=True,
        of_team=True,
        manages=True,
        heads_team=True,
    ),
    Role(
        RoleKey.FIRST_CONTACT,
        "First Contact",
        _FRONT_DOOR_SEES,
        _FRONT_DOOR_WRITES,
        opens_in_emergency=True,
        opens_restricted=True,
        of_team=True,
    ),
    Role(
        RoleKey.EDT,
        "Emergency Duty Team",
        _FRONT_DOOR_SEES,
        _FRONT_DOOR_WRITES,
        opens_in_emergency=True,
        opens_restricted=True,
        of_team=True,
        works_shifts=True,
    ),
    Role(
        RoleKey.CEVT_CHAIR,
        "CEVT chair",
        {Reach.FORUM: EVERYTHING_BUT_RAW, Reach.MISSING: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN},
        frozenset({Work.DECISIONS, Work.CONTRIBUTION, Work.OWN_ACTIONS, Work.MEETINGS, Work.FIGURES}),
    ),
    Role(
        RoleKey.CEVT_MEMBER,
        "CEVT member",
        {Reach.FORUM: TRIAGE, Reach.MISSING: TRIAGE, Reach.SUBMITTED: OWN},
        frozenset({Work.CONTRIBUTION, Work.OWN_ACTIONS}),
    ),
    Role(
        RoleKey.ERASE_MANAGER,
        "ERASE manager",
        {
            Reach.MATTER: EVERYTHING_BUT_RAW | RECORD_USE,
            Reach.SUBMITTED: OWN,
            Reach.EMERGENCY: EVERYTHING_BUT_RAW,
        },
        frozenset(
            {
                Work.ALLOCATION,
                Work.CEG_ENTRY,
                Work.BOARD,
                Work.ADVICE_LIBRARY,
                Work.REVIEWS,
                Work.DEATH,
                Work.INVOLVEMENT,
                Work.MATRIX,
                Work.NOTES,
                Work.FAMILY,
                Work.OWN_ACTIONS,
                Work.FIGURES,
            }
        ),
        opens_in_emergency=True,
        manages=True,
    ),
    Role(
        RoleKey.CE_WORKER,
        "Child exploitation worker",
        {Reach.INVOLVED: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN, Reach.EMERGENCY: PRACTICE},
        frozenset(
            {
                Work.DIRECT_WORK,
                Work.PLAN,
                Work.MATRIX,
                Work.NOTES,
                Work.FAMILY,
                Work.INFORMATION_FORM,
                Work.OWN_ACTIONS,
            }
        ),
        opens_in_emergency=True,
        shares_work=False,
        of_team=True,
        allocated_as="ce_worker",
    ),
    Role(
        RoleKey.MISSING_COORDINATOR,
        "Missing coordinator",
        {
            Reach.MISSING: COORDINATION,
            Reach.INVOLVED: COORDINATION,
            Reach.SUBMITTED: OWN,
            Reach.EMERGENCY: COORDINATION,
        },
        frozenset(
            {
                Work.EPISODES,
                Work.INTERVIEWS,
                Work.FAMILY,
                Work.MATRIX,
                Work.INFORMATION_FORM,
                Work.OWN_ACTIONS,
            }
        ),
        opens_in_emergency=True,
        shares_work=False,
        allocated_as="coordinator",
    ),
    Role(
        RoleKey.ERASE_POLICE,
        "ERASE police officer",
        {Reach.OPEN_MATTER: POLICE, Reach.SUBMITTED: OWN, Reach.EMERGENCY: POLICE},
        frozenset({Work.EPISODES, Work.INTELLIGENCE, Work.MATRIX, Work.INFORMATION_FORM, Work.OWN_ACTIONS}),
        opens_in_emergency=True,
        opens_restricted=True,
    ),
    # The analyst's children come with the registers of people and places; until a link exists there are none.
    Role(RoleKey.POLICE_ANALYST, "Police analyst", {}, frozenset({Work.GRADING, Work.REGISTERS})),
    Role(
        RoleKey.CEG_CHAIR,
        "CEG chair",
        {Reach.FORUM: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN},
        frozenset({Work.REVIEWS, Work.BOARD, Work.CONTRIBUTION, Work.OWN_ACTIONS, Work.MEETINGS}),
        of_locality=True,
    ),
    Role(
        RoleKey.CEG_MEMBER,
        "CEG member",
        {Reach.FORUM: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN},
        frozenset({Work.BOARD, Work.CONTRIBUTION, Work.OWN_ACTIONS}),
        of_locality=True,
    ),
    Role(
        RoleKey.COMMUNITY_SAFETY,
        "Community safety or housing",
        {Reach.FORUM: frozenset({Part.IDENTITY, Part.LEVEL, Part.AGENCY_ACTIONS}), Reach.SUBMITTED: OWN},
        frozenset({Work.PLACES, Work.OWN_ACTIONS, Work.INFORMATION_FORM}),
        of_locality=True,
    ),
    Role(
        RoleKey.BUSINESS_SUPPORT,
        "Business support",
        {Reach.FORUM: frozenset({Part.MINUTES})},
        frozenset({Work.MEETINGS}),
        minutes_board=True,
    ),
    Role(
        RoleKey.HEAD_OF_SERVICE,
        "Head of Service",
        {Reach.MATTER: EVERYTHING_BUT_RAW},
        frozenset({Work.OVERSIGHT, Work.BOARD}),
    ),
    # Auditor and information governance reach children only through an assigned sample, request or incident.
    Role(
        RoleKey.AUDITOR,
        "Auditor",
        {},
        frozenset({Work.AUDIT_FINDINGS}),
        audits=True,
    ),
    Role(RoleKey.INFORMATION_GOVERNANCE, "Information governance", {}, frozenset({Work.DISCLOSURE})),
    Role(RoleKey.STRATEGIC_MEMBER, "Strategic member", {}, frozenset({Work.AGENDA_ITEMS})),
    Role(RoleKey.ADMINISTRATOR, "Administrator", {}, frozenset({Work.ADMINISTRATION})),
    # A student reads what the supervisor shows them, and approves, exports and opens in an emergency nothing.
    Role(
        RoleKey.STUDENT,
        "Student",
        {Reach.NAMED: PRACTICE},
        exports=False,
        covers=False,
        supervised=True,
    ),
    Role(
        RoleKey.SERVICE_ACCOUNT,
        "Service account",
        {Reach.SUBMITTED: OWN},
        frozenset({Work.MATRIX}),
        covers=False,
        is_system=True,
    ),
]

ROLES: Mapping[str, Role] = {role.key: role for role in _ROLES}
ROLE_CHOICES = [(role.key.value, role.label) for role in _ROLES]


def _keys(may: Callable[[Role], bool]) -> frozenset[str]:
    return frozenset(role.key for role in _ROLES if may(role))


# The roles that have a capability, for those who ask the database for their holders.
MANAGING = _keys(lambda role: role.manages)
HEADING_TEAM = _keys(lambda role: role.heads_team)
AUDITING = _keys(lambda role: role.audits)
SUPERVISED = _keys(lambda role: role.supervised)
NEVER_COVER = _keys(lambda role: not role.covers)
