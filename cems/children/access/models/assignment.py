"""A record assigned to an auditor or to information governance, for one sample, request or incident (A2)."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from cems.base.models import PublicModel
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildQuerySet


class AssignmentKind(models.TextChoices):
    SAMPLE = "sample", "Audit sample"
    REQUEST = "request", "Request for information"
    INCIDENT = "incident", "Incident"


class AssignmentQuerySet(OfChildQuerySet):
    """Records assigned to people."""

    def live(self, at: datetime) -> Self:
        """Those that hold at this instant."""
        return self.filter(until__gt=at)


AssignmentManager = models.Manager.from_queryset(AssignmentQuerySet)


class Assignment(PublicModel):
    """One record, open to one person for one sample, request or incident, to an end; ended early by moving `until`."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=AssignmentKind)
    reference = models.CharField("what it is called", max_length=60)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    until = models.DateTimeField()

    objects = AssignmentManager()

    class Meta:
        indexes = [models.Index(fields=["user", "until"], include=["child"], name="assignment_of_user")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("starts_at")), name="assignment_in_order"),
            models.CheckConstraint(condition=~Q(made_by=F("user")), name="assignment_not_by_oneself"),
            ExclusionConstraint(
                name="assignment_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("child", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (
                        Func("starts_at", "until", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"
