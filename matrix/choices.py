"""The vocabulary of the CE Matrix. The four levels are `cems.children.choices.RiskLevel`."""

from django.db import models

from cems.children.choices import Informed as Informed


class IndicatorKind(models.TextChoices):
    """Vulnerabilities are kept apart from exploitation concerns, and both from strengths (M1).

    From version 2 on each concern is of one kind: warning sign, contact or control, imminent danger, harm that
    has happened. The first version tells only harm from every other concern, which is CONCERN there; a group of
    concerns is CONCERN in every version.
    """

    HARM = "harm", "Harm that has happened"
    DANGER = "danger", "Imminent danger"
    CONTACT = "contact", "Contact or control"
    SIGN = "sign", "Warning sign"
    CONCERN = "concern", "Exploitation concern"
    VULNERABILITY = "vulnerability", "Vulnerability"
    STRENGTH = "strength", "Strength"

    @property
    def is_concern(self) -> bool:
        """Whether it is a concern about exploitation, of whichever kind."""
        return self not in {IndicatorKind.VULNERABILITY, IndicatorKind.STRENGTH}


class Seen(models.TextChoices):
    """The answer to one indicator. Not known is an answer, and says what to find out.

    A warning sign is a change for this child; what is usual for the child is kept, and counts for nothing (M1).
    """

    SEEN = "seen", "Seen"
    USUAL = "usual", "Usual for this child"
    NOT_SEEN = "not_seen", "Not seen"
    NOT_KNOWN = "not_known", "Not known"


class WhenKind(models.TextChoices):
    """How exactly the practitioner knows when it was seen (M2)."""

    THIS_WEEK = "this_week", "This week"
    THIS_MONTH = "this_month", "This month"
    MONTH = "month", "In a month"
    EXACT = "exact", "On a date"
    ABOUT = "about", "About a date"


class Managed(models.TextChoices):
    """How well a worry is managed now: the purpose of the matrix asks it of each (M1)."""

    WELL = "well", "Well"
    PARTLY = "partly", "In part"
    NOT_YET = "not_yet", "Not yet"
    NOT_KNOWN = "not_known", "Not known"


class AskedKind(models.TextChoices):
    """Who is asked for a review where nothing is new (M6)."""

    CHILD = "child", "The child"
    FAMILY = "family", "Parent or carer"
    PROFESSIONAL = "professional", "Professional"


class CameBy(models.TextChoices):
    """How a matrix came that a desk enters for its author (T2)."""

    MAIL = "mail", "By e-mail"
    POST = "post", "By post"
    HAND = "hand", "By hand"
    PHONE = "phone", "Read out by telephone"


class Assessment(models.TextChoices):
    """Another assessment or plan which the matrix goes with (M1)."""

    EARLY_HELP = "early_help", "Early help assessment or plan"
    FAMILY = "family", "Child and family assessment"
    CHILD_IN_NEED = "cin", "Child in need plan"
    CHILD_PROTECTION = "cp", "Child protection plan"
    CARE = "care", "Care plan or pathway plan"
    SAFETY_PLAN = "safety", "Safety plan"
    EDUCATION = "education", "Education, health and care plan"
    YOUTH_JUSTICE = "youth_justice", "Youth justice assessment"
    HEALTH = "health", "Health assessment"
    INTERVIEW = "interview", "Return home interview"
    OTHER = "other", "Another"


class Band(models.TextChoices):
    """How old evidence is. Derived on reading, never stored; the bounds are in the instrument (M2)."""

    MONTH = "month", "Up to 1 month"
    QUARTER = "quarter", "1 to 3 months"
    HALF = "half", "3 to 6 months"
    OLDER = "older", "Over 6 months"


class Counts(models.TextChoices):
    """What a condition of the suggestion rule counts (M3)."""

    HARM = "harm", "Harm that has happened"
    DANGER = "danger", "Imminent danger"
    CONTACT = "contact", "Contact or control"
    SIGN = "sign", "Warning sign"
    CONCERN = "concern", "Exploitation concern"
    VULNERABILITY = "vulnerability", "Vulnerability"


class MatrixState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Occasion(models.TextChoices):
    """Why the matrix is made now: what the partnership's list of occasions begins with (M4)."""

    CONCERN = "concern", "Somebody is concerned"
    CUSTODY = "custody", "Held in custody overnight"
    SUBSTANCES = "substances", "Referred to a drug and alcohol service"
    EXCLUSION = "exclusion", "At risk of permanent exclusion"
    VIOLENCE = "violence", "Serious youth violence"
    MISSING = "missing", "Missing 3 times in 30 days, or for 72 hours"
    INJURY = "injury", "At A&E with unexplained injuries"
    OFFENDING = "offending", "Anti-social behaviour or offending"
    ASSESSMENT = "assessment", "None made at referral: within the child and family assessment"
    REVIEW = "review", "Review"
