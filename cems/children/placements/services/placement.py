"""Where a child is placed (C2): opened, ended, corrected, withdrawn; and a concern about a child placed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q

from cems.accounts.models import Authority, Locality, Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.children.choices import PlacementKind
from cems.children.events import PlacementConcern
from cems.children.history.services.correction import correction_write, refuse_overtaken
from cems.children.history.services.note import note_write
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import CaseNote, Child, Placement
from cems.children.placements.services.move import (
    Move,
    as_told,
    described,
    move_follow,
    placement_move_in,
    placement_move_out,
    stage,
    tell_of_move,
)
from cems.children.placements.services.placed_concern import concern_begin

LONG_STAY_KINDS = frozenset({PlacementKind.HEALTH, PlacementKind.EDUCATION})
LONGEST_NOTICE = timedelta(days=366)


@dataclass(frozen=True)
class Place:
    """What is known of a placement when it is recorded."""

    kind: str
    area: Authority
    placed_by: Authority
    starts_on: date
    notified_by: str
    notified_on: date
    locality: Locality | None = None
    provider: Team | None = None
    provider_name: str = ""
    address_confidential: bool = False
    long_stay: bool = False


@dataclass(frozen=True)
class Mended(Place):
    """What a placement says once it is corrected."""

    ends_on: date | None = None
    end_reason: str = ""


@command
def placement_open(user: User, *, child: Child, place: Place, at: datetime | None = None) -> Placement:
    """The child is placed from a day on, today's or one to come; on it the record follows the place (C2).

    Education and health of the areas concerned are told of a move in or out. Raises Invalid for a day
    that can't be, Conflict where another placement runs in that time (record-f5).
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    _check(primary, place, local_date(instant))
    _refuse_overlap(primary, place.starts_on, None)
    row = Placement.objects.create(child=primary, recorded_at=instant, recorded_by=user, **vars(place))
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="status", at=instant)
    area_ids = {place.area.pk, primary.area_id}
    if row.planned_on(local_date(instant)):
        tell_of_move(row, Move.TO_COME, area_ids, instant)
    else:
        placement_move_in(user, row=row, primary=primary, at=instant)
        tell_of_move(row, Move.IN, area_ids, instant)
    return row


@command
def placement_end(
    user: User, *, placement: Placement, ends_on: date, reason: str, at: datetime | None = None
) -> Placement:
    """The placement ends on its last day, on which area and locality go back to the home (C2).

    A day to come is kept, and applies when it comes. Raises Invalid for a day that can't be, Conflict where an end
    is recorded already (truth-f5).
    """
    instant = at or now()
    primary = lock_cluster(placement.child_id)
    locked_placement = _locked(placement)
    if locked_placement.ends_on is not None:
        raise Conflict(
            f"The end of this placement is recorded already: {locked_placement.ends_on:%-d %B %Y}. If that is wrong,"
            " correct the placement."
        )
    _check_end(locked_placement.starts_on, ends_on, local_date(instant))
    locked_placement.ends_on, locked_placement.end_reason = ends_on, reason.strip()
    locked_placement.save(update_fields=["ends_on", "end_reason"])
    record(
        user, verb=Verb.CHANGED, subject=locked_placement, child=primary.public_id, part="status", at=instant
    )
    if ends_on <= local_date(instant):
        area_id = locked_placement.area_id
        placement_move_out(user, row=locked_placement, primary=primary, area_id=area_id, at=instant)
        tell_of_move(locked_placement, Move.OUT, {area_id, primary.area_id}, instant)
    return locked_placement


@command
def placement_correct(
    user: User,
    *,
    placement: Placement,
    mended: Mended,
    why: str,
    version: int,
    at: datetime | None = None,
) -> Placement:
    """Put right what was recorded wrongly; what it said, who and why are kept, and the record follows at once (C2).

    A confidential place that is left empty stays what it is. `version` is the one the user saw. Raises Overtaken
    where a colleague changed it since, Invalid for a day that can't be or without a reason, Conflict where another
    placement runs in that time.
    """
    instant = at or now()
    primary, row = lock_cluster(placement.child_id), _locked(placement)
    hidden = {"provider", "provider_name"} if row.address_confidential else set()
    refuse_overtaken(row, version, {name: getattr(row, name) for name in vars(mended).keys() - hidden})
    day = local_date(instant)
    _check(primary, mended, day)
    if mended.ends_on is not None:
        _check_end(mended.starts_on, mended.ends_on, day)
    _refuse_overlap(primary, mended.starts_on, mended.ends_on, but=row.pk)
    mended = _with_hidden_place(row, mended)
    said = described(row, confidential=row.address_confidential or mended.address_confidential)
    area_id, told_before, area_ids = row.area_id, as_told(row), {row.area_id, primary.area_id}
    for name, value in vars(mended).items():
        setattr(row, name, value)
    row.save(update_fields=list(vars(mended)))
    correction_write(user, child=primary, placement=row, said=said, why=why, at=instant)
    move_follow(user, row=row, primary=primary, area_id=area_id, at=instant)
    if as_told(row) != told_before:
        tell_of_move(row, stage(row), area_ids | {row.area_id, primary.area_id}, instant)
    return row


