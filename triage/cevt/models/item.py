"""A child on CEVT's list, and what CEVT asked for before it could decide (T2, T3, T4)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Agency, Authority, Locality
from cems.actions.models import Action
from cems.base.models import PublicModel
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from matrix.models import Submission
from triage.choices import ItemKind


class Item(PublicModel):
    """Something about a child that CEVT owes a decision: a received matrix with its clock, a review, a concern.

    First Contact's desk has the clock until the child is eligible (T1); then CEVT has it. Open until
    `closed_at`: decided (`decision`), or withdrawn with its reason. A child may have several open; one
    decision answers all.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="+", help_text="Whose CEVT has it"
    )
    locality = models.ForeignKey(
        Locality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # counted with the items of a period, never looked for
        help_text="Where the child lived when it came, for figures of the time",
    )
    kind = models.CharField(max_length=7, choices=ItemKind, db_default=ItemKind.RECEIPT.value)
    submission = models.OneToOneField(
        Submission, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    level = models.PositiveSmallIntegerField(choices=RiskLevel, null=True, blank=True)
    why = models.TextField("why it was raised", blank=True, db_default="")
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    received_at = models.DateTimeField()
    clock = models.OneToOneField(Clock, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    decision = models.ForeignKey(
        "triage.Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="items"
    )
    withdrawn_why = models.TextField(blank=True, db_default="")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfChildManager()

    class Meta:
        indexes = [
            models.Index(fields=["child", "-received_at"]),
            models.Index(
                fields=["authority", "received_at"], condition=Q(closed_at__isnull=True), name="item_open_at"
            ),
            models.Index(fields=["authority", "received_at"], name="item_of_a_period"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, decision__isnull=True, withdrawn_why="")
                | Q(closed_at__isnull=False, decision__isnull=False, withdrawn_why="")
                | (Q(closed_at__isnull=False, decision__isnull=True) & ~Q(withdrawn_why="")),
                name="item_closed_how",
            ),
            models.CheckConstraint(
                condition=Q(kind="raised", submission__isnull=True)
                | (~Q(kind="raised") & Q(submission__isnull=False)),
                name="item_of_a_matrix_or_raised",
            ),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class InformationRequest(PublicModel):
    """More information CEVT wants before it decides: the only thing that pauses its clock, with a reason (T2)."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="information_requests")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    what = models.TextField()
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "information requests"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="information_request_answered",
            )
        ]

    def __str__(self) -> str:
        return f"wanted {self.pk}"


class WaitsForCevt(PublicModel):
    """Of one child, at the CEVT of one authority, from when it came to when and how it ended, and by whom.

    `item` is what CEVT discusses instead, where it became that.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="+", help_text="Whose CEVT has it"
    )
    received_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    item = models.ForeignKey(
        Item,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="What CEVT discusses instead",
    )

    objects = OfChildManager()

    class Meta:
        abstract = True
