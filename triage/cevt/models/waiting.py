"""What waits at CEVT without a clock until somebody has looked at it: what its kinds share (M5, M6)."""

from django.conf import settings
from django.db import models

from cems.accounts.models import Authority
from cems.base.models import PublicModel
from cems.children.models import Child
from cems.children.querysets import OfChildManager
from triage.cevt.models.item import Item


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
