"""The vocabulary of a child's record."""

from django.db import models


class RiskLevel(models.IntegerChoices):
    """The four levels of the CE Matrix (C4). Boards and scorecards say low, medium, high."""

    NONE = 0, "None"
    LOW = 1, "Low"
    MODERATE = 2, "Moderate"
    SIGNIFICANT = 3, "Significant"

    @property
    def board_label(self) -> str:
        """The word CEVT, CEG and scorecards use for this level."""
        return {0: "No exploitation concern found", 1: "Low", 2: "Medium", 3: "High"}[self.value]


class HarmForm(models.TextChoices):
    """Forms of harm outside the home; several may hold at once (C4)."""

    SEXUAL = "sexual", "Sexual exploitation"
    CRIMINAL = "criminal", "Criminal exploitation"
    COUNTY_LINES = "county_lines", "County lines"
    SLAVERY = "slavery", "Modern slavery or trafficking"
    LABOUR = "labour", "Forced labour or begging"
    FINANCIAL = "financial", "Financial exploitation"
    ONLINE = "online", "Online harm"
    VIOLENCE = "violence", "Serious violence"
    RELATIONSHIP = "relationship", "Teenage relationship abuse"
    RADICALISATION = "radicalisation", "Radicalisation"


class HarmContext(models.TextChoices):
    """Where the harm happens (C4)."""

    ONLINE = "online", "Online"
    PEERS = "peers", "Among peers"
    SCHOOL = "school", "School or place of learning"
    COMMUNITY = "community", "Community or across boundaries"
    TRANSPORT = "transport", "Public transport"
    WIDER = "wider", "Wider setting"


class StatusKind(models.TextChoices):
    """How services know a child (C2). Dated, never overwritten."""

    EARLY_HELP = "early_help", "Early help"
    CHILD_IN_NEED = "child_in_need", "Child in need"
    CHILD_PROTECTION = "child_protection", "Child protection plan"
    CHILD_IN_CARE = "child_in_care", "Child in care"
    PLACED_HERE = "placed_here", "Placed here by another authority"
    UASC = "uasc", "Unaccompanied asylum-seeking child"
    TEMPORARY = "temporary", "Temporary placement"


OPEN_TO_CHILDRENS_SERVICES = frozenset(
    {StatusKind.CHILD_IN_NEED, StatusKind.CHILD_PROTECTION, StatusKind.CHILD_IN_CARE}
)


class LegalBasis(models.TextChoices):
    """The legal authority a care status rests on (C2)."""

    NONE = "", "Not applicable"
    SECTION_20 = "s20", "Section 20 (accommodated by agreement)"
    SECTION_31_INTERIM = "s31_interim", "Section 31 interim care order"
    SECTION_31 = "s31", "Section 31 full care order"
    REMAND = "remand", "Remand to local authority"
    CARE_LEAVER = "care_leaver", "Care leaver"


class CaseRole(models.TextChoices):
    """What somebody is to a child (C3)."""

    LEAD_PRACTITIONER = "lead_practitioner", "Lead practitioner"
    SOCIAL_WORKER = "social_worker", "Social worker"
    TEAM_MANAGER = "team_manager", "Team manager"
    CE_WORKER = "ce_worker", "Child exploitation worker"
    COORDINATOR = "coordinator", "Missing coordinator"
    NAMED_PRACTITIONER = "named_practitioner", "Named practitioner chosen by the child"
    SCHOOL = "school", "School or college (on roll)"
    HEALTH = "health", "Health practitioner"
    YOUTH_JUSTICE = "youth_justice", "Youth justice worker"
    EARLY_HELP = "early_help", "Early help worker"
    REVIEWING_OFFICER = "reviewing_officer", "Reviewing officer"
    SAFEGUARDING_LEAD = "safeguarding_lead", "Safeguarding lead"
    OTHER = "other", "Other practitioner"


# Who leads the work with a child, those first who do before all others.
LEADS = (CaseRole.LEAD_PRACTITIONER, CaseRole.SOCIAL_WORKER, CaseRole.EARLY_HELP)


class IdentifierKind(models.TextChoices):
    """Numbers other systems know a child by (C1), each checked by its own rule."""

    NHS = "nhs", "NHS number"
    UPN = "upn", "Unique pupil number (UPN)"
    LIQUIDLOGIC = "liquidlogic", "Liquidlogic id"
    POLICE = "police", "Police id"


class Sex(models.TextChoices):
    FEMALE = "F", "Female"
    MALE = "M", "Male"
    NOT_KNOWN = "U", "Not known"


class BirthDateKnown(models.TextChoices):
    """How far the date of birth is known (C1). Not known or disputed, the person is presumed under 18 until decided."""

    EXACT = "exact", "Known"
    ABOUT = "about", "About right: only the year or month is known"
    UNKNOWN = "unknown", "Not known: the date is a guess"
    DISPUTED = "disputed", "Disputed: somebody says the person is older or younger"


PRESUMED_CHILD = frozenset({BirthDateKnown.UNKNOWN, BirthDateKnown.DISPUTED})


class AgeOutcome(models.TextChoices):
    """What was decided about an age that was not known or disputed (C1)."""

    CHILD = "child", "Under 18"
    ADULT = "adult", "18 or over"


class Gender(models.TextChoices):
    """As the child describes it."""

    GIRL = "girl", "Girl or young woman"
    BOY = "boy", "Boy or young man"
    NON_BINARY = "non_binary", "Non-binary"
    SELF_DESCRIBED = "self_described", "Describes in another way"
    NOT_ASKED = "not_asked", "Not asked yet"


