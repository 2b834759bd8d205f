"""A concern about a child placed by another authority, and what was done with it (C2)."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Authority
from cems.base.models import PublicModel
from cems.children.choices import ConcernStep, Route
from cems.children.history.models.note import CaseNote
from cems.children.identity.models.child import Child
from cems.children.placements.models.placement import Placement
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock


class PlacedConcern(PublicModel):
    """Somebody is worried about a child who lives in one authority and is another's responsibility.

    The words are the case note, or those of the paper it came with (a CE Matrix). `clock` is the promise to tell the
    authority responsible; what came after stands in the steps.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(
        Placement, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.OneToOneField(CaseNote, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    paper = models.CharField("reference of the paper it came with", max_length=20, blank=True, db_default="")
    paper_url = models.CharField(max_length=200, blank=True, db_default="")
    area = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    responsible = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-recorded_at"], name="placed_concern_of_child")]
        constraints = [
            models.CheckConstraint(
                condition=Q(note__isnull=False, placement__isnull=False) | ~Q(paper=""),
                name="placed_concern_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"concern about a placed child {self.pk}"

    @property
    def worried_at(self) -> datetime:
        """When what worries somebody happened, or the paper came."""
        return self.note.happened_at if self.note else self.recorded_at


class PlacedConcernStep(PublicModel):
    """One thing that was done about it, each kind once: told, answered, escalated, closed. Never edited.

    `clock` is what the step waits for: after telling, the answer; after an escalation, the
    safeguarding lead.
    """

    concern = models.ForeignKey(PlacedConcern, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=9, choices=ConcernStep)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    whom = models.CharField("who was told", max_length=120, blank=True)
    route = models.CharField(max_length=7, choices=Route, blank=True)
    text = models.TextField(blank=True)
    adequate = models.BooleanField("the answer keeps the child safe", null=True, blank=True)
    unit_told = models.BooleanField("the Business Unit was told", null=True, blank=True)
    clock = models.OneToOneField(Clock, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "kind"], name="placed_concern_step_once"),
            models.CheckConstraint(
                condition=~Q(kind="told") | (~Q(whom="") & ~Q(route="") & Q(clock__isnull=False)),
                name="placed_concern_told_whom_and_how",
            ),
            models.CheckConstraint(
                condition=~Q(kind="answered") | (Q(adequate__isnull=False) & ~Q(text="")),
                name="placed_concern_answer_weighed",
            ),
            models.CheckConstraint(
                condition=~Q(kind="escalated")
                | (~Q(text="") & Q(unit_told__isnull=False) & Q(clock__isnull=False)),
                name="placed_concern_escalated_why",
            ),
            models.CheckConstraint(
                condition=~Q(kind="closed") | ~Q(text=""), name="placed_concern_closed_with_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
