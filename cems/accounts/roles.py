"""Every role, what it reaches and what it sees, as one data structure (A1, A2, access rules).

The pages, API, search, counts, exports and messages all read this; the role guard test is
generated from it. Change access here and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
    BREAK_GLASS = "break_glass"  # opened for a few hours, with a reason


class Part(StrEnum):
    """A part of a child's record that is shown or hidden as one."""

    IDENTITY = "identity"
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
    """One row of the access table.

    `sees` maps each reach the role has to the parts it opens. `wide` roles read whole
    authorities; `breaks_glass` roles may open one named child for some hours;
    `breaks_restricted` ones even a restricted record. Who has a role without `exports` takes no document
    away. `covers` says whether the role may stand in for another, or have a deputy. What a team has to do is
    also theirs who have a role in it that `shares_work`; others of the team are given theirs by name.
    """

    key: str
    label: str
    sees: Mapping[Reach, frozenset[Part]] = field(default_factory=dict)
    writes: frozenset[Work] = frozenset()
    of_locality: bool = False
    breaks_glass: bool = False
    breaks_restricted: bool = False
    exports: bool = True
    covers: bool = True
    shares_work: bool = True

    @property
    def wide(self) -> bool:
        return Reach.AUTHORITY in self.sees


_PRACTITIONER_SEES = {Reach.INVOLVED: PRACTICE, Reach.SUBMITTED: OWN}
_PRACTITIONER_WRITES = frozenset(
    {Work.RECORD, Work.MATRIX, Work.NOTES, Work.PLAN, Work.INFORMATION_FORM, Work.OWN_ACTIONS}
)
_SCHOOL = {Reach.INVOLVED: SCHOOL, Reach.SUBMITTED: OWN}
_SCHOOL_WRITES = frozenset({Work.RECORD, Work.MATRIX, Work.INFORMATION_FORM, Work.OWN_ACTIONS})
_FRONT_DOOR_SEES = {
    Reach.AUTHORITY: FRONT_DOOR,
    Reach.REFERRAL: EVERYTHING_BUT_RAW,
    Reach.SUBMITTED: OWN,
    Reach.BREAK_GLASS: EVERYTHING_BUT_RAW,
}
_FRONT_DOOR_WRITES = frozenset(
    {
        Work.RECORD,
        Work.MATRIX,
        Work.REFERRALS,
        Work.STATUS,
        Work.DUPLICATES,
        Work.DEATH,
        Work.INVOLVEMENT,
        Work.OWN_ACTIONS,
    }
)

