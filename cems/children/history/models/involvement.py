"""What is true of a child from–to: statuses (C2) and involvements (C3). Dated, closed once, never overlapping."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from cems.accounts.models import Team
from cems.base.models import PublicModel
from cems.children.choices import CaseRole
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager


def _instants() -> Func:
    return Func("started_at", "ended_at", function="tstzrange", output_field=DateTimeRangeField())


class InvolvementState(models.TextChoices):
    CONFIRMED = "confirmed", "Confirmed"
    CLAIMED = "claimed", "Waiting for First Contact"
    REFUSED = "refused", "Not agreed"


class Involvement(PublicModel):
    """Who works with a child, in which role, from–to. Access follows it: involvement is the truth.

    A row names a person (with the team they act for), or a team as a whole (a duty team, a school
    with the child on roll).
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    case_role = models.CharField(max_length=20, choices=CaseRole)
    state = models.CharField(max_length=10, choices=InvolvementState, default=InvolvementState.CONFIRMED)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    claim_why = models.TextField("how they say they work with the child", blank=True, db_default="")
    decided_why = models.TextField("why it was agreed or not", blank=True, db_default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        indexes = [
            models.Index(fields=["child"]),
            models.Index(fields=["user"]),
            models.Index(fields=["team"]),
            models.Index(
                fields=["recorded_at"],
                condition=Q(state="claimed", ended_at__isnull=True),
                name="involvement_claims",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(team__isnull=False), name="involvement_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="involvement_in_order",
            ),
            ExclusionConstraint(
                name="involvement_no_overlap",
                expressions=[
                    ("child", RangeOperators.EQUAL),
                    (Coalesce("user", Value(0)), RangeOperators.EQUAL),
                    (Coalesce("team", Value(0)), RangeOperators.EQUAL),
                    ("case_role", RangeOperators.EQUAL),
                    (_instants(), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="refused"),
            ),
        ]

    def __str__(self) -> str:
        return f"involvement {self.pk}"
