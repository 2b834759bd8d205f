"""What happened to a child's record and was never edited after: agreed levels (C4), case notes (C5)."""

from django.conf import settings
from django.db import models

from cems.base.models import PublicModel
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class CaseNote(PublicModel):
    """A case note: when it happened apart from when it was recorded, who was there, what was done.

    A correction is a new note that supersedes the old one; both stay.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    who = models.CharField("who was involved", max_length=300, blank=True)
    text = models.TextField()
    done = models.TextField("what was done", blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-happened_at"])]

    def __str__(self) -> str:
        return f"case note {self.pk}"
