"""The vocabulary of the CE Matrix. The four levels are `cems.children.choices.RiskLevel`."""

from django.db import models

from cems.children.choices import Informed as Informed


class IndicatorKind(models.TextChoices):
    """Vulnerabilities are kept apart from exploitation concerns, and both from strengths (M1)."""

    VULNERABILITY = "vulnerability", "Vulnerability"
    CONCERN = "concern", "Exploitation concern"
    STRENGTH = "strength", "Strength"


class Seen(models.TextChoices):
    """The answer to one indicator. Not known is an answer, and says what to find out."""

    SEEN = "seen", "Seen"
    NOT_SEEN = "not_seen", "Not seen"
    NOT_KNOWN = "not_known", "Not known"


class WhenKind(models.TextChoices):
    """How exactly the practitioner knows when it was seen (M2)."""

    THIS_WEEK = "this_week", "This week"
    THIS_MONTH = "this_month", "This month"
    MONTH = "month", "In a month"
    EXACT = "exact", "On a date"
    ABOUT = "about", "About a date"


class Band(models.TextChoices):
    """How old evidence is. Derived on reading, never stored; the bounds are in the instrument (M2)."""

    MONTH = "month", "Up to 1 month"
    QUARTER = "quarter", "1 to 3 months"
    HALF = "half", "3 to 6 months"
    OLDER = "older", "Over 6 months"


class Counts(models.TextChoices):
    """What a condition of the suggestion rule counts (M3)."""

    HARM = "harm", "Harm that has happened"
    CONCERN = "concern", "Exploitation concern"
    VULNERABILITY = "vulnerability", "Vulnerability"


class MatrixState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Occasion(models.TextChoices):
    """Why the matrix is made now; all but the first are occasions that require one (M4)."""

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


# The occasions that require a matrix or its update; the others are why somebody makes one unasked (M4).
REQUIRING = tuple(one for one in Occasion if one not in {Occasion.CONCERN, Occasion.REVIEW})
