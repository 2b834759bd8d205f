"""A review where nothing was new, until CEVT has noted it or a forum has looked at the child (M6)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Authority
from cems.base.models import PublicModel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from matrix.models import ShortReview
from triage.cevt.models.item import Item
from triage.choices import ReviewEnd


class ReviewToNote(PublicModel):
    """What CEVT owes a review where nothing was new: to note it, or to discuss the child.

    While the child is on a locality's board it is the board's to look at. A level that any forum agrees answers it.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="+", help_text="Whose CEVT has it"
    )
    short_review = models.OneToOneField(ShortReview, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=9, choices=ReviewEnd, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    item = models.ForeignKey(
        Item,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="What CEVT discusses, where somebody took this one out",
    )

    objects = OfChildManager()

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
        ]

    def __str__(self) -> str:
        return f"review to note {self.pk}"
