"""How the child describes their own orientation (C1): optional, and read only by those who work closest."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cems.base.models import PublicModel
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class SelfDescription(PublicModel):
    """The child's own words about their orientation, kept because the child agreed.

    Never edited: newer words end the older, and the child may take them back. What has ended stays for
    those who must account for it, and is shown on no page.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    words = models.CharField("in the child's own words", max_length=300)
    asked_by = models.CharField("who asked", max_length=120)
    agreed = models.BooleanField("the child agreed that this is kept")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back = models.BooleanField("the child took it back", default=False)

    objects = OfChildManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(ended_at__isnull=True), name="self_description_one"
            ),
            models.CheckConstraint(condition=Q(agreed=True), name="self_description_agreed"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, taken_back=False)
                | Q(ended_at__gte=F("recorded_at"), ended_by__isnull=False),
                name="self_description_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"self-description {self.pk}"
