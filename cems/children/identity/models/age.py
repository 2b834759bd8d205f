"""What was decided about an age that was not known or disputed (C1)."""

from django.conf import settings
from django.db import models

from cems.base.models import PublicModel
from cems.children.choices import AgeOutcome
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


class AgeDecision(PublicModel):
    """Who decided the age of a child, when, what, and which birth date holds from then on. Never edited."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=5, choices=AgeOutcome)
    decided_by = models.CharField("who decided", max_length=120)
    decided_on = models.DateField()
    born = models.DateField("birth date decided")
    born_before = models.DateField("birth date until then")
    why = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfChildManager()

    class Meta:
        indexes = [models.Index(fields=["child", "-recorded_at"], name="age_decision_of_child")]

    def __str__(self) -> str:
        return f"age decision {self.pk}"
