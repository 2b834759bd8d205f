"""The record follows a place and goes back to the home; education and health are told (C2)."""

from collections.abc import Collection
from datetime import datetime
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


@command
def placement_move_in(user: User, *, row: Placement, primary: Child, at: datetime) -> None:
    """Area and locality follow the place from now on; where the child lived before is kept as the home."""
    if row.moved_in_at is None and row.home_area_id is None:
        row.home_area, row.home_locality = primary.area, primary.locality
    row.moved_in_at, row.moved_out_at = row.moved_in_at or at, None
    row.save(update_fields=["home_area", "home_locality", "moved_in_at", "moved_out_at"])
    _live_in(user, primary, row.area_id, row.locality_id, at)


@command
def placement_move_out(user: User, *, row: Placement, primary: Child, at: datetime) -> None:
    """Area and locality go back to the home, unless the child has moved on since or another placement runs.

    Of a placement from before homes were kept, the home is the authority responsible, its locality not known.
    """
    row.moved_out_at = at
    row.save(update_fields=["moved_out_at"])
    day = local_date(at)
    others = Placement.objects.of(primary).exclude(pk=row.pk).filter(starts_on__lte=day)
    running = next((other for other in others.order_by("-starts_on", "-pk") if other.runs_on(day)), None)
    if running is not None:
        # Of two that ran side by side, the one that goes on takes over where the child goes back to.
        if running.home_area_id in {None, row.area_id} and row.home_area_id:
            running.home_area_id, running.home_locality_id = row.home_area_id, row.home_locality_id
            running.save(update_fields=["home_area", "home_locality"])
        return
    if primary.area_id != row.area_id:
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
    """Education and health of these areas, where they have a desk: by reference, never by name."""
    desks = Team.objects.filter(code__in=PLACEMENT_DESKS.at(at), agency__authorities__in=area_ids).distinct()
    people = {who for who, *_ in acting(local_date(at), team__in=desks)}
    words = {
        Move.TO_COME: f"is to move into {row.area} on {row.starts_on:%-d %B %Y}",
        Move.IN: f"has moved into {row.area}",
        Move.OUT: f"has left a placement in {row.area}",
    }[move]
    notice_send(
        people,
        kind="children.placement",
        key=f"placement:{row.public_id}:{move.value}",
        text=f"A child who is placed {words}: {row.child.reference}.",
        url=reverse("children:overview", args=[row.child.public_id]),
        reference=row.child.reference,
        child=row.child.public_id,
        at=at,
    )


def described(row: Placement) -> str:
    """What the placement says, in words, for a correction to keep; never a confidential place."""
    place = "" if row.address_confidential else row.provider_name or str(row.provider or "")
    where = ", ".join(str(part) for part in (place, row.locality, row.area) if part)
    until = f" to {row.ends_on:%-d %B %Y}" if row.ends_on else ", going on"
    ended = f" Ended because: {row.end_reason}." if row.end_reason else ""
    days = f"from {row.starts_on:%-d %B %Y}{until}"
    return f"{row.get_kind_display()}, {where}, {days}. Placed by {row.placed_by}.{ended}"
