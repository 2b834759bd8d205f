"""The words of a clock."""

from enum import Enum

from django.db import models


class Stage(models.TextChoices):
    """Where a clock stands."""

    RUNNING = "running", "Running"
    WARNED = "warned", "Due soon"
    BREACHED = "breached", "Over its time"
    PAUSED = "paused", "Paused"
    MET = "met", "Met"
    CANCELLED = "cancelled", "Cancelled"


LIVE = (Stage.RUNNING, Stage.WARNED, Stage.BREACHED)
OPEN = (*LIVE, Stage.PAUSED)


class Step(models.TextChoices):
    """What happened to a clock; each row of its history is one of these."""

    STARTED = "started", "Started"
    WARNED = "warned", "Warned: due soon"
    BREACHED = "breached", "Went over its time; managers told"
    REMINDED = "reminded", "Still over its time; told again"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Resumed"
    MOVED = "moved", "Reckoned again after a correction"
    HANDED_OVER = "handed_over", "Handed over"
    MET = "met", "Met"
    REOPENED = "reopened", "Runs again: what met it was undone"
    CANCELLED = "cancelled", "Cancelled"


class Measure(models.TextChoices):
    """How the time of a kind of clock is counted, and so how people say what is left."""

    WORKING_DAYS = "working_days", "Working days"
    HOURS = "hours", "Hours"
    MONTHS = "months", "Months"
    DATE = "date", "A date"


class Shut(Enum):
    """How a child's record is shut to somebody whatever reaches it."""

    RESTRICTED = "restricted"  # opens to named people only: that there is something may be said
    HIDDEN = "hidden"  # bars the person, or is sealed: not even that
