"""Where a child is placed (C2): opened, ended, told to education and health; concern about a child placed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse

from cems.accounts.models import Authority, Locality, Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.children.choices import PlacementKind
from cems.children.events import AreaChanged, PlacementConcern
from cems.children.history.services.note import note_write
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import CaseNote, Child, Placement
from cems.children.placements.services.placed_concern import concern_begin
from cems.children.policy import PLACEMENT_DESKS
from cems.clocks.recipients import acting
from cems.notices.services import notice_send

LONG_STAY_KINDS = frozenset({PlacementKind.HEALTH, PlacementKind.EDUCATION})


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


@command
def placement_open(user: User, *, child: Child, place: Place, at: datetime | None = None) -> Placement:
    """The child is placed from a day on; the record's area and locality follow the place (C2).

    Education and health of the areas concerned are told of a move in or out. Raises Invalid for a day
    that can't be, Conflict where another placement runs in that time (record-f5).
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    _check(primary, place, local_date(instant))
    running = Placement.objects.of(primary).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=place.starts_on))
    stay = running.order_by("starts_on").first()
    if stay:
        until = f" to {stay.ends_on:%-d %B %Y}" if stay.ends_on else ", which has not ended"
        raise Conflict(
            f"The child is placed already: {stay.get_kind_display()} from {stay.starts_on:%-d %B %Y}{until}."
            " A child has one placement at a time. End that one before this one begins.",
            field="starts_on",
        )
    row = Placement.objects.create(child=primary, recorded_at=instant, recorded_by=user, **vars(place))
    before, lived_in = primary.area, primary.locality_id
    primary.area, primary.locality = place.area, place.locality
    primary.version += 1  # a user who is changing the identity just now learns that it moved
    primary.save(update_fields=["area", "locality", "version"])
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="status", at=instant)
    _tell_desks(row, "in", {place.area.pk, before.pk}, instant)
    if (before.pk, lived_in) != (primary.area_id, primary.locality_id):
        publish(AreaChanged(primary.pk, lived_in, user.pk, instant))
    return row


@command
def placement_end(
    user: User, *, placement: Placement, ends_on: date, reason: str, at: datetime | None = None
) -> Placement:
    """The placement ends on its last day. Raises Invalid for a day that can't be, Conflict where it has ended."""
    instant = at or now()
    primary = lock_cluster(placement.child_id)
    locked_placement = Placement.objects.select_for_update().get(pk=placement.pk)
    if locked_placement.ends_on is not None:
        raise Conflict("This placement has ended already.")
    if ends_on < locked_placement.starts_on:
        raise Invalid("The last day is before the first. Check the date.", field="ends_on")
    if ends_on > local_date(instant):
        raise Invalid("The last day is in the future. Record it on the day it ends.", field="ends_on")
    locked_placement.ends_on, locked_placement.end_reason = ends_on, reason.strip()
    locked_placement.save(update_fields=["ends_on", "end_reason"])
    record(
        user, verb=Verb.CHANGED, subject=locked_placement, child=primary.public_id, part="status", at=instant
    )
    _tell_desks(locked_placement, "out", {locked_placement.area_id}, instant)
    return locked_placement


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
            responsible=placement.placed_by.name,
            user_id=user.pk,
            at=instant,
        )
    )
    return note


def _check(child: Child, place: Place, today: date) -> None:
    if place.starts_on < child.date_of_birth:
        raise Invalid("The placement starts before the child was born. Check the date.", field="starts_on")
    if place.starts_on > today:
        raise Invalid(
            "The placement starts in the future. Record it on the day it begins.", field="starts_on"
        )
    if place.notified_on > today:
        raise Invalid("The notification is in the future. Check the date.", field="notified_on")
    if place.locality and place.locality.authority_id != place.area.pk:
        raise Invalid("This locality lies in another authority. Choose it again.", field="locality")
    if place.long_stay and place.kind not in LONG_STAY_KINDS:
        raise Invalid(
            "Three months or more is asked of health and education placements only.", field="long_stay"
        )


def _tell_desks(row: Placement, way: str, area_ids: set[int], at: datetime) -> None:
    """Education and health of these areas, where they have a desk: by reference, never by name."""
    desks = Team.objects.filter(code__in=PLACEMENT_DESKS.at(at), agency__authorities__in=area_ids).distinct()
    people = {who for who, *_ in acting(local_date(at), team__in=desks)}
    moved = f"moved into {row.area}" if way == "in" else f"left a placement in {row.area}"
    notice_send(
        people,
        kind="children.placement",
        key=f"placement:{row.public_id}:{way}",
        text=f"A child who is placed has {moved}: {row.child.reference}.",
        url=reverse("children:overview", args=[row.child.public_id]),
        reference=row.child.reference,
        child=row.child.public_id,
        at=at,
    )
