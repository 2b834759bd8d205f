"""An address that only listed people may know (access rules): a field of its own, for each recipient."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Team
from cems.base.models import PublicModel
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class ConfidentialAddress(PublicModel):
    """Where the child lives, kept apart from the record; the newest that has not ended counts."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    address = models.TextField()
    postcode = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "confidential addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(ended_at__isnull=True), name="confidential_address_one"
            ),
        ]

    def __str__(self) -> str:
        return f"confidential address {self.pk}"


class AddressRecipient(models.Model):
    """A person, or everybody of a team, who may know a confidential address."""

    address = models.ForeignKey(ConfidentialAddress, on_delete=models.CASCADE, related_name="recipients")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
                name="address_recipient_one",
            ),
            models.UniqueConstraint(
                fields=["address", "user", "team"], nulls_distinct=False, name="address_recipient_once"
            ),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk}"
