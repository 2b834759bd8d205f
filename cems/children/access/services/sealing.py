"""A sealed identity (adoption): the records before and after are never matched, merged or searched across."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.access.services.restriction import may_manage
from cems.children.identity.services.identifier import identifier_resume
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Identifier
from cems.children.querysets import rows_of_clusters


@command
def identity_seal(user: User, *, child: Child, reason: str, at: datetime | None = None) -> Child:
    """Seal a restricted record: nobody but its named readers finds it, nothing is ever matched with it.

    Its numbers end, so that none of them answers for another record. Raises NotAllowed for others than those
    who keep the record; Invalid without a reason, where it is open, sealed, or joined with another.
    """
    instant = at or now()
    locked_child = _kept(user, child, reason, instant)
    if not locked_child.restricted:
        raise Invalid("Restrict the record first: only named people may know of it.")
    if locked_child.sealed_at is not None:
        raise Invalid("This record is sealed already.")
    if len(rows_of_clusters([locked_child.pk])) > 1:
        raise Invalid("Other records were joined to this one. Take them apart first.")
    Identifier.objects.filter(child=locked_child, ended_at__isnull=True).update(ended_at=instant)
    locked_child.sealed_at = instant
    return _written(user, locked_child, reason, instant)


@command
def identity_unseal(user: User, *, child: Child, reason: str, at: datetime | None = None) -> Child:
    """The seal was set in error: the numbers that ended with it hold again. One that another record has by now
    is First Contact's to settle."""
    instant = at or now()
    locked_child = _kept(user, child, reason, instant)
    if locked_child.sealed_at is None:
        raise Invalid("This record is not sealed.")
    for row in Identifier.objects.filter(child=locked_child, ended_at=locked_child.sealed_at):
        identifier_resume(user, row=row, at=instant)
    locked_child.sealed_at = None
    return _written(user, locked_child, reason, instant)


def _kept(user: User, child: Child, reason: str, at: datetime) -> Child:
    primary = lock_cluster(child.pk)
    if not may_manage(user, primary, at):
        raise NotAllowed("The owner of the record or their deputy decides this.")
    if says_nothing(reason):
        raise Invalid("Say why.", field="reason")
    return primary


def _written(user: User, child: Child, reason: str, at: datetime) -> Child:
    child.save(update_fields=["sealed_at"])
    record(
        user,
        verb=Verb.CHANGED,
        subject=child,
        child=child.public_id,
        part="identity",
        reason=reason.strip(),
        detail={"fields": ["sealed_at"]},
        at=at,
    )
    return child
