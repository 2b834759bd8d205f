"""A promise in time, and everything that happened to it (K1)."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cems.accounts.models import Team, User
from cems.base.models import PublicModel
from cems.clocks.choices import LIVE, OPEN, Stage, Step
from cems.clocks.kinds import ClockKind, shown_kind
from cems.clocks.querysets import CalendarFeedQuerySet, ClockQuerySet

_LIVE = [stage.value for stage in LIVE]
_OPEN = [stage.value for stage in OPEN]


class Clock(PublicModel):
    """One promise that has a time. The app that made it keeps a key to it.

    `reference` and `url` lead to what is promised; `title` is fixed words, never what somebody typed.
    `next_at` is the next instant at which it acts by itself, `acted_until` the last one it acted for. Where its
    length is a practice setting, `length` is what that was when the clock was started, and stays.
    """

    kind = models.CharField(max_length=60)
    reference = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    url = models.CharField(max_length=200, blank=True)
    child = models.UUIDField(null=True, blank=True)
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="clocks"
    )
    owner_team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="clocks"
    )
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    explanation = models.TextField()
    length_setting = models.CharField(
        max_length=60, blank=True, db_default="", help_text="Key of the practice setting"
    )
    length_authority_id = models.BigIntegerField(null=True, blank=True)
    length = models.PositiveIntegerField(null=True, blank=True)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.RUNNING)
    round = models.PositiveIntegerField(default=0, help_text="Goes up each time it is reckoned anew")
    next_at = models.DateTimeField(null=True, blank=True)
    acted_until = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    working_days_left = models.PositiveSmallIntegerField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    failed_why = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects: ClassVar = ClockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_user__isnull=False, owner_team__isnull=True)
                | Q(owner_user__isnull=True, owner_team__isnull=False),
                name="clock_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(stage="paused", paused_at__isnull=False, working_days_left__isnull=False)
                | (~Q(stage="paused") & Q(paused_at__isnull=True, working_days_left__isnull=True)),
                name="clock_paused_keeps_days",
            ),
            models.CheckConstraint(
                condition=Q(stage="met", met_at__isnull=False) | (~Q(stage="met") & Q(met_at__isnull=True)),
                name="clock_met_when",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=_LIVE) | Q(next_at__isnull=True), name="clock_still_does_nothing"
            ),
            models.CheckConstraint(
                condition=Q(length_setting="", length__isnull=True, length_authority_id__isnull=True)
                | (~Q(length_setting="") & Q(length__isnull=False)),
                name="clock_length_of_a_setting",
            ),
            models.CheckConstraint(
                condition=Q(failed_at__isnull=True, failed_why="")
                | (Q(failed_at__isnull=False) & ~Q(failed_why="")),
                name="clock_failed_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False, failed_at__isnull=True),
                name="clock_next",
            ),
            # With what the counts on every page ask, so that they read the index alone: of a desk with a long
            # past the planner would else read all it ever had (60,000 clocks: 27 ms against 0.1).
            models.Index(
                fields=["owner_user", "due_at"],
                include=["id", "stage", "child"],
                condition=Q(stage__in=_OPEN),
                name="clock_open_user",
            ),
            models.Index(
                fields=["owner_team", "due_at"],
                include=["id", "stage", "child"],
                condition=Q(stage__in=_OPEN),
                name="clock_open_team",
            ),
            models.Index(fields=["child"], condition=Q(child__isnull=False), name="clock_of_child"),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="clock_failed"),
            models.Index(fields=["reference"], name="clock_of_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def rule(self) -> ClockKind:
        """The kind's rule; one with no acts of its own where no installed app declares the kind."""
        return shown_kind(self.kind)

    @property
    def owner(self) -> User | Team:
        return self.owner_user or self.owner_team  # type: ignore[return-value]

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN

    @property
    def late_by(self) -> timedelta | None:
        """How late it was met; None while open, and when met in time."""
        return self.met_at - self.due_at if self.met_at and self.met_at > self.due_at else None


class Transition(models.Model):
    """One thing that happened to a clock, written once: history, and the proof of exactly once."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="transitions")
    stage = models.CharField(max_length=12, choices=Step)
    round = models.PositiveIntegerField(default=0)
    number = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField(help_text="When the clock was due after this")
    explanation = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clock", "stage", "round", "number"], name="transition_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.at:%Y-%m-%d %H:%M}"


class CalendarFeed(PublicModel):
    """One person's key for a calendar program, which signs in with `username` and a password shown once.

    Of the password only the fingerprint is kept. `username` is chance too, and tells nobody whose it is.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=24, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at__isnull=True), name="calendarfeed_one_live"
            )
        ]

    def __str__(self) -> str:
        return self.username


class SweepMark(models.Model):
    """When the clocks were last looked at; one row, for /readyz."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
