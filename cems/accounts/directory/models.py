"""Helplines and services outside the partnership that anybody may be told to ring (K3)."""

from django.db import models
from django.db.models import Q

from cems.base.models import PublicModel


class HelplineFor(models.TextChoices):
    """Whom a helpline is for, in the order in which the directory shows them."""

    CHILDREN = "children", "Children and young people"
    PARENTS = "parents", "Parents and carers"
    ANYBODY = "anybody", "Anybody who is worried"


class Helpline(PublicModel):
    """A number outside the partnership; kept by the administrator. One that has ended is no longer shown."""

    code = models.SlugField(max_length=40, unique=True, editable=False)
    name = models.CharField(max_length=120)
    helps = models.CharField("whom it is for", max_length=8, choices=HelplineFor)
    purpose = models.CharField("what it helps with", max_length=200)
    phone = models.CharField(max_length=30, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    page = models.URLField(blank=True)
    last_day = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(phone="", page=""), name="helpline_reached"),
            models.CheckConstraint(condition=Q(version__gte=1), name="helpline_version"),
        ]

    def __str__(self) -> str:
        return self.name
