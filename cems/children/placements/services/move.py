"""The record follows a place and goes back to the home; education and health are told (C2)."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from django.urls import reverse

from cems.accounts.models import Team, User
from cems.base.command import command
from cems.base.events import publish
from cems.base.time import local_date
from cems.children.access.services.matter import matters_follow
from cems.children.events import AreaChanged
from cems.children.models import Child, Placement
from cems.children.policy import PLACEMENT_DESKS
from cems.clocks.recipients import acting
from cems.notices.services import notice_send


class Move(StrEnum):
    """What education and health are told of."""

    TO_COME = "to_come"
    IN = "in"
    OUT = "out"
    NEVER = "never"


def stage(row: Placement) -> Move:
    """How far the record has followed this placement: not yet, into it, or out of it again."""
    if row.moved_in_at is None:
        return Move.TO_COME
    return Move.OUT if row.moved_out_at else Move.IN


def as_told(row: Placement) -> tuple[Move, int | None, date | None]:
    """What education and health know of this placement: where it is told again once it is corrected."""
    move = stage(row)
    area_id = None if move is Move.OUT else row.area_id
    return move, area_id, row.starts_on if move is Move.TO_COME else None


@command
def move_follow(user: User, *, row: Placement, primary: Child, area_id: int, at: datetime) -> Move | None:
    """Bring the record to where this placement says the child is now; what came of it, if anything.

    `area_id` is the area it named until now. Of one that is to begin only later nothing has happened yet: the child
    is at home, and what they go back to is what the home is on the day they move.
    """
    day, moved = local_date(at), None
    if row.runs_on(day):
        placement_move_in(user, row=row, primary=primary, at=at)
        return Move.IN
    if stage(row) is Move.IN:
        placement_move_out(user, row=row, primary=primary, area_id=area_id, at=at)
        moved = Move.OUT
    if row.planned_on(day):
        row.moved_in_at = row.moved_out_at = row.home_area = row.home_locality = None
    elif row.moved_in_at is None:
        row.moved_in_at = row.moved_out_at = at  # over before anybody could follow it: nothing moves
    row.save(update_fields=["home_area", "home_locality", "moved_in_at", "moved_out_at"])
    return moved


@command
def placement_move_in(user: User, *, row: Placement, primary: Child, at: datetime) -> None:
    """Area and locality follow the place from now on; where the child lived before is kept as the home."""
    if row.moved_in_at is None and row.home_area_id is None:
        row.home_area, row.home_locality = primary.area, primary.locality
    row.moved_in_at, row.moved_out_at = row.moved_in_at or at, None
    row.save(update_fields=["home_area", "home_locality", "moved_in_at", "moved_out_at"])
    _live_in(user, primary, row.area_id, row.locality_id, at)


@command
def placement_move_out(user: User, *, row: Placement, primary: Child, area_id: int, at: datetime) -> None:
    """Area and locality go back to the home, unless the child has moved on since or another placement runs.

    `area_id` is the area the record followed it to, whatever a correction says it should have been. Of a placement
    from before homes were kept, the home is the authority responsible, its locality not known.
    """
    row.moved_out_at = at
    row.save(update_fields=["moved_out_at"])
    day = local_date(at)
    others = Placement.objects.of(primary).exclude(pk=row.pk).filter(starts_on__lte=day)
    running = next((other for other in others.order_by("-starts_on", "-pk") if other.runs_on(day)), None)
    if running is not None:
        # Of two that ran side by side, the one that goes on takes over where the child goes back to.
        if running.home_area_id in {None, area_id} and row.home_area_id:
            running.home_area_id, running.home_locality_id = row.home_area_id, row.home_locality_id
            running.save(update_fields=["home_area", "home_locality"])
        return
    if primary.area_id != area_id:
        return
    if row.home_area_id is not None:
        _live_in(user, primary, row.home_area_id, row.home_locality_id, at)
    elif primary.area_id != primary.authority_id:
        _live_in(user, primary, primary.authority_id, None, at)


def _live_in(user: User, primary: Child, area_id: int, locality_id: int | None, at: datetime) -> None:
    before = (primary.area_id, primary.locality_id)
    if before == (area_id, locality_id):
        return
    primary.area_id, primary.locality_id = area_id, locality_id
    primary.version += 1  # a user who is changing the identity just now learns that it moved
    primary.save(update_fields=["area", "locality", "version"])
    matters_follow(user, child=primary, at=at)
    publish(AreaChanged(primary.pk, before[1], user.pk, at))


def tell_of_move(row: Placement, move: Move, area_ids: Collection[int], at: datetime) -> None:
    """Education and health of these areas, where they have a desk: by reference, never by name.

    Each move of a placement is told once: the same one again, after a correction, is another.
    """
    desks = Team.objects.filter(code__in=PLACEMENT_DESKS.at(at), agency__authorities__in=area_ids).distinct()
    people = {who for who, *_ in acting(local_date(at), team__in=desks)}
    words = {
        Move.TO_COME: f"A child who is placed is to move into {row.area} on {row.starts_on:%-d %B %Y}",
        Move.IN: f"A child who is placed has moved into {row.area}",
        Move.OUT: f"A child who is placed has left a placement in {row.area}",
        Move.NEVER: f"A placement in {row.area} was recorded in error",
    }[move]
    notice_send(
        people,
        kind="children.placement",
        key=f"placement:{row.public_id}:{move.value}:{at:%Y%m%d%H%M%S%f}",
        text=f"{words}: {row.child.reference}.",
        url=reverse("children:overview", args=[row.child.public_id]),
        reference=row.child.reference,
        child=row.child.public_id,
        at=at,
    )


def described(row: Placement, *, confidential: bool) -> str:
    """What the placement says, in words, for a correction to keep; never a place that is confidential,
    nor more of where it lies than the area."""
    place = "" if confidential else row.provider_name or str(row.provider or "")
    near = None if confidential else row.locality
    where = ", ".join(str(part) for part in (place, near, row.area) if part)
    until = f" to {row.ends_on:%-d %B %Y}" if row.ends_on else ", going on"
    ended = f" Ended because: {row.end_reason}." if row.end_reason else ""
    days = f"from {row.starts_on:%-d %B %Y}{until}"
    return f"{row.get_kind_display()}, {where}, {days}. Placed by {row.placed_by}.{ended}"
