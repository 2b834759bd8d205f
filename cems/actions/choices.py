"""The words of an action."""

from django.db import models


class Status(models.TextChoices):
    """Where an action stands."""

    OPEN = "open", "To do"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "No longer needed"
    CARRIED = "carried", "Carried over"
