"""Matters, restriction and bars: what narrows and widens a record beside involvement (A2)."""

from datetime import datetime, timedelta

from django.db import transaction

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import local_date, now
from cems.children.choices import MatterKind
from cems.children.models import Bar, Child, Matter, NamedReader, Submitter
from cems.children.models.access import NamedReaderKind
from cems.children.querysets import cluster_ids
from cems.children.services.whole import lock_whole

RESTRICTION_REVIEW_DAYS = 90
FORUM_REACH_AFTER = timedelta(days=28)


@transaction.atomic
def matter_open(user: User, *, child: Child, kind: str, at: datetime | None = None) -> Matter:
    """A forum starts to follow the child; already open means the same matter goes on."""
    instant = at or now()
    root = lock_whole(child.pk)
    held = Matter.objects.filter(child__in=cluster_ids([root.pk]), kind=kind, closed_at__isnull=True).first()
    if held:
        return held
    row = Matter.objects.create(
        child=root, kind=kind, authority=root.area, locality=root.locality, opened_at=instant
    )
    record(
        user, verb=Verb.ACCESS_GIVEN, subject=row, child=root.public_id, detail={"matter": kind}, at=instant
    )
    return row


@transaction.atomic
def matter_close(user: User, *, child: Child, kind: str, at: datetime | None = None) -> None:
    """The forum's work is done. CEVT and CEG keep reach for 28 days more; the others end now."""
    instant = at or now()
    stays = FORUM_REACH_AFTER if kind in {MatterKind.CEVT, MatterKind.CEG} else timedelta()
    whole = cluster_ids([lock_whole(child.pk).pk])
    for row in Matter.objects.select_for_update().filter(child__in=whole, kind=kind, closed_at__isnull=True):
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


@transaction.atomic
def submitter_note(user: User, *, child: Child, at: datetime | None = None) -> None:
    """The person submitted about the child and keeps sight of that submission."""
    Submitter.objects.get_or_create(child=child, user=user, defaults={"at": at or now()})


@transaction.atomic
def restrict(
    user: User, *, child: Child, owner: User, deputy: User | None = None, at: datetime | None = None
) -> Child:
    """Only people named on the record read it from now on; reviewed within 90 days."""
    instant = at or now()
    _front_door(user)
    held = Child.objects.unscoped("lock the record being restricted").select_for_update().get(pk=child.pk)
    held.restricted = True
    held.restricted_review_on = local_date(instant) + timedelta(days=RESTRICTION_REVIEW_DAYS)
    held.save(update_fields=["restricted", "restricted_review_on"])
    reader_name(user, child=held, person=owner, kind=NamedReaderKind.OWNER, at=instant)
    if deputy:
        reader_name(user, child=held, person=deputy, kind=NamedReaderKind.DEPUTY, at=instant)
    record(
        user,
        verb=Verb.CHANGED,
        subject=held,
        child=held.public_id,
        part="identity",
        detail={"fields": ["restricted"]},
        at=instant,
    )
    return held


@transaction.atomic
def restriction_lift(user: User, *, child: Child, reason: str, at: datetime | None = None) -> Child:
    """The record opens again to everybody the ordinary rules let in."""
    instant = at or now()
    _front_door(user)
    if not reason.strip():
        raise Invalid("Say why the restriction ends.", field="reason")
    held = Child.objects.unscoped("lock the record being opened").select_for_update().get(pk=child.pk)
    held.restricted, held.restricted_review_on = False, None
    held.save(update_fields=["restricted", "restricted_review_on"])
    record(
        user,
        verb=Verb.CHANGED,
        subject=held,
        child=held.public_id,
        part="identity",
        reason=reason,
        detail={"fields": ["restricted"]},
        at=instant,
    )
    return held


@transaction.atomic
def reader_name(
    user: User, *, child: Child, person: User, kind: str = NamedReaderKind.NAMED, at: datetime | None = None
) -> NamedReader:
    """Name a person on a restricted record."""
    instant = at or now()
    row, _ = NamedReader.objects.update_or_create(child=child, user=person, defaults={"kind": kind})
    record(
        user,
        verb=Verb.ACCESS_GIVEN,
        subject=child,
        child=child.public_id,
        detail={"reader": str(person.public_id), "as": kind},
        at=instant,
    )
    return row


@transaction.atomic
def bar(user: User, *, child: Child, person: User, reason: str, at: datetime | None = None) -> Bar:
    """Bar a person from this record, whatever their role."""
    instant = at or now()
    _front_door(user)
    if not reason.strip():
        raise Invalid("Say why this person must not read the record.", field="reason")
    row, _ = Bar.objects.get_or_create(
        child=child, user=person, defaults={"reason": reason, "made_by": user, "at": instant}
    )
    record(
        user,
        verb=Verb.ACCESS_ENDED,
        subject=child,
        child=child.public_id,
        detail={"barred": str(person.public_id)},
        at=instant,
    )
    return row


def _front_door(user: User) -> None:
    if not profile_of(user).may(Work.STATUS):
        raise NotAllowed("First Contact or the team's manager decides this.")
