"""What a status or a placement said before it was corrected (C2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.base.models import PublicModel
from cems.children.history.models.status import Status
from cems.children.identity.models.child import Child
from cems.children.placements.models.placement import Placement
from cems.children.querysets import OfChildManager


class Correction(PublicModel):
    """Somebody put right what was recorded wrongly: what it said until then, who, when, why. Never edited."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    status = models.ForeignKey(
        Status, null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    placement = models.ForeignKey(
        Placement, null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    said = models.TextField("what it said before")
    why = models.CharField(max_length=200)
    withdrawn = models.BooleanField(default=False, help_text="It was never so")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-recorded_at"], name="correction_of_child")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__isnull=False, placement__isnull=True)
                | Q(status__isnull=True, placement__isnull=False),
                name="correction_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"

    @property
    def said_before(self) -> str:
        """What it said before; without the name of a place that was found to be confidential since."""
        place = self.placement
        if place is None or not place.address_confidential:
            return self.said
        said = self.said
        for name in filter(None, (place.provider_name, str(place.provider or ""))):
            said = said.replace(name, "place confidential")
        return said
