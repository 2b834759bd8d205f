"""A working day on which CEVT has to meet, because something is due (T2)."""

from django.db import models

from cems.accounts.models import Authority
from cems.base.models import PublicModel
from cems.clocks.models import Clock


class MeetingDay(PublicModel):
    """CEVT of one authority owes a meeting on this day; its clock is CEVT's own, and about no child."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authority", "day"], name="meeting_day_once")]

    def __str__(self) -> str:
        return f"meeting day {self.pk}"
