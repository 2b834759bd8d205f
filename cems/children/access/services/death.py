"""A child has died: clocks and letters stop, legal hold, the record narrows to named people (access rules)."""

from datetime import date, datetime
from uuid import UUID

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import NO_END, local_date, now
from cems.base.words import says_nothing
from cems.children.access.models.access import NamedReaderKind
from cems.children.access.selectors.restriction import is_barred
from cems.children.access.services.restriction import review_day
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Death, NamedReader
from cems.children.querysets import rows_of_clusters
from cems.clocks.models import Clock
from cems.clocks.services import clock as clocks
from cems.notices.services import mail_withhold

WHY_CANCELLED = "The child has died"


@command
def death_record(
    user: User, *, child: Child, died_on: date, owner: User, at: datetime | None = None
) -> Death:
    """Record a death. Clocks about the child are cancelled, waiting mail is withheld, the record is held and
    opens only to those named on it: `owner`, the person who records, and those who were named before.

    Raises NotAllowed without the right; Invalid for a day that can't be, an owner who is barred, or when a
    death is recorded already.
    """
    instant = at or now()
    _may(user)
    primary = lock_cluster(child.pk)
    if primary.died_on is not None:
        raise Invalid("A death is recorded already.")
    if died_on > local_date(instant):
        raise Invalid("This day is in the future.", field="died_on")
    if died_on < primary.date_of_birth:
        raise Invalid("This day is before the child was born.", field="died_on")
    if is_barred(owner, primary.pk):
        raise Invalid("This person is barred from the record.", field="owner")
    row = Death.objects.create(
        child=primary,
        died_on=died_on,
        recorded_at=instant,
        recorded_by=user,
        owner=owner,
        was_restricted=primary.restricted,
    )
    _narrow(primary, owner, user, instant)
    primary.died_on, primary.legal_hold, primary.restricted = died_on, True, True
    primary.restricted_review_on = primary.restricted_review_on or review_day(instant)
    primary.save(update_fields=["died_on", "legal_hold", "restricted", "restricted_review_on"])
    ids = set(_public_ids(primary))
    for clock in Clock.objects.still_open().filter(child__in=ids).order_by("pk"):
        clocks.clock_cancel(user, clock=clock, reason=WHY_CANCELLED, at=instant)
    mail_withhold(user, children=ids)
    record(
        user,
        verb=Verb.CHANGED,
        subject=row,
        child=primary.public_id,
        part="identity",
        detail={"fields": ["died_on", "legal_hold", "restricted"]},
        at=instant,
    )
    return row


@command
def death_undo(user: User, *, child: Child, reason: str, at: datetime | None = None) -> Child:
    """The death was recorded in error: the record opens again as far as it was open before.

    Cancelled clocks stay cancelled, withheld mail stays unsent: what is still promised is promised anew.
    Raises NotAllowed without the right, Invalid without a reason or where no death is recorded.
    """
    instant = at or now()
    _may(user)
    if says_nothing(reason):
        raise Invalid("Say how the mistake came about.", field="reason")
    primary = lock_cluster(child.pk)
    row = Death.objects.select_for_update(no_key=True).filter(child=primary, undone_at__isnull=True).first()
    if row is None:
        raise Invalid("No death is recorded.")
    row.undone_at, row.undone_by, row.undone_because = instant, user, reason.strip()
    row.save(update_fields=["undone_at", "undone_by", "undone_because"])
    primary.died_on, primary.legal_hold = None, False
    primary.restricted = row.was_restricted
    primary.restricted_review_on = review_day(instant) if primary.restricted else None
    primary.save(update_fields=["died_on", "legal_hold", "restricted", "restricted_review_on"])
    if not primary.restricted:
        NamedReader.objects.filter(child=primary, until__gt=instant).update(until=instant)
    record(
        user,
        verb=Verb.CHANGED,
        subject=row,
        child=primary.public_id,
        part="identity",
        reason=reason.strip(),
        detail={"fields": ["died_on", "legal_hold", "restricted"]},
        at=instant,
    )
    return primary


def _narrow(child: Child, owner: User, recorder: User, at: datetime) -> None:
    """Name the owner and the recorder; of a record restricted before, everybody named stays."""
    NamedReader.objects.filter(child=child, kind=NamedReaderKind.OWNER).exclude(user=owner).update(
        kind=NamedReaderKind.NAMED
    )
    if not child.restricted:  # names left over from an earlier restriction give nothing now
        NamedReader.objects.filter(child=child, until__gt=at).update(until=at)
    NamedReader.objects.update_or_create(
        child=child, user=owner, defaults={"kind": NamedReaderKind.OWNER, "until": NO_END}
    )
    if recorder != owner:
        NamedReader.objects.update_or_create(
            child=child,
            user=recorder,
            defaults={"until": NO_END},
            create_defaults={"kind": NamedReaderKind.DEPUTY, "until": NO_END},
        )


def _public_ids(child: Child) -> list[UUID]:
    cluster = Child.objects.unscoped("clocks and mail of a child who has died").filter(
        pk__in=rows_of_clusters([child.pk])
    )
    return list(cluster.values_list("public_id", flat=True))


def _may(user: User) -> None:
    if not profile_of(user).may(Work.DEATH):
        raise NotAllowed("First Contact or the ERASE manager records this.")
