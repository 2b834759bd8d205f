"""Schools and colleges of England, with an account in CEMS or not (C1)."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from cems.accounts.models import Team


class School(models.Model):
    """A school or college of the public register (Get Information about Schools), by its number.

    `team` is its account, where it has one. One that has closed stays for the records that name it, and is not offered.
    """

    urn = models.CharField("unique reference number", max_length=6, unique=True)
    name = models.CharField(max_length=160)
    town = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    kind = models.CharField("type of establishment", max_length=80, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    is_open = models.BooleanField(default=True)
    search_key = models.CharField(max_length=250, editable=False)
    team = models.OneToOneField(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [GinIndex(name="school_trigram", fields=["search_key"], opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return f"{self.name}, {self.town}" if self.town else self.name

    @property
    def label(self) -> str:
        """The name, town and number, as a form shows and takes it."""
        return f"{self} ({self.urn})"
