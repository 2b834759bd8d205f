"""Who is on a locality's board, and what the board agreed at each review (G1, G2)."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from ceg.choices import Left
from cems.accounts.models import Locality
from cems.actions.models import Action
from cems.base.models import PublicModel
from cems.children.models import AgreedLevel, Child, Matter
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from matrix.models import Submission
from triage.models import Outcome


def _time() -> Func:
    return Func("entered_at", "left_at", Value("[)"), function="tstzrange", output_field=DateTimeRangeField())


class BoardEntry(PublicModel):
    """A child is on the board of a locality, from–to; one board at a time for a record.

    `matter` gives the board's people their reach. `outcome` is what CEVT decided: why the child is on the board;
    an entry that follows a move keeps it. `clock` is the promise of the next review, started anew at each.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    locality = models.ForeignKey(Locality, on_delete=models.PROTECT, related_name="+")
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="+")
    outcome = models.ForeignKey(Outcome, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    before = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="after",
        help_text="The entry on another board that this one goes on from",
    )
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    left_how = models.CharField(max_length=11, choices=Left, blank=True)
    left_why = models.TextField("why the child left, where it is told nowhere else", blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "board entries"
        indexes = [
            models.Index(fields=["locality"], condition=Q(left_at__isnull=True), name="entry_on_board"),
            models.Index(fields=["child", "-entered_at"], name="entry_of_child"),
        ]
        constraints = [
            ExclusionConstraint(
                name="entry_one_board",
                expressions=[("child", RangeOperators.EQUAL), (_time(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, left_how="", left_by__isnull=True)
                | (Q(left_at__gte=F("entered_at"), left_by__isnull=False) & ~Q(left_how="")),
                name="entry_left_how",
            ),
        ]

    def __str__(self) -> str:
        return f"board entry {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.left_at is None


class BoardReview(PublicModel):
    """The board looked at a child again and agreed a level: never edited after.

    The child stays until the next review (`next_on`), or is stepped out with a `note` to the lead practitioner.
    `submission` is the newest matrix the board had before it. Why this level stands with the level itself.
    """

    reference = models.CharField(max_length=20, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(BoardEntry, on_delete=models.PROTECT, related_name="reviews")
    agreed = models.OneToOneField(AgreedLevel, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stays_why = models.TextField("why the child stays at Moderate", blank=True)
    next_on = models.DateField(null=True, blank=True)
    note = models.TextField("note to the lead practitioner", blank=True)
    action = models.OneToOneField(
        Action,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="ERASE ends the worker's allocation, or says why it goes on",
    )
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-happened_at"], name="boardreview_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_on__isnull=False) | ~Q(note=""), name="boardreview_stays_or_note"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def stepped_out(self) -> bool:
        """Whether the child left the board with this review."""
        return self.next_on is None
