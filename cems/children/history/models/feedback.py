"""What the child and the family say about the help they get (C6)."""

from django.conf import settings
from django.db import models

from cems.base.models import PublicModel
from cems.children.choices import FeedbackAbout, FeedbackFrom
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class Feedback(PublicModel):
    """Words of the child or the family, typed by a colleague and marked as theirs. Never edited."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    whose = models.CharField(max_length=8, choices=FeedbackFrom)
    about = models.CharField(max_length=12, choices=FeedbackAbout)
    words = models.TextField()
    changed = models.TextField("what changed because of it", blank=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "feedback"
        indexes = [models.Index(fields=["child", "-happened_at"])]

    def __str__(self) -> str:
        return f"feedback {self.pk}"
