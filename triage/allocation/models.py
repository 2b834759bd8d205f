"""Who waits for a worker, who has one, and how much room each worker has (T6)."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from cems.base.models import PublicModel
from cems.children.choices import RiskLevel
from cems.children.models import Child, Involvement
from cems.children.querysets import OfChildManager
from cems.clocks.models import Clock
from triage.allocation.querysets import AllocationManager
from triage.cevt.models.decision import Decision
from triage.choices import WaitEnd, WorkerKind


class AllocationWait(PublicModel):
    """A child waits for a worker: since when, why, and the clock that asks; closed once, with its end."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=WorkerKind, default=WorkerKind.CE_WORKER)
    decision = models.ForeignKey(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="waits"
    )
    level = models.PositiveSmallIntegerField(choices=RiskLevel)
    why = models.TextField(blank=True)
    since = models.DateTimeField()
    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=10, choices=WaitEnd, blank=True)
    ended_why = models.TextField(blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "waits"
        indexes = [models.Index(fields=["since"], condition=Q(ended_at__isnull=True), name="wait_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "kind"], condition=Q(ended_at__isnull=True), name="wait_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="")
                | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
                name="wait_ended_how",
            ),
        ]

    def __str__(self) -> str:
        return f"waiting {self.pk}"


class AllocationDeclined(PublicModel):
    """That a child gets no worker for now, and why; at Significant a clock asks to look again (T6).

    One row each time somebody looked. Open until `ended_at`: looked at again, given a worker, or lowered.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=WorkerKind, default=WorkerKind.CE_WORKER)
    level = models.PositiveSmallIntegerField(choices=RiskLevel, null=True, blank=True)
    why = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    clock = models.OneToOneField(Clock, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfChildManager()

    class Meta:
        verbose_name_plural = "allocations declined"
        indexes = [models.Index(fields=["child", "-at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "kind"], condition=Q(ended_at__isnull=True), name="notmade_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"not made {self.pk}"


class Allocation(PublicModel):
    """A worker has a child, from–to. It gives the involvement, and with it access; ending it takes both."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=WorkerKind, default=WorkerKind.CE_WORKER)
    worker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=RiskLevel, help_text="Agreed when it was made")
    why = models.TextField("why at Moderate, or over the worker's room", blank=True)
    involvement = models.OneToOneField(Involvement, on_delete=models.PROTECT, related_name="+")
    allocated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    first_visit_on = models.DateField(null=True, blank=True)
    social_worker_told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.TextField(blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone = models.BooleanField(
        default=False, db_default=False, help_text="Given in error: counts for nothing"
    )

    objects = AllocationManager()

    class Meta:
        indexes = [
            models.Index(fields=["worker"], condition=Q(ended_at__isnull=True), name="allocation_of_worker"),
            models.Index(fields=["child", "-starts_at"]),
        ]
        constraints = [
            ExclusionConstraint(
                name="allocation_one_at_a_time",
                expressions=[
                    ("child", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_at",
                            "ended_at",
                            Value("[)"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="")
                | (Q(ended_at__gte=F("starts_at")) & ~Q(ended_why="")),
                name="allocation_ended_why",
            ),
            models.CheckConstraint(
                condition=Q(undone=False) | Q(ended_at__isnull=False), name="allocation_undone_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"allocation {self.pk}"


class Capacity(PublicModel):
    """How many children a worker has room for from a day on (about 7; part-time less)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=WorkerKind, default=WorkerKind.CE_WORKER)
    children = models.PositiveSmallIntegerField()
    share = models.PositiveSmallIntegerField("per cent of full time", default=100)
    starts_on = models.DateField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "capacities"
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "starts_on"], name="capacity_once_a_day"),
            models.CheckConstraint(condition=Q(share__gte=1, share__lte=100), name="capacity_share"),
        ]

    def __str__(self) -> str:
        return f"capacity {self.pk}"


class Vacancy(PublicModel):
    """A post nobody holds: the room the team would have, from–to (ERASE Annual Report 2023–24, paragraphs 12–13)."""

    kind = models.CharField(max_length=11, choices=WorkerKind, default=WorkerKind.CE_WORKER)
    title = models.CharField(max_length=120)
    children = models.PositiveSmallIntegerField("children the post has room for")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "vacancies"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="vacancy_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class WeekendCover(PublicModel):
    """Late before days off: who holds a child that still waits for a worker until the next working day."""

    wait = models.ForeignKey(AllocationWait, on_delete=models.PROTECT, related_name="weekend_covers")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    until = models.DateField(help_text="The next working day")
    duty_team_told_at = models.DateTimeField(null=True, blank=True)
    plan = models.TextField("what is in force meanwhile")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfChildManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wait", "until"], name="weekend_cover_once")]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class Absence(PublicModel):
    """A worker is away, from–to; the end may not be known yet."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="absence_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="absence_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"
