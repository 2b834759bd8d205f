"""A child has died (access rules): recorded once, undone only when it was recorded in error."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.base.models import PublicModel
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class Death(PublicModel):
    """When the child died, who recorded it; `was_restricted` is what an undo goes back to."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    died_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    was_restricted = models.BooleanField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_because = models.CharField(max_length=200, blank=True)

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(undone_at__isnull=True), name="death_recorded_once"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_because="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_because="")),
                name="death_undone_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"death {self.pk}"
