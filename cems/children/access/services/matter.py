"""Matters and submitters: what widens a record beside involvement (A2). What narrows it: `restriction`."""

from datetime import datetime, timedelta

from cems.accounts.models import Locality, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict
from cems.base.events import publish
from cems.base.time import NO_END, now
from cems.children.choices import MatterKind
from cems.children.cluster_lock import kept_while_locked
from cems.children.events import MatterClosed, MatterMoved, MatterOpened
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Matter, Submitter
from cems.children.policy import FORUM_REACH_DAYS
from cems.children.querysets import rows_of_clusters


@command
def matter_open(
    user: User,
    *,
    child: Child,
    kind: str,
    locality: Locality | None = None,
    at: datetime | None = None,
) -> Matter:
    """A forum starts to follow the child, in the record's locality unless told; already open, it goes on.

    A locality that is named brings its authority.

    Where another locality is named than the one that follows the child, the matter moves there.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    open_already = next(iter(matters_open(primary, kind)), None)
    if open_already is None:
        authority_id = locality.authority_id if locality else primary.area_id
        locality_id = locality.pk if locality else primary.locality_id
        row = _open(user, primary, kind, authority_id, locality_id, instant)
        publish(MatterOpened(row.pk, primary.pk, kind, user.pk, instant))
        return row
    if locality and open_already.locality_id != locality.pk:
        return matter_move(user, matter=open_already, locality=locality, at=instant)
    return open_already


@command
def matter_move(user: User, *, matter: Matter, locality: Locality, at: datetime | None = None) -> Matter:
    """Another locality's forum follows the child from now on; the one before reads on for some days, as at an end.

    Raises Conflict when the matter was closed meanwhile, or is that locality's already.
    """
    instant = at or now()
    primary = lock_cluster(matter.child_id)
    before = next((row for row in _open_matters(primary) if row.pk == matter.pk), None)
    if before is None:
        raise Conflict("The child is no longer followed here. Look at the record again.")
    if before.locality_id == locality.pk:
        raise Conflict(f"The child is followed in {locality} already.")
    _close(user, primary, before, instant)
    row = _open(user, primary, before.kind, locality.authority_id, locality.pk, instant)
    publish(MatterMoved(row.pk, before.pk, primary.pk, row.kind, user.pk, instant))
    return row


def _open(
    user: User,
    primary: Child,
    kind: str,
    authority_id: int,
    locality_id: int | None,
    at: datetime,
) -> Matter:
    row = Matter.objects.create(
        child=primary,
        kind=kind,
        authority_id=authority_id,
        responsible_id=primary.authority_id if primary.authority_id != authority_id else None,
        locality_id=locality_id,
        opened_at=at,
        until=NO_END,
    )
    _open_matters(primary).append(row)
    record(
        user,
        verb=Verb.ACCESS_GIVEN,
        subject=row,
        child=primary.public_id,
        detail={"matter": kind},
        at=at,
    )
    return row


def _open_matters(primary: Child) -> list[Matter]:
    """What follows the cluster now, asked once while a command holds it; written under its lock, and here alone."""
    rows = Matter.objects.filter(child__in=rows_of_clusters([primary.pk]), closed_at__isnull=True).order_by(
        "pk"
    )
    matters: list[Matter] = kept_while_locked(primary.pk, "matters", lambda: list(rows))
    return matters


def matters_open(primary: Child, kind: str) -> list[Matter]:
    """What follows the cluster that is read under this record, for this reason; of two joined records perhaps two."""
    return [row for row in _open_matters(primary) if row.kind == kind]


def matter_is_open(primary: Child, kind: str) -> bool:
    """Whether a forum follows the cluster that is read under this record."""
    return bool(matters_open(primary, kind))


def on_board(primary: Child) -> bool:
    """Whether a locality's board follows the cluster; a matter without a locality is on nobody's list."""
    return any(row.locality_id for row in matters_open(primary, MatterKind.CEG))


@command
def matters_follow(user: User, *, child: Child, at: datetime) -> None:
    """The child lives in another area from now on: what follows them there does so for that area's people.

    Those of the area before read on as at an end, those of the authority responsible all along. Boards go by locality.
    """
    primary = lock_cluster(child.pk)
    for row in list(_open_matters(primary)):
        if row.kind == MatterKind.CEG or row.authority_id == primary.area_id:
            continue
        _close(user, primary, row, at)
        moved = _open(user, primary, row.kind, primary.area_id, primary.locality_id, at)
        publish(MatterMoved(moved.pk, row.pk, primary.pk, moved.kind, user.pk, at))


@command
def matter_close(user: User, *, child: Child, kind: str, at: datetime | None = None) -> None:
    """The forum's work is done. CEVT and CEG keep reach for some days more (a setting); the others end now."""
    instant = at or now()
    primary = lock_cluster(child.pk)
    for row in matters_open(primary, kind):
        matter_end(user, matter=row, at=instant)


@command
def matter_end(user: User, *, matter: Matter, at: datetime) -> None:
    """One matter is closed, whatever else follows the cluster; harmless where it is closed already."""
    primary = lock_cluster(matter.child_id)
    row = next((row for row in _open_matters(primary) if row.pk == matter.pk), None)
    if row is not None:
        _close(user, primary, row, at)
        publish(MatterClosed(row.pk, primary.pk, row.kind, user.pk, at))


def _close(user: User, primary: Child, row: Matter, at: datetime) -> None:
    read_on = row.kind in {MatterKind.CEVT, MatterKind.CEG}
    stays = timedelta(days=FORUM_REACH_DAYS.at(at) if read_on else 0)
    _open_matters(primary).remove(row)
    row.closed_at, row.until = at, at + stays
    row.save(update_fields=["closed_at", "until"])
    record(
        user,
        verb=Verb.ACCESS_ENDED,
        subject=row,
        child=primary.public_id,
        detail={"matter": row.kind},
        at=at,
    )


@command
def submitter_note(user: User, *, child: Child, at: datetime | None = None) -> None:
    """The person submitted about the child and keeps sight of that submission."""
    Submitter.objects.get_or_create(child=child, user=user, defaults={"at": at or now()})
