"""The vocabulary of the locality boards."""

from django.db import models


class Left(models.TextChoices):
    """How a child left a board."""

    STEPPED_OUT = "stepped_out", "Stepped out by the board"
    CEVT = "cevt", "Stepped down by CEVT"
    MOVED = "moved", "Followed by another board"
    JOINED = "joined", "Two records became one"
    APART = "apart", "Two records were taken apart"
