"""What narrows a record: restriction with its owner and readers, bars, conflicts (A2)."""

from datetime import date, datetime, timedelta

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import HEADING_TEAM, Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import on_day
from cems.base.command import command
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import NO_END, local_date, now
from cems.base.words import says_nothing
from cems.children.access.models.access import NamedReaderKind
from cems.children.access.selectors.restriction import is_barred
from cems.children.clocks import RESTRICTION_REVIEW
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Bar, Child, NamedReader
from cems.children.policy import RESTRICTION_REVIEW_DAYS
from cems.children.querysets import rows_of_clusters
from cems.clocks.models import Clock
from cems.clocks.recipients import acting
from cems.clocks.services import clock as clocks
from cems.notices.services import mail_withhold, notice_send

KEEPERS = (NamedReaderKind.OWNER, NamedReaderKind.DEPUTY)


@command
def restriction_start(
    user: User,
    *,
    child: Child,
    owner: User,
    deputy: User | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Child:
    """Only people named on the record read it from now on; its owner reviews that within some days (a setting).

    Raises NotAllowed without the right; Invalid where owner and deputy are one person, are barred, or the
    record is restricted already.
    """
    instant = at or now()
    _front_door(user)
    primary = lock_cluster(child.pk)
    if primary.restricted:
        raise Invalid("This record is restricted already.")
    if deputy == owner:
        raise Invalid("The deputy stands in for the owner: choose somebody else.", field="deputy")
    primary.restricted = True
    primary.restricted_review_on = review_day(instant)
    primary.save(update_fields=["restricted", "restricted_review_on"])
    _name(user, primary, owner, NamedReaderKind.OWNER, "owner", instant)
    if deputy:
        _name(user, primary, deputy, NamedReaderKind.DEPUTY, "deputy", instant)
    _changed(user, primary, reason, instant)
    _start_review(user, primary, owner, instant)
    tell_keeper(primary, owner, user, instant)
    return primary


@command
def restriction_review(user: User, *, child: Child, reason: str, at: datetime | None = None) -> Child:
    """The owner or deputy looked at it again: it stays restricted until the next review, because `reason`."""
    instant = at or now()
    locked_child = _managed(user, child, instant)
    if says_nothing(reason):
        raise Invalid("Say why the record must stay restricted.", field="reason")
    _stop_review(user, locked_child, reason.strip(), instant)
    locked_child.restricted_review_on = review_day(instant)
    locked_child.save(update_fields=["restricted_review_on"])
    _start_review(user, locked_child, _owner_of(locked_child, instant) or user, instant)
    _changed(user, locked_child, reason.strip(), instant)
    return locked_child


@command
def restriction_lift(user: User, *, child: Child, reason: str, at: datetime | None = None) -> Child:
    """The record opens again to everybody the ordinary rules let in."""
    instant = at or now()
    if says_nothing(reason):
        raise Invalid("Say why the restriction ends.", field="reason")
    locked_child = _managed(user, child, instant)
    if locked_child.died_on is not None:
        raise Invalid("The record of a child who has died stays with the people named on it.")
    if locked_child.sealed_at is not None:
        raise Invalid("A sealed identity stays with the people named on it.")
    locked_child.restricted, locked_child.restricted_review_on = False, None
    locked_child.save(update_fields=["restricted", "restricted_review_on"])
    NamedReader.objects.filter(child=locked_child, until__gt=instant).update(until=instant)
    _stop_review(user, locked_child, "The restriction was lifted", instant)
    _changed(user, locked_child, reason.strip(), instant)
    return locked_child


@command
def reader_name(
    user: User, *, child: Child, person: User, kind: str = NamedReaderKind.NAMED, at: datetime | None = None
) -> NamedReader:
    """Name a person on a restricted record. A new owner takes the review's clock; the earlier one stays named.

    Raises NotAllowed for a user who may not manage the restriction, Invalid for somebody barred.
    """
    instant = at or now()
    locked_child = _managed(user, child, instant)
    owner = _owner_of(locked_child, instant)
    if owner == person and kind != NamedReaderKind.OWNER:
        raise Invalid("This person owns the record. Name another owner first.", field="person")
    row = _name(user, locked_child, person, kind, "person", instant)
    if kind == NamedReaderKind.OWNER:
        earlier = NamedReader.objects.filter(child=locked_child, kind=NamedReaderKind.OWNER).exclude(
            pk=row.pk
        )
        earlier.update(kind=NamedReaderKind.NAMED)
        for clock in _reviews(locked_child):
            clocks.clock_hand_over(user, clock=clock, owner=person, at=instant)
    return row


@command
def reader_end(user: User, *, child: Child, person: User, at: datetime | None = None) -> None:
    """A person is no longer named. Raises Invalid for the owner: somebody must keep the record."""
    instant = at or now()
    locked_child = _managed(user, child, instant)
    row = NamedReader.objects.filter(child=locked_child, user=person, until__gt=instant).first()
    if row is None:
        raise Invalid("This person is not named on the record.")
    if row.kind == NamedReaderKind.OWNER:
        raise Invalid("Name another owner first: somebody must keep the record.")
    row.until = instant
    row.save(update_fields=["until"])
    record(
        user,
        verb=Verb.ACCESS_ENDED,
        subject=locked_child,
        child=locked_child.public_id,
        detail={"reader": str(person.public_id)},
        at=instant,
    )


@command
def bar_start(user: User, *, child: Child, person: User, reason: str, at: datetime | None = None) -> Bar:
    """Bar a person from this record, whatever their role (works there and knows the family, is a party).

    Raises NotAllowed without the right; Invalid without a reason, for oneself, or for the owner.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    _may_manage_or_refuse(user, primary, instant)
    if person == user:
        raise Invalid("For yourself, declare a conflict.", field="person")
    return _bar(user, primary, person, reason, instant)


@command
def conflict_declare(user: User, *, child: Child, reason: str, at: datetime | None = None) -> Bar:
    """Anybody who opened the record may say that they should not read it: it closes to them at once.

    Their managers are told, since work may have to be handed on. Raises Invalid without a reason, or for the
    owner of a restricted record without a deputy; with one, the deputy becomes the owner.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    if primary.restricted and _owner_of(primary, instant) == user:
        deputies = NamedReader.objects.filter(
            child=primary, kind=NamedReaderKind.DEPUTY, until__gt=instant
        ).select_related("user")
        deputy = deputies.first()
        if deputy is None:
            raise Invalid("You own this record. Name another owner first.", field="reason")
        reader_name(user, child=primary, person=deputy.user, kind=NamedReaderKind.OWNER, at=instant)
    row = _bar(user, primary, user, reason, instant)
    teams = [post.team_id for post in profile_of(user).posts if post.team_id]
    managers = acting(local_date(instant), role_key__in=HEADING_TEAM, team__in=teams)
    notice_send(
        {who for who, *_ in managers} - {user.pk},
        kind="children.conflict",
        key=f"conflict:{row.pk}",
        text=f"Somebody of your team declared a conflict on {primary.reference}. Hand their work on.",
        reference=primary.reference,
        child=primary.public_id,
        at=instant,
    )
    return row


@command
def bar_end(user: User, *, child: Child, person: User, reason: str, at: datetime | None = None) -> None:
    """A person may read the record again as far as the ordinary rules go; never lifted by oneself."""
    instant = at or now()
    primary = lock_cluster(child.pk)
    _may_manage_or_refuse(user, primary, instant)
    if says_nothing(reason):
        raise Invalid("Say why this person may read the record again.", field="reason")
    gone, _ = Bar.objects.filter(child__in=rows_of_clusters([primary.pk]), user=person).delete()
    if not gone:
        raise Invalid("This person is not barred.")
    record(
        user,
        verb=Verb.ACCESS_GIVEN,
        subject=primary,
        child=primary.public_id,
        reason=reason.strip(),
        detail={"barred": str(person.public_id)},
        at=instant,
    )


def may_manage(user: User, child: Child, at: datetime) -> bool:
    """Who decides on restriction and bars of a record that this person has opened.

    An open record: First Contact or a team's manager. A restricted one: its owner and deputy; when neither
    works here any more, First Contact or a team's manager who got in.
    """
    if not child.restricted:
        return profile_of(user).may(Work.STATUS)
    keepers = NamedReader.objects.filter(child=child, kind__in=KEEPERS, until__gt=at)
    if keepers.filter(user=user).exists():
        return True
    here = User.objects.here(local_date(at)).filter(pk__in=keepers.values("user"))
    return profile_of(user).may(Work.STATUS) and not here.exists()


def _managed(user: User, child: Child, at: datetime) -> Child:
    primary = lock_cluster(child.pk)
    if not primary.restricted:
        raise Invalid("This record is not restricted.")
    _may_manage_or_refuse(user, primary, at)
    return primary


def _may_manage_or_refuse(user: User, child: Child, at: datetime) -> None:
    if not may_manage(user, child, at):
        raise NotAllowed(
            "The owner of the record or their deputy decides this."
            if child.restricted
            else "First Contact or the team's manager decides this."
        )


def _front_door(user: User) -> None:
    if not profile_of(user).may(Work.STATUS):
        raise NotAllowed("First Contact or the team's manager decides this.")


def _owner_of(child: Child, at: datetime) -> User | None:
    rows = NamedReader.objects.filter(child=child, kind=NamedReaderKind.OWNER, until__gt=at)
    row = rows.select_related("user").first()
    return row.user if row else None


def _name(user: User, child: Child, person: User, kind: str, field: str, at: datetime) -> NamedReader:
    if is_barred(person, child.pk):
        raise Invalid("This person is barred from the record.", field=field)
    row, _ = NamedReader.objects.update_or_create(
        child=child, user=person, defaults={"kind": kind, "until": NO_END}
    )
    record(
        user,
        verb=Verb.ACCESS_GIVEN,
        subject=child,
        child=child.public_id,
        detail={"reader": str(person.public_id), "as": kind},
        at=at,
    )
    return row


def _bar(user: User, child: Child, person: User, reason: str, at: datetime) -> Bar:
    if says_nothing(reason):
        raise Invalid("Say why this person must not read the record.", field="reason")
    if child.restricted and _owner_of(child, at) == person:
        raise Invalid("This person owns the record. Name another owner first.", field="person")
    row, _ = Bar.objects.get_or_create(
        child=child, user=person, defaults={"reason": reason.strip(), "made_by": user, "at": at}
    )
    NamedReader.objects.filter(child=child, user=person, until__gt=at).update(until=at)
    whole = Child.objects.unscoped("no mail about a record that bars its reader")
    ids = whole.filter(pk__in=rows_of_clusters([child.pk])).values_list("public_id", flat=True)
    mail_withhold(user, children=list(ids), person=person)
    record(
        user,
        verb=Verb.ACCESS_ENDED,
        subject=child,
        child=child.public_id,
        detail={"barred": str(person.public_id)},
        at=at,
    )
    return row


def _changed(user: User, child: Child, reason: str, at: datetime) -> None:
    record(
        user,
        verb=Verb.CHANGED,
        subject=child,
        child=child.public_id,
        part="identity",
        reason=reason,
        detail={"fields": ["restricted"]},
        at=at,
    )


def review_day(at: datetime) -> date:
    """When a record restricted or looked at now is to be reviewed (a setting)."""
    return local_date(at) + timedelta(days=RESTRICTION_REVIEW_DAYS.at(at))


def _reviews(child: Child) -> list[Clock]:
    return list(Clock.objects.still_open().filter(kind=RESTRICTION_REVIEW.key, child=child.public_id))


def _start_review(user: User, child: Child, owner: User, at: datetime) -> None:
    if child.died_on is not None or child.restricted_review_on is None:
        return
    clocks.clock_start(
        user,
        kind=RESTRICTION_REVIEW.key,
        owner=owner,
        deadline=on_day(at, child.restricted_review_on, word="restricted"),
        reference=child.reference,
        url=reverse("children:restriction", args=[child.public_id]),
        child=child.public_id,
        at=at,
    )


def _stop_review(user: User, child: Child, reason: str, at: datetime) -> None:
    for clock in _reviews(child):
        clocks.clock_meet(user, clock=clock, reason=reason, at=at)


def tell_keeper(child: Child, owner: User, by: User | None, at: datetime) -> None:
    """Who owns a restricted record now is told, unless they did it."""
    notice_send(
        {owner.pk} - {by.pk if by else 0},
        kind="children.restricted",
        key=f"restricted:{child.public_id}:{at.isoformat()}",
        text=f"{child.reference} is restricted, and you own it. Name who reads it.",
        url=reverse("children:restriction", args=[child.public_id]),
        reference=child.reference,
        child=child.public_id,
        at=at,
    )
