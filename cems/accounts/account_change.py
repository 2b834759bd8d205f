"""What one administrator may not do alone to an account: its address, its second factor (A1)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.base.models import PublicModel


class ChangeKind(models.TextChoices):
    """What is asked for."""

    ADDRESS = "address", "another e-mail address"
    SECOND_FACTOR = "factor", "the second factor taken away"


class ChangeOutcome(models.TextChoices):
    """How it ended."""

    DONE = "done", "Done"
    REFUSED = "refused", "Refused by another administrator"
    STOPPED = "stopped", "Stopped by the person"
    OVERTAKEN = "overtaken", "Could not be done any more"


class AccountChange(PublicModel):
    """One administrator asks; another says yes, or, where there is none, a day passes in which the person can stop it.

    `due_at` is when it is done without a yes; None where it waits for one. With `shut` nobody signs in meanwhile.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="account_changes"
    )
    kind = models.CharField(max_length=8, choices=ChangeKind)
    old_email = models.EmailField(blank=True)
    new_email = models.EmailField(blank=True)
    reason = models.CharField(max_length=500, blank=True)
    shut = models.BooleanField(default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=ChangeOutcome, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        app_label = "accounts"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(ended_at__isnull=True), name="accountchange_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="accountchange_ended_somehow",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(ended_at__isnull=True), name="accountchange_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"

    @property
    def what(self) -> str:
        """What is asked for, in words."""
        return ChangeKind(self.kind).label
