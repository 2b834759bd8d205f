"""The vocabulary of meetings."""

from django.db import models


class MeetingForum(models.TextChoices):
    """Whose meeting it is."""

    CEVT = "cevt", "CEVT"
    CEG = "ceg", "CEG"


class Held(models.TextChoices):
    """What an agency says of a child before it says more: silence must not read as "nothing known" (T3)."""

    NOTHING = "nothing", "Checked, nothing held"
    NOT_CHECKED = "not_checked", "Not checked"
    CANNOT_SHARE = "cannot_share", "Holds something it cannot share here"
    WRITTEN = "written", "Has information"


class RelayedHow(models.TextChoices):
    """How somebody of an agency that is away told the chair what it knows (T3)."""

    PHONE = "phone", "By telephone"
    MAIL = "mail", "By e-mail"
    PERSON = "person", "In person"


class NoteKind(models.TextChoices):
    """What a meeting notes as it appears, beyond the one child (Harm Outside the Home procedures, Step Two)."""

    THEME = "theme", "Theme"
    HOTSPOT = "hotspot", "Place or hotspot"