_ROLES = [
    Role(
        "practitioner",
        "Practitioner",
        _PRACTITIONER_SEES | {Reach.BREAK_GLASS: PRACTICE},
        _PRACTITIONER_WRITES,
        breaks_glass=True,
    ),
    Role(
        "champion",
        "Practice champion",
        _PRACTITIONER_SEES | {Reach.BREAK_GLASS: PRACTICE},
        _PRACTITIONER_WRITES | {Work.ADVICE},
        breaks_glass=True,
    ),
    Role("school_lead", "School safeguarding lead", _SCHOOL, _SCHOOL_WRITES),
    Role("school_deputy", "Deputy school safeguarding lead", _SCHOOL, _SCHOOL_WRITES),
    Role(
        "reviewing_officer",
        "Reviewing officer",
        _PRACTITIONER_SEES,
        frozenset({Work.ESCALATION, Work.OWN_ACTIONS}),
    ),
    Role(
        "team_manager",
        "Team manager",
        _PRACTITIONER_SEES | {Reach.INVOLVED: PRACTICE | RECORD_USE, Reach.BREAK_GLASS: PRACTICE},
        _PRACTITIONER_WRITES | {Work.TEAM, Work.INVOLVEMENT, Work.STATUS},
        breaks_glass=True,
    ),
    Role(
        "first_contact",
        "First Contact",
        _FRONT_DOOR_SEES,
        _FRONT_DOOR_WRITES,
        breaks_glass=True,
        breaks_restricted=True,
    ),
    Role(
        "edt",
        "Emergency Duty Team",
        _FRONT_DOOR_SEES,
        _FRONT_DOOR_WRITES,
        breaks_glass=True,
        breaks_restricted=True,
    ),
    Role(
        "cevt_chair",
        "CEVT chair",
        {Reach.FORUM: EVERYTHING_BUT_RAW, Reach.MISSING: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN},
        frozenset({Work.DECISIONS, Work.CONTRIBUTION, Work.OWN_ACTIONS, Work.MEETINGS, Work.FIGURES}),
    ),
    Role(
        "cevt_member",
        "CEVT member",
        {Reach.FORUM: TRIAGE, Reach.MISSING: TRIAGE, Reach.SUBMITTED: OWN},
        frozenset({Work.CONTRIBUTION, Work.OWN_ACTIONS}),
    ),
    Role(
        "erase_manager",
        "ERASE manager",
        {
            Reach.MATTER: EVERYTHING_BUT_RAW | RECORD_USE,
            Reach.SUBMITTED: OWN,
            Reach.BREAK_GLASS: EVERYTHING_BUT_RAW,
        },
        frozenset(
            {
                Work.ALLOCATION,
                Work.CEG_ENTRY,
                Work.ADVICE_LIBRARY,
                Work.REVIEWS,
                Work.DEATH,
                Work.INVOLVEMENT,
                Work.MATRIX,
                Work.NOTES,
                Work.OWN_ACTIONS,
                Work.FIGURES,
            }
        ),
        breaks_glass=True,
    ),
    Role(
        "ce_worker",
        "Child exploitation worker",
        {Reach.INVOLVED: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN, Reach.BREAK_GLASS: PRACTICE},
        frozenset(
            {Work.DIRECT_WORK, Work.PLAN, Work.MATRIX, Work.NOTES, Work.INFORMATION_FORM, Work.OWN_ACTIONS}
        ),
        breaks_glass=True,
        shares_work=False,
    ),
    Role(
        "missing_coordinator",
        "Missing coordinator",
        {
            Reach.MISSING: COORDINATION,
            Reach.INVOLVED: COORDINATION,
            Reach.SUBMITTED: OWN,
            Reach.BREAK_GLASS: COORDINATION,
        },
        frozenset({Work.EPISODES, Work.INTERVIEWS, Work.MATRIX, Work.INFORMATION_FORM, Work.OWN_ACTIONS}),
        breaks_glass=True,
        shares_work=False,
    ),
    Role(
        "erase_police",
        "ERASE police officer",
        {Reach.OPEN_MATTER: POLICE, Reach.SUBMITTED: OWN, Reach.BREAK_GLASS: POLICE},
        frozenset({Work.EPISODES, Work.INTELLIGENCE, Work.MATRIX, Work.INFORMATION_FORM, Work.OWN_ACTIONS}),
        breaks_glass=True,
        breaks_restricted=True,
    ),
    # The analyst's children come with the registers of people and places; until a link exists there are none.
    Role("police_analyst", "Police analyst", {}, frozenset({Work.GRADING, Work.REGISTERS})),
    Role(
        "ceg_chair",
        "CEG chair",
        {Reach.FORUM: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN},
        frozenset({Work.REVIEWS, Work.CONTRIBUTION, Work.OWN_ACTIONS, Work.MEETINGS}),
        of_locality=True,
    ),
    Role(
        "ceg_member",
        "CEG member",
        {Reach.FORUM: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN},
        frozenset({Work.CONTRIBUTION, Work.OWN_ACTIONS}),
        of_locality=True,
    ),
    Role(
        "community_safety",
        "Community safety or housing",
        {Reach.FORUM: frozenset({Part.IDENTITY, Part.LEVEL, Part.AGENCY_ACTIONS}), Reach.SUBMITTED: OWN},
        frozenset({Work.PLACES, Work.OWN_ACTIONS, Work.INFORMATION_FORM}),
        of_locality=True,
    ),
    Role(
        "business_support",
        "Business support",
        {Reach.FORUM: frozenset({Part.MINUTES})},
        frozenset({Work.MEETINGS}),
    ),
    Role(
        "head_of_service",
        "Head of Service",
        {Reach.MATTER: EVERYTHING_BUT_RAW},
        frozenset({Work.OVERSIGHT}),
    ),
    # Auditor and information governance reach children only through an assigned sample, request or incident.
    Role("auditor", "Auditor", {}, frozenset({Work.AUDIT_FINDINGS})),
    Role("information_governance", "Information governance", {}, frozenset({Work.DISCLOSURE})),
    Role("strategic_member", "Strategic member", {}, frozenset({Work.AGENDA_ITEMS})),
    Role("administrator", "Administrator", {}, frozenset({Work.ADMINISTRATION})),
    # A student reads what the supervisor shows them, and approves, exports and opens in an emergency nothing.
    Role("student", "Student", {Reach.NAMED: PRACTICE}, exports=False, covers=False),
    Role(
        "service_account", "Service account", {Reach.SUBMITTED: OWN}, frozenset({Work.MATRIX}), covers=False
    ),
]

ROLES: Mapping[str, Role] = {role.key: role for role in _ROLES}
ROLE_CHOICES = [(role.key, role.label) for role in _ROLES]
NEVER_COVER = frozenset(role.key for role in _ROLES if not role.covers)