@command
def placement_withdraw(
    user: User, *, placement: Placement, why: str, at: datetime | None = None
) -> Placement:
    """The placement was recorded in error: it was never so. The record goes back to the home (C2).

    Raises Invalid without a reason.
    """
    instant = at or now()
    primary, row = lock_cluster(placement.child_id), _locked(placement)
    said = described(row, confidential=row.address_confidential)
    correction_write(user, child=primary, placement=row, said=said, why=why, withdrawn=True, at=instant)
    row.withdrawn_at = instant
    row.save(update_fields=["withdrawn_at"])
    stage_before, area_ids = stage(row), {row.area_id, primary.area_id}
    if stage_before is Move.IN:
        placement_move_out(user, row=row, primary=primary, area_id=row.area_id, at=instant)
    if stage_before is not Move.OUT:
        tell_of_move(row, Move.NEVER, area_ids | {primary.area_id}, instant)
    return row


@command
def placements_follow(user: None, *, at: datetime | None = None) -> int:
    """Let the days that came apply: who was to leave goes home, then who was to come moves in. How many did.

    In the name of who recorded them, as it is their record that takes effect.
    """
    instant = at or now()
    day = local_date(instant)
    leaving = Placement.objects.filter(moved_in_at__isnull=False, moved_out_at__isnull=True, ends_on__lte=day)
    coming = Placement.objects.filter(moved_in_at__isnull=True, starts_on__lte=day)
    count = 0
    for placement in (*leaving.order_by("ends_on", "pk"), *coming.order_by("starts_on", "pk")):
        primary, row = lock_cluster(placement.child_id), _locked(placement)
        areas = {primary.area_id, row.area_id}
        moved = move_follow(row.recorded_by, row=row, primary=primary, area_id=row.area_id, at=instant)
        record(
            user,
            verb=Verb.CHANGED,
            subject=row,
            child=primary.public_id,
            part="status",
            detail={"day_came": moved.value if moved else "over"},
            at=instant,
        )
        if moved is not None:
            tell_of_move(row, moved, areas | {primary.area_id}, instant)
        count += 1
    return count


@command
def placement_concern(
    user: User, *, placement: Placement, text: str, happened_at: datetime, at: datetime | None = None
) -> CaseNote:
    """A concern about a child who is placed: First Contact is asked to act (C2).

    Kept as a case note. Where another authority is responsible, it must be told within its time. Raises
    Invalid without words.
    """
    instant = at or now()
    note = note_write(
        user,
        child=lock_cluster(placement.child_id),
        happened_at=happened_at,
        text=text,
        who=f"About a child placed by {placement.placed_by}",
        at=instant,
    )
    if placement.elsewhere:
        concern_begin(user, placement=placement, note=note, at=instant)
    publish(
        PlacementConcern(
            child_id=note.child_id,
            note_id=note.pk,
            area_id=placement.area_id,
            responsible_id=placement.placed_by_id,
            responsible=placement.placed_by.name,
            user_id=user.pk,
            at=instant,
        )
    )
    return note


def _check(child: Child, place: Place, today: date) -> None:
    if place.starts_on < child.date_of_birth:
        raise Invalid("The placement starts before the child was born. Check the date.", field="starts_on")
    if place.starts_on > today + LONGEST_NOTICE:
        raise Invalid("The first day is more than a year away. Check the date.", field="starts_on")
    if place.notified_on > today:
        raise Invalid("The notification is in the future. Check the date.", field="notified_on")
    _check_locality(place.locality, place.area)
    if place.long_stay and place.kind not in LONG_STAY_KINDS:
        raise Invalid(
            "Three months or more is asked of health and education placements only.", field="long_stay"
        )


def _with_hidden_place(row: Placement, mended: Mended) -> Mended:
    """The page shows no confidential place: nobody who leaves it empty takes it away, or shows it unawares."""
    if mended.provider or mended.provider_name or not row.address_confidential:
        return mended
    if not mended.address_confidential and (row.provider or row.provider_name):
        words = "Write the name of the place, if it is to be shown from now on."
        raise Invalid(words, field="provider_name")
    return replace(mended, provider=row.provider, provider_name=row.provider_name)


def _check_locality(locality: Locality | None, area: Authority) -> None:
    if locality and locality.authority_id != area.pk:
        raise Invalid("This locality lies in another authority. Choose it again.", field="locality")


def _check_end(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on < starts_on:
        raise Invalid("The last day is before the first. Check the date.", field="ends_on")
    if ends_on > today + LONGEST_NOTICE:
        raise Invalid("The last day is more than a year away. Check the date.", field="ends_on")


def _refuse_overlap(primary: Child, starts_on: date, ends_on: date | None, *, but: int = 0) -> None:
    """A child has one placement at a time, in the whole cluster."""
    others = Placement.objects.of(primary).exclude(pk=but)
    running = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    stay = (running.filter(starts_on__lte=ends_on) if ends_on else running).order_by("starts_on").first()
    if stay:
        until = f" to {stay.ends_on:%-d %B %Y}" if stay.ends_on else ", which has not ended"
        raise Conflict(
            f"The child is placed already: {stay.get_kind_display()} from {stay.starts_on:%-d %B %Y}{until}."
            " A child has one placement at a time. End that one before this one begins.",
            field="starts_on",
        )


def _locked(placement: Placement) -> Placement:
    """The placement, locked. Raises Conflict where it was withdrawn meanwhile."""
    rows = Placement.objects.select_for_update(no_key=True, of=("self",))
    row: Placement | None = (
        rows.select_related("area", "locality", "placed_by", "provider", "recorded_by", "child")
        .filter(pk=placement.pk)
        .first()
    )
    if row is None:
        raise Conflict("This placement was withdrawn: it was recorded in error.")
    return row
