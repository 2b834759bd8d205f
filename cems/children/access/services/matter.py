"""Matters and submitters: what widens a record beside involvement (A2). What narrows it: `restriction`."""

from datetime import datetime, timedelta

from cems.accounts.models import Locality, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.time import now
from cems.children.choices import MatterKind
from cems.children.cluster_lock import kept_while_locked
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Matter, Submitter
from cems.children.policy import FORUM_REACH_DAYS
from cems.children.querysets import rows_of_clusters


@command
def matter_open(
    user: User, *, child: Child, kind: str, locality: Locality | None = None, at: datetime | None = None
) -> Matter:
    """A forum starts to follow the child, in the record's locality unless told; already open, it goes on."""
    instant = at or now()
    primary = lock_cluster(child.pk)
    matters = _open_matters(primary)
    held = next((row for row in matters if row.kind == kind), None)
    if held:
        return held
    row = Matter.objects.create(
        child=primary,
        kind=kind,
        authority_id=primary.area_id,
        locality_id=locality.pk if locality else primary.locality_id,
        opened_at=instant,
    )
    matters.append(row)
    record(
        user,
        verb=Verb.ACCESS_GIVEN,
        subject=row,
        child=primary.public_id,
        detail={"matter": kind},
        at=instant,
    )
    return row


def _open_matters(primary: Child) -> list[Matter]:
    """What follows the cluster now, asked once while a command holds it; written under its lock, and here alone."""
    rows = Matter.objects.filter(child__in=rows_of_clusters([primary.pk]), closed_at__isnull=True).order_by(
        "pk"
    )
    matters: list[Matter] = kept_while_locked(primary.pk, "matters", lambda: list(rows))
    return matters


def matter_is_open(primary: Child, kind: str) -> bool:
    """Whether a forum follows the cluster that is read under this record."""
    return any(row.kind == kind for row in _open_matters(primary))


@command
def matter_close(user: User, *, child: Child, kind: str, at: datetime | None = None) -> None:
    """The forum's work is done. CEVT and CEG keep reach for some days more (a setting); the others end now."""
    instant = at or now()
    read_on = kind in {MatterKind.CEVT, MatterKind.CEG}
    stays = timedelta(days=FORUM_REACH_DAYS.at(instant) if read_on else 0)
    matters = _open_matters(lock_cluster(child.pk))
    for row in [row for row in matters if row.kind == kind]:
        matters.remove(row)
        row.closed_at, row.until = instant, instant + stays
        row.save(update_fields=["closed_at", "until"])
        record(
            user,
            verb=Verb.ACCESS_ENDED,
            subject=row,
            child=child.public_id,
            detail={"matter": kind},
            at=instant,
        )


@command
def submitter_note(user: User, *, child: Child, at: datetime | None = None) -> None:
    """The person submitted about the child and keeps sight of that submission."""
    Submitter.objects.get_or_create(child=child, user=user, defaults={"at": at or now()})
