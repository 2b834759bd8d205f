"""Numbers of other systems (C1): recorded even where another record holds them, and settled by First Contact."""

from datetime import datetime

from django.db import IntegrityError
from django.db.models import F, Q

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command, savepoint
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.access.visibility import primary_of
from cems.children.identity.rules import check_identifier
from cems.children.matching.services.cluster import lock_cluster
from cems.children.matching.signpost import tell_owners
from cems.children.models import Child, Identifier
from cems.children.querysets import rows_of_clusters


@command
def identifier_add(
    user: User, *, child: Child, kind: str, value: str, at: datetime | None = None
) -> Identifier:
    """Record an identifier of the cluster; an earlier one of the kind is ended. Raises Invalid.

    A number that another record holds is recorded all the same, and First Contact settles it. Nothing tells
    the caller which it was; those who keep a restricted record with that number are told at once.
    """
    instant = at or now()
    checked, primary = check_identifier(kind, value), lock_cluster(child.pk)
    same = Identifier.objects.filter(
        child__in=rows_of_clusters([primary.pk]), kind=kind, ended_at__isnull=True
    )
    existing = same.filter(value=checked).first()
    if existing:
        return existing
    same.update(ended_at=instant)
    row = _in_force(Identifier(child=primary, kind=kind, value=checked, added_at=instant), instant)
    record(
        user,
        verb=Verb.CHANGED,
        subject=primary,
        child=primary.public_id,
        part="identity",
        detail={"fields": [kind]},
        at=instant,
    )
    _say_to_holders(user, row, instant)
    return row


@command
def identifier_settle(
    user: User, *, child: Child, kind: str, belongs: bool, why: str, at: datetime | None = None
) -> Identifier:
    """First Contact looked: the number two records hold is this child's, or is not and ends here.

    The other record keeps it as it was: a user who may open that one settles it there. Raises NotAllowed for
    others, Invalid without a reason, Conflict where nothing is to be settled any more.
    """
    instant = at or now()
    if not profile_of(user).may(Work.DUPLICATES):
        raise NotAllowed("First Contact settles which child a number belongs to.")
    if says_nothing(why):
        raise Invalid("Say how you know.", field="why")
    primary = lock_cluster(child.pk)
    waiting = Identifier.objects.filter(
        child__in=rows_of_clusters([primary.pk]), kind=kind, ended_at__isnull=True
    )
    row = waiting.filter(claimed_at__isnull=False, settled_at__isnull=True).order_by("pk").first()
    if row is None:
        raise Conflict("This number has been settled already.")
    row.settled_at, row.settled_by = instant, user
    row.ended_at = None if belongs else instant
    row.save(update_fields=["settled_at", "settled_by", "ended_at"])
    record(
        user,
        verb=Verb.DECIDED,
        subject=primary,
        child=primary.public_id,
        part="identity",
        reason=why.strip(),
        detail={"fields": [kind], "belongs": belongs},
        at=instant,
    )
    return row


@command
def identifier_resume(user: User | None, *, row: Identifier, at: datetime) -> None:
    """A number that had ended is in force again: claimed, where another record holds it by now."""
    row.ended_at = None
    _in_force(row, at)


def _in_force(row: Identifier, at: datetime) -> Identifier:
    """Write a number that goes on: held by this record, or claimed where another holds it."""
    holder = Identifier.objects.filter(
        kind=row.kind, value=row.value, ended_at__isnull=True, claimed_at__isnull=True
    )
    row.claimed_at = at if holder.exclude(pk=row.pk).exists() else None
    try:
        with savepoint():
            row.save()
    except IntegrityError:  # another record came to hold it at this very moment
        row.claimed_at = at
        row.save()
    return row


def _say_to_holders(user: User, row: Identifier, at: datetime) -> None:
    """The signpost of a number, for the records' side: in the record use of each that is out of the person's
    reach, and to those who keep a restricted one; of a sealed one too, whose numbers ended with its seal."""
    there = Q(ended_at__isnull=True) | Q(ended_at=F("child__sealed_at"))
    others = Identifier.objects.filter(there, kind=row.kind, value=row.value).annotate(primary=primary_of())
    primaries = set(others.exclude(primary=row.child_id).values_list("primary", flat=True))
    if not primaries:
        return
    reached = Child.objects.visible_to(user).filter(pk__in=primaries).values("pk")
    unseen = Child.objects.unscoped("the records that hold a number somebody recorded out of their sight")
    for child in unseen.filter(pk__in=primaries).exclude(pk__in=reached):
        record(user, verb=Verb.SIGNPOSTED, subject=child, child=child.public_id, part=Part.IDENTITY, at=at)
        tell_owners(user, child)
