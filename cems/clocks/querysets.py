"""Reads of clocks, chained in English, and the statements of the sweep that Django can't say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from cems.accounts.models import User
from cems.accounts.profile import Profile, profile_of
from cems.clocks.choices import LIVE, OPEN
from cems.notices.slots import KNOWN_TO


class ClockQuerySet(QuerySet[Any]):
    """Clocks."""

    def held_by(self, profile: Profile) -> Self:
        """Those the person, somebody they stand in for or one of their teams has.

        Two arms under IN, never OR: each has its index.
        """
        return self._held(profile, self.model.objects.all())

    def open_of(self, profile: Profile) -> Self:
        """Those of them that are open. The arms themselves ask it: a desk has few open clocks and a long past
        (measured at 60,000 met clocks: 0.6 ms against 420 ms)."""
        return self._held(profile, self.model.objects.still_open()).still_open()

    def first_of(self, profile: Profile, most: int, among: QuerySet[Any] | None = None) -> Self:
        """The `most` open ones that are due first, in that order; `among` keeps to some of the open ones. Each arm
        ends as soon as it has so many: of a desk that all of a nation's matters come to, the rest is not looked at."""
        first = (self.model.objects.still_open() if among is None else among).order_by("due_at", "pk")
        arms = [arm.values("pk")[:most] for arm in self._arms(profile, first)]
        return self.filter(pk__in=arms[0].union(*arms[1:], all=True)).order_by("due_at", "pk")[:most]

    def live_arms(self, user: User) -> list[QuerySet[Any]]:
        """Those that run, an arm an owner: each has one owner, so they never meet. None of a record that is kept from
        the person, as the list has none."""
        return self._arms(profile_of(user), self.model.objects.live().known_to(user))

    def numbers_of(self, user: User, at: datetime) -> dict[str, int]:
        """How many of the open ones run, are over their time and are paused, in one statement."""
        late = Q(stage__in=LIVE, due_at__lt=at)
        numbers: dict[str, int] = (
            self.open_of(profile_of(user))
            .known_to(user)
            .aggregate(
                open=Count("pk", filter=Q(stage__in=LIVE)),
                late=Count("pk", filter=late),
                paused=Count("pk", filter=~Q(stage__in=LIVE)),
            )
        )
        return numbers

    def _held(self, profile: Profile, among: QuerySet[Any]) -> Self:
        arms = [arm.values("pk") for arm in self._arms(profile, among)]
        return self.filter(pk__in=arms[0].union(*arms[1:], all=True))

    def _arms(self, profile: Profile, among: QuerySet[Any]) -> list[QuerySet[Any]]:
        """Those of the person, of each whom they stand in for and of each of their teams, apart: every one has
        its index."""
        teams = [among.filter(owner_team_id=team) for team in sorted(profile.works_for)]
        return [*(among.filter(owner_user_id=who) for who in sorted(profile.acts_for)), *teams]

    def still_open(self) -> Self:
        return self.filter(stage__in=OPEN)

    def closed(self) -> Self:
        return self.exclude(stage__in=OPEN)

    def live(self) -> Self:
        return self.filter(stage__in=LIVE)

    def known_to(self, user: User) -> Self:
        """Those about no child, or one whose record the person may know of."""
        return self.filter(KNOWN_TO.get()(self.model, user))

    def late(self, at: datetime) -> Self:
        return self.live().filter(due_at__lt=at)

    def due_to_act(self, at: datetime) -> Self:
        return self.filter(next_at__lte=at, failed_at__isnull=True)

    def failed(self) -> Self:
        return self.filter(failed_at__isnull=False)

    def claim(self, at: datetime, size: int) -> Sequence[Any]:
        """Lock up to `size` clocks that must act, the longest waiting first, passing by what others hold."""
        waiting = self.due_to_act(at).order_by("next_at", "pk")
        return list(waiting.select_for_update(no_key=True, skip_locked=True, of=("self",))[:size])

    def with_owner(self) -> Self:
        return self.select_related("owner_user", "owner_team")

    def with_last_change(self) -> Self:
        """With `changed_at`: when the newest step of its history was taken, or else when it started."""
        return self.annotate(changed_at=Coalesce(Max("transitions__at"), F("started_at")))

    def about(self, children: QuerySet[Any, Any]) -> Self:
        """Those about the children whose public ids this query gives; asked within the same statement."""
        return self.filter(child__in=children)


class CalendarFeedQuerySet(QuerySet[Any]):
    """Keys for calendar programs."""

    def live(self) -> Self:
        return self.filter(revoked_at__isnull=True)


def write_advances(clocks: Sequence[Any], at: datetime) -> None:
    """Write how swept clocks now stand, all in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clocks_clock c SET stage = v.stage, next_at = v.next_at, met_at = v.met_at,"
            " acted_until = %s, attempts = 0, version = c.version + 1"
            " FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[])"
            " AS v(id, stage, next_at, met_at) WHERE c.id = v.id",
            [
                at,
                [clock.pk for clock in clocks],
                [str(clock.stage) for clock in clocks],
                [clock.next_at for clock in clocks],
                [clock.met_at for clock in clocks],
            ],
        )


class StepRow(NamedTuple):
    """One row of history, as the sweep writes it."""

    clock_id: int
    stage: str
    round: int
    number: int
    at: datetime
    reason: str
    due_at: datetime


def write_steps(steps: Sequence[StepRow]) -> None:
    """Write the history of a sweep in one statement."""
    if not steps:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clocks_transition (clock_id, stage, round, number, at, reason, due_at, explanation)"
            " SELECT v.*, '' FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::timestamptz[],"
            " %s::text[], %s::timestamptz[]) AS v",
            [list(column) for column in zip(*steps, strict=True)],
        )


def mark_sweep(at: datetime) -> None:
    """Note that the clocks were looked at; never back in time, and no worker waits for another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clocks_sweepmark (id, at) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET at = EXCLUDED.at WHERE clocks_sweepmark.at < EXCLUDED.at",
            [at],
        )