class Ethnicity(models.TextChoices):
    """The codes of the SSDA903 and school census."""

    WBRI = "WBRI", "White British"
    WIRI = "WIRI", "White Irish"
    WOTH = "WOTH", "Any other White background"
    WIRT = "WIRT", "Traveller of Irish heritage"
    WROM = "WROM", "Gypsy or Roma"
    MWBC = "MWBC", "White and Black Caribbean"
    MWBA = "MWBA", "White and Black African"
    MWAS = "MWAS", "White and Asian"
    MOTH = "MOTH", "Any other mixed background"
    AIND = "AIND", "Indian"
    APKN = "APKN", "Pakistani"
    ABAN = "ABAN", "Bangladeshi"
    AOTH = "AOTH", "Any other Asian background"
    BCRB = "BCRB", "Caribbean"
    BAFR = "BAFR", "African"
    BOTH = "BOTH", "Any other Black background"
    CHNE = "CHNE", "Chinese"
    OOTH = "OOTH", "Any other ethnic group"
    REFU = "REFU", "Refused"
    NOBT = "NOBT", "Information not yet obtained"


class MatterKind(models.TextChoices):
    """Why a forum or a role of the whole partnership follows a child (access rules)."""

    REFERRAL = "referral", "Open referral at First Contact"
    CEVT = "cevt", "CEVT item"
    LOW = "low", "CEVT's list of Low and None"
    CEG = "ceg", "CEG board"
    MISSING = "missing", "Missing episode"
    EXPLOITATION = "exploitation", "Exploitation concern"
    TRANSITION = "transition", "Transition plan"


class PlacementKind(models.TextChoices):
    """The kind of place a child is placed in (C2)."""

    FOSTER = "foster", "Foster home"
    KINSHIP = "kinship", "With family or friends (kinship)"
    CHILDRENS_HOME = "childrens_home", "Children's home"
    SEMI_INDEPENDENT = "semi_independent", "Supported or semi-independent living"
    RESIDENTIAL = "residential", "Residential school"
    HEALTH = "health", "Hospital or other health setting"
    EDUCATION = "education", "Education setting"
    SECURE = "secure", "Secure setting"
    OTHER = "other", "Another place"


class FeedbackFrom(models.TextChoices):
    """Whose words they are (C6)."""

    CHILD = "child", "The child"
    PARENT = "parent", "A parent or carer"
    FAMILY = "family", "Somebody else in the family"


class FeedbackAbout(models.TextChoices):
    """What the words are about (C6)."""

    HELP = "help", "The help they get"
    WORKER = "worker", "Those who work with them"
    INTERVIEW = "interview", "A return home interview"
    PLAN = "plan", "The plan"
    MEETING = "meeting", "A meeting or a decision"
    CONSULTATION = "consultation", "A question we asked (consultation)"
    OTHER = "other", "Something else"


class Informed(models.TextChoices):
    """Whether the parents or carers know of the matrix and referral; it never waits for them (C6, T1)."""

    YES = "yes", "Yes, they know"
    NOT_SAFE = "not_safe", "No: telling them could put the child at risk"
    NOT_REACHED = "not_reached", "No: they could not be reached yet"


class ConcernStep(models.TextChoices):
    """What is done about a concern for a child placed by another authority, in this order (C2)."""

    TOLD = "told", "The responsible authority was told"
    ANSWERED = "answered", "The responsible authority answered"
    ESCALATED = "escalated", "Escalated to the safeguarding lead"
    CLOSED = "closed", "The escalation is closed"


class Route(models.TextChoices):
    """By which route something was told outside (C2)."""

    PHONE = "phone", "By telephone"
    MAIL = "mail", "By secure e-mail"
    PORTAL = "portal", "Through their referral portal"
    MEETING = "meeting", "At a meeting"
    LETTER = "letter", "By letter"


class Relation(models.TextChoices):
    """Who somebody is to the child (C7)."""

    PARENT = "parent", "Parent"
    STEP_PARENT = "step_parent", "Step-parent or parent's partner"
    CARER = "carer", "Carer"
    FOSTER_CARER = "foster_carer", "Foster carer"
    SIBLING = "sibling", "Brother or sister"
    GRANDPARENT = "grandparent", "Grandparent"
    OTHER_FAMILY = "other_family", "Other family"
    OWN_CHILD = "own_child", "Son or daughter"
    PARTNER = "partner", "Partner"
    TRUSTED_ADULT = "trusted_adult", "Trusted adult"
    FRIEND = "friend", "Friend"
    OTHER = "other", "Somebody else the child names"


class YesNoNotKnown(models.TextChoices):
    """An answer that may not be known yet."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_KNOWN = "not_known", "Not known"


class SafeToRing(models.TextChoices):
    """Whether a call may put the child at risk (C7)."""

    YES = "yes", "Yes"
    ONLY_WHEN = "only_when", "Only at certain times, or in a certain way"
    NO = "no", "No"
    NOT_KNOWN = "not_known", "Not known: ask before you ring"


class NamedBy(models.TextChoices):
    """Who said that somebody is part of the child's life (C7)."""

    CHILD = "child", "The child"
    THEMSELVES = "themselves", "That person themselves"
    FAMILY = "family", "A parent, a carer or other family"
    PRACTITIONER = "practitioner", "A practitioner"
