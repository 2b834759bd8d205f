"""A review where nothing was new, until CEVT has noted it or a forum has looked at the child (M6)."""

from django.db import models
from django.db.models import Q

from cems.meetings.models import Meeting
from matrix.models import ShortReview
from triage.cevt.models.item import WaitsForCevt
from triage.choices import ReviewEnd


class ReviewToNote(WaitsForCevt):
    """What CEVT owes a review where nothing was new: to note it, or to discuss the child.

    While the child is on a locality's board it is the board's to look at. A level that any forum agrees answers it.
    """

    short_review = models.OneToOneField(ShortReview, on_delete=models.PROTECT, related_name="+")
    ended_how = models.CharField(max_length=9, choices=ReviewEnd, blank=True)
    meeting = models.ForeignKey(
        Meeting,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="At which it was noted, where one went on",
    )

    class Meta:
        verbose_name_plural = "reviews to note"
        indexes = [
            models.Index(fields=["child", "-received_at"]),
            models.Index(
                fields=["authority", "received_at"],
                condition=Q(ended_at__isnull=True),
                name="reviewtonote_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="", ended_by__isnull=True)
                | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
                name="reviewtonote_ended_how",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(ended_how="discussed"), name="reviewtonote_item_discussed"
            ),
            models.CheckConstraint(
                condition=Q(meeting__isnull=True) | Q(ended_how="noted"), name="reviewtonote_meeting_noted"
            ),
        ]

    def __str__(self) -> str:
        return f"review to note {self.pk}"
