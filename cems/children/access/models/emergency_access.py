"""A record opened for some hours, with a reason, by somebody it was out of reach of (A2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cems.base.models import PublicModel
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class EmergencyAccessOutcome(models.TextChoices):
    RIGHT = "right", "It was right to open it"
    TALKED = "talked", "It was not needed, and we have talked about it"
    REPORTED = "reported", "It was wrong, and I have reported it"


class EmergencyAccess(PublicModel):
    """One opening of one record by one person.

    It holds while `until` lies ahead; ending it early moves `until`, so that one comparison answers.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When the person ended it themselves")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=EmergencyAccessOutcome, blank=True)
    remark = models.CharField(max_length=300, blank=True)

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "emergency openings"
        indexes = [
            models.Index(fields=["user", "until"], include=["child"], name="emergency_of_user"),
            models.Index(
                fields=["opened_at"], condition=Q(reviewed_at__isnull=True), name="emergency_to_review"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("opened_at")), name="emergency_in_order"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, outcome="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(outcome="")),
                name="emergency_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("user")),
                name="emergency_not_reviewed_by_oneself",
            ),
        ]

    def __str__(self) -> str:
        return f"emergency opening {self.pk}"
