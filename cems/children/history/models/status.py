"""What is true of a child from–to: statuses (C2) and involvements (C3). Dated, closed once, never overlapping."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from cems.accounts.models import Authority
from cems.base.models import PublicModel
from cems.children.choices import LegalBasis, StatusKind
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager, StandingManager


def days() -> Func:
    return Func("starts_on", "ends_on", Value("[]"), function="daterange", output_field=DateRangeField())


class Status(PublicModel):
    """How services know the child in a period; several kinds may hold side by side, one kind once at a time."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=StatusKind)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    legal_basis = models.CharField(max_length=12, choices=LegalBasis, blank=True)
    responsible = models.ForeignKey(
        Authority, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="It was recorded in error")

    objects = StandingManager()
    with_withdrawn = OfChildManager()

    class Meta:
        verbose_name_plural = "statuses"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="status_in_order"
            ),
            ExclusionConstraint(
                name="status_no_overlap",
                expressions=[
                    ("child", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"status {self.pk}"
