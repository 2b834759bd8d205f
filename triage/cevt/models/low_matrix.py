"""A matrix at Low or None, which starts no clock, until CEVT has looked at it (M5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Authority
from cems.base.models import PublicModel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from matrix.models import Submission
from triage.cevt.models.item import Item
from triage.choices import LowEnd


class LowMatrix(PublicModel):
    """What CEVT oversees: a child whose newest matrix is at Low or None, and about whom nothing is owed.

    On the list to `until`, where nobody looked at it before; a newer matrix, an item of CEVT's or an agreed level
    ends it too.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="+", help_text="Whose CEVT has it"
    )
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    until = models.DateTimeField()
    note = models.TextField(blank=True, db_default="")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=9, choices=LowEnd, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    item = models.ForeignKey(
        Item,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="What CEVT discusses, where the child came on its list",
    )

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "low matrices"
        indexes = [
            models.Index(fields=["child", "-received_at"]),
            models.Index(
                fields=["authority", "-received_at", "-id"],
                condition=Q(ended_at__isnull=True),
                name="lowmatrix_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="", ended_by__isnull=True)
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_how="")),
                name="lowmatrix_ended_how",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(ended_how="listed"), name="lowmatrix_item_listed"
            ),
            models.CheckConstraint(
                condition=Q(note="") | Q(ended_how="looked_at"), name="lowmatrix_note_of_a_look"
            ),
        ]

    def __str__(self) -> str:
        return f"low matrix {self.pk}"
