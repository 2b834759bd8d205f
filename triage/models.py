"""A matrix received for triage, and the clock that runs from then (T2)."""

from django.db import models

from cems.base.models import PublicModel
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from matrix.models import Submission


class Receipt(PublicModel):
    """A submitted Moderate or Significant matrix that CEVT owes an agreed level, due by its clock.

    First Contact's desk has the clock until triage takes the child on its list.
    """

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=RiskLevel)
    received_at = models.DateTimeField()
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-received_at"])]

    def __str__(self) -> str:
        return f"receipt of {self.submission_id}"
