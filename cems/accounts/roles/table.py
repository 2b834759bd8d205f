"""Every role, what it reaches, sees and may, as one data structure (A1, A2, access rules).

The pages, API, search, counts, exports and messages all read this; the role guard test is
generated from it. Change access here and nowhere else.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from cems.accounts.roles.parts import (
    COORDINATION,
    EVERYTHING_BUT_RAW,
    FRONT_DOOR,
    OWN,
    POLICE,
    PRACTICE,
    RECORD_USE,
    SCHOOL,
    TRIAGE,
    Part,
    Reach,
    Work,
)
from cems.accounts.roles.role import Role


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
# Of a child about whom CEVT owes no decision: who it is, and the levels.
_OVERSEEN = frozenset({Part.IDENTITY, Part.LEVEL})
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
        Work.PAPER_MATRIX,
        Work.REFERRALS,
        Work.FAMILY,
        Work.STATUS,
        Work.DUPLICATES,
        Work.DEATH,
        Work.INVOLVEMENT,
        Work.ASSIGNMENT,
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
        not_built="Escalations are not part of CEMS yet: raise one with the child's team manager. What you are asked"
        " to do, and the children you review, are listed here.",
    ),
    Role(
        RoleKey.TEAM_MANAGER,
        "Team manager",
        _PRACTITIONER_SEES | {Reach.INVOLVED: PRACTICE | RECORD_USE, Reach.EMERGENCY: PRACTICE},
        _PRACTITIONER_WRITES | {Work.TEAM, Work.HANDOVER, Work.INVOLVEMENT, Work.STATUS},
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
        {
            Reach.FORUM: EVERYTHING_BUT_RAW,
            Reach.MISSING: EVERYTHING_BUT_RAW,
            Reach.OVERSEEN: _OVERSEEN,
            Reach.SUBMITTED: OWN,
        },
        frozenset(
            {
                Work.DECISIONS,
                Work.PAPER_MATRIX,
                Work.CONTRIBUTION,
                Work.THEMES,
                Work.OWN_ACTIONS,
                Work.MEETINGS,
                Work.FIGURES,
            }
        ),
    ),
    Role(
        RoleKey.CEVT_MEMBER,
        "CEVT member",
        {
            Reach.FORUM: TRIAGE,
            Reach.MISSING: TRIAGE,
            Reach.OVERSEEN: _OVERSEEN,
            Reach.SUBMITTED: OWN,
        },
        frozenset({Work.CONTRIBUTION, Work.THEMES, Work.OWN_ACTIONS}),
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
                Work.HANDOVER,
                Work.FIGURES,
                Work.THEMES,
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
    Role(
        RoleKey.POLICE_ANALYST,
        "Police analyst",
        {},
        frozenset({Work.GRADING, Work.REGISTERS}),
        not_built="The registers of people and places, and the grading of information, are not part of CEMS yet, so no"
        " child's record opens for you. Go on with police systems; what a meeting asks you to do is listed here.",
    ),
    Role(
        RoleKey.CEG_CHAIR,
        "CEG chair",
        {Reach.FORUM: EVERYTHING_BUT_RAW, Reach.SUBMITTED: OWN},
        frozenset(
            {Work.REVIEWS, Work.BOARD, Work.CONTRIBUTION, Work.OWN_ACTIONS, Work.MEETINGS, Work.FIGURES}
        ),
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
        not_built="The register of places and the information form are not part of CEMS yet: pass on what you know to"
        " the police. You can find a child of your board by name, and what your agency undertook is listed here.",
    ),
    Role(
        RoleKey.BUSINESS_SUPPORT,
        "Business support",
        {Reach.FORUM: frozenset({Part.MINUTES})},
        frozenset({Work.MEETINGS}),
        minutes_board=True,
        not_built="The meetings and minutes of CEG are not part of CEMS yet: take them as you do today. What you are"
        " asked to do is listed here.",
    ),
    Role(
        RoleKey.HEAD_OF_SERVICE,
        "Head of Service",
        {Reach.MATTER: EVERYTHING_BUT_RAW},
        frozenset({Work.OVERSIGHT, Work.BOARD, Work.ASSIGNMENT, Work.FIGURES, Work.THEMES}),
        above_managers=True,
    ),
    # Auditor and information governance reach children only through an assigned sample, request or incident.
    Role(
        RoleKey.AUDITOR,
        "Auditor",
        {Reach.ASSIGNED: EVERYTHING_BUT_RAW | RECORD_USE},
        frozenset({Work.AUDIT_FINDINGS}),
        audits=True,
        not_built="Templates and findings of audits are not part of CEMS yet. The records of a sample stand here once a"
        " manager has assigned them to you; what you can do now is to read them, and to say of each emergency access"
        " whether it was right.",
    ),
    Role(
        RoleKey.INFORMATION_GOVERNANCE,
        "Information governance",
        {Reach.ASSIGNED: EVERYTHING_BUT_RAW | RECORD_USE},
        frozenset({Work.DISCLOSURE}),
        governs_information=True,
        not_built="The export for a request of access is not part of CEMS yet. The records of a request or an incident"
        " stand here once a manager has assigned them to you: you read them, who used them and what was disclosed.",
    ),
    Role(
        RoleKey.STRATEGIC_MEMBER,
        "Strategic member",
        {},
        frozenset({Work.AGENDA_ITEMS}),
        not_built="The scorecard and the agenda of the strategic group are not part of CEMS yet, and no child's record"
        " opens for you. Ask the Head of Service for figures; what a meeting asks you to do is listed here.",
    ),
    Role(RoleKey.ADMINISTRATOR, "Administrator", {}, frozenset({Work.ADMINISTRATION, Work.HANDOVER})),
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
ABOVE_MANAGERS = _keys(lambda role: role.above_managers)
HEADING_TEAM = _keys(lambda role: role.heads_team)
AUDITING = _keys(lambda role: role.audits)
ASSIGNABLE = _keys(lambda role: Reach.ASSIGNED in role.sees)
SUPERVISED = _keys(lambda role: role.supervised)
ADMINISTERING = _keys(lambda role: Work.ADMINISTRATION in role.writes)
GOVERNING_INFORMATION = _keys(lambda role: role.governs_information)
SYSTEMS = _keys(lambda role: role.is_system)
NEVER_COVER = _keys(lambda role: not role.covers)
