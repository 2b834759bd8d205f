"""A matrix at Low or None, which starts no clock, until CEVT has looked at it (M5)."""

from django.db import models
from django.db.models import Q

from matrix.models import Submission
from triage.cevt.models.item import WaitsForCevt
from triage.choices import LowEnd


class LowMatrix(WaitsForCevt):
    """What CEVT oversees: a child whose newest matrix is at Low or None, and about whom nothing is owed.

    On the list until somebody has looked at it, or a newer matrix, an item of CEVT's or an agreed level ends it. From
    `late_from` it is late, of which CEVT's chairs are told once.
    """

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="+")
    # The column keeps the name it had: to rename one is not safe while an older version still runs.
    late_from = models.DateTimeField(db_column="until")
    late_told_at = models.DateTimeField(null=True, blank=True, help_text="When CEVT's chairs were told")
    note = models.TextField(blank=True, db_default="")
    ended_how = models.CharField(max_length=9, choices=LowEnd, blank=True)

    class Meta:
        verbose_name_plural = "low matrices"
        indexes = [
            models.Index(fields=["child", "-received_at"]),
            models.Index(
                fields=["authority", "late_from", "id"],
                condition=Q(ended_at__isnull=True),
                name="lowmatrix_waiting",
            ),
            models.Index(
                fields=["late_from"],
                condition=Q(ended_at__isnull=True, late_told_at__isnull=True),
                name="lowmatrix_to_tell",
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
