"""What happened to a child's record and was never edited after: agreed levels (C4), case notes (C5)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from cems.base.models import PublicModel
from cems.children.choices import HarmContext, RiskLevel
from cems.children.identity.models.child import Child
from cems.children.practice_lists import HARM_FORMS
from cems.children.querysets import OfChildManager
from cems.policy.fields import KeyField


class Forum(models.TextChoices):
    """Only these change the agreed level (C4 Decision)."""

    CEVT = "cevt", "CEVT"
    CEG = "ceg", "CEG"


class AgreedLevel(PublicModel):
    """A level a forum agreed, with the forms of harm it saw."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=RiskLevel)
    forms = ArrayField(KeyField(max_length=14, named_by=HARM_FORMS), default=list, blank=True)
    contexts = ArrayField(models.CharField(max_length=10, choices=HarmContext), default=list, blank=True)
    forum = models.CharField(max_length=4, choices=Forum)
    reference = models.CharField(max_length=20, blank=True)
    rationale = models.TextField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-happened_at"])]

    def __str__(self) -> str:
        return f"agreed level {self.pk}"
