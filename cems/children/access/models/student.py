"""Which of the supervisor's children a student sees (A2: cover)."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from cems.accounts.leaving import here
from cems.accounts.models import Appointment
from cems.accounts.querysets import current
from cems.base.models import PublicModel
from cems.children.history.models.status import days
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildQuerySet


class StudentChildQuerySet(OfChildQuerySet):
    """What supervisors named for students."""

    def live(self, on: date) -> Self:
        """Those that count on this day, while the student is there; the supervisor's own reach is asked besides."""
        return self.filter(
            current(on), current(on, "post__"), here(on, "post__user__"), ended_at__isnull=True
        )


StudentChildManager = models.Manager.from_queryset(StudentChildQuerySet)


class StudentChild(PublicModel):
    """A supervisor names a child for a student, to a last day; it lasts no longer than the supervisor's own reach."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The last day the student sees the child")
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was ended before its time")

    objects = StudentChildManager()

    class Meta:
        verbose_name_plural = "student children"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="student_child_in_order"),
            ExclusionConstraint(
                name="student_child_once",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("child", RangeOperators.EQUAL),
                    (days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"student child {self.pk}"
