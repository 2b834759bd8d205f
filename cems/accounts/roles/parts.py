"""How a role comes to a child, the parts of a record, the kinds of work; and the views that roles have of a record."""

from enum import StrEnum


class Reach(StrEnum):
    """How a role comes to a child."""

    INVOLVED = "involved"  # a dated involvement of the person, the team or the establishment
    NAMED = "named"  # one of the supervisor's children, named for the student
    SUBMITTED = "submitted"  # the person's own submission about the child
    FORUM = "forum"  # on my forum: an open CEVT item, or my locality's CEG board
    OVERSEEN = "overseen"  # on CEVT's list of matrices at Low or None
    MISSING = "missing"  # an open missing matter
    MATTER = "matter"  # any exploitation or missing matter, open or past
    OPEN_MATTER = "open_matter"  # an exploitation or missing matter that is open
    REFERRAL = "referral"  # an open referral at First Contact
    AUTHORITY = "authority"  # every child of the authorities served ("wide")
    ASSIGNED = "assigned"  # one record for one audit sample, request or incident
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
    PAPER_MATRIX = "paper_matrix"  # enters a matrix that came by mail or on paper for its author
    NOTES = "notes"
    FAMILY = "family"
    PLAN = "plan"
    INFORMATION_FORM = "information_form"
    ADVICE = "advice"
    ESCALATION = "escalation"
    TEAM = "team"
    HANDOVER = (
        "handover"  # gives to others what somebody of the team holds who has left, or went to another team
    )
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
    THEMES = "themes"  # reads what CEVT noted in more than one child, over time: free words, no figures
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
    ASSIGNMENT = "assignment"  # opens a record to an auditor or to information governance
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
