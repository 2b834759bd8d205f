"""Two records of one child joined, and perhaps taken apart again (C1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.base.models import PublicModel
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class NotSame(models.Model):
    """Somebody looked at two records that are alike, and they are two children. `child` has the lower number."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "looked at and not the same"
        constraints = [models.UniqueConstraint(fields=["child", "other"], name="notsame_once")]

    def __str__(self) -> str:
        return f"not the same {self.pk}"


class Merge(PublicModel):
    """`other` is read under `child` since `at`: an alias, no row is moved (docs/adr/0008).

    `before` keeps what the merge changed, as row numbers, so that undoing it can put it back: records
    that were merged into `other` before, numbers and periods that were ended to decide a conflict.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=500)
    shown = models.JSONField("what the preview said", default=list)
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_why = models.CharField(max_length=500, blank=True)

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-at"])]
        constraints = [
            models.UniqueConstraint(fields=["other"], condition=Q(undone_at__isnull=True), name="merge_once"),
            models.CheckConstraint(condition=~Q(other=models.F("child")), name="merge_not_with_itself"),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"
