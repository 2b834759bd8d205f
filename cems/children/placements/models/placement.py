"""Where a child is placed, from–to (C2)."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from cems.accounts.models import Authority, Locality, Team
from cems.base.models import PublicModel
from cems.children.choices import PlacementKind
from cems.children.history.models.status import days
from cems.children.identity.models.child import Child
from cems.children.querysets import OfChildManager, StandingManager


class Placement(PublicModel):
    """One place a child lives in by arrangement. A child has one at a time.

    `area` is the authority the place lies in, `placed_by` the one that holds responsibility;
    where the two differ, the child is placed here, or is one of ours placed elsewhere. A placement may be recorded
    before it begins, and its last day before it comes: the record follows the place from `moved_in_at` to
    `moved_out_at`, and goes back to the home it had before. One recorded in error is withdrawn, with a correction.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=PlacementKind)
    area = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    locality = models.ForeignKey(Locality, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    placed_by = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    provider_name = models.CharField(max_length=120, blank=True)
    address_confidential = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    long_stay = models.BooleanField(
        default=False, help_text="Health or education: three months or more, or meant to be"
    )
    notified_by = models.CharField("who notified us", max_length=120)
    notified_on = models.DateField()
    end_reason = models.CharField(max_length=200, blank=True)
    home_area = models.ForeignKey(
        Authority, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    home_locality = models.ForeignKey(
        Locality, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    moved_in_at = models.DateTimeField(null=True, blank=True)
    moved_out_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = StandingManager()
    with_withdrawn = OfChildManager()

    class Meta:
        indexes = [
            models.Index(fields=["area"], condition=Q(ends_on__isnull=True), name="placement_in_area"),
            models.Index(fields=["placed_by"], condition=Q(ends_on__isnull=True), name="placement_by"),
            models.Index(
                fields=["starts_on"],
                condition=Q(moved_in_at__isnull=True, withdrawn_at__isnull=True),
                name="placement_to_begin",
            ),
            models.Index(
                fields=["ends_on"],
                condition=Q(moved_in_at__isnull=False, moved_out_at__isnull=True, ends_on__isnull=False),
                name="placement_to_end",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="placement_in_order"
            ),
            ExclusionConstraint(
                name="placement_no_overlap",
                expressions=[("child", RangeOperators.EQUAL), (days(), RangeOperators.OVERLAPS)],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"placement {self.pk}"

    @property
    def elsewhere(self) -> bool:
        """Whether the place lies outside the authority that is responsible."""
        return self.area_id != self.placed_by_id

    def planned_on(self, day: date) -> bool:
        """Whether it is to begin after this day."""
        return self.starts_on > day

    def runs_on(self, day: date) -> bool:
        """Whether the child lives there at the end of this day: on the last day the child goes home."""
        return self.starts_on <= day and (self.ends_on is None or self.ends_on > day)
