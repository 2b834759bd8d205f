"""How much room a worker has, when they are away, and the posts nobody holds (T6)."""

from datetime import date, datetime

from django.db.models import Q

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from triage.choices import WorkerKind
from triage.models import Absence, Capacity, Vacancy

MOST_CHILDREN = 30


@command
def capacity_set(
    user: User,
    *,
    worker: User,
    kind: WorkerKind,
    children: int,
    share: int = 100,
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Capacity:
    """How many children the worker has room for at full time, and the per cent worked, from a day on."""
    instant = at or now()
    if not 0 <= children <= MOST_CHILDREN:
        raise Invalid(f"Write a number of children from 0 to {MOST_CHILDREN}.", field="children")
    if not 1 <= share <= 100:
        raise Invalid("Write a share from 1 to 100 per cent.", field="share")
    _locked(worker)
    day = starts_on or local_date(instant)
    row = Capacity.objects.filter(user=worker, kind=kind, starts_on=day).first() or Capacity(
        user=worker, kind=kind, starts_on=day
    )
    row.children, row.share, row.set_by, row.at = children, share, user, instant
    row.save()
    record(user, verb=Verb.CHANGED, subject=row, detail={"children": children, "share": share}, at=instant)
    return row


@command
def absence_set(
    user: User, *, worker: User, starts_on: date, ends_on: date | None = None, at: datetime | None = None
) -> Absence:
    """The worker is away from a day on; leave the last day out where nobody knows it. No reason is kept.

    Raises Invalid for days in the wrong order, Conflict where it overlaps another absence.
    """
    instant = at or now()
    if ends_on and ends_on < starts_on:
        raise Invalid("The last day is before the first. Check the dates.", field="ends_on")
    _locked(worker)
    others = Absence.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on), user=worker)
    if (others.filter(starts_on__lte=ends_on) if ends_on else others).exists():
        raise Conflict("An absence in these days is recorded already. End that one first.", field="starts_on")
    row = Absence.objects.create(
        user=worker, starts_on=starts_on, ends_on=ends_on, recorded_by=user, at=instant
    )
    record(user, verb=Verb.CREATED, subject=row, at=instant)
    return row


@command
def absence_end(user: User, *, absence: Absence, last_day: date, at: datetime | None = None) -> Absence:
    """The last day of an absence: the worker is back the day after. Raises Invalid before its first day,
    Conflict where it would run into the next one."""
    instant = at or now()
    _locked(absence.user)
    locked_absence = Absence.objects.select_for_update(no_key=True, of=("self",)).get(pk=absence.pk)
    if last_day < locked_absence.starts_on:
        raise Invalid("The last day is before the first. Check the date.", field="last_day")
    later = Absence.objects.filter(
        user=locked_absence.user_id, starts_on__gt=locked_absence.starts_on, starts_on__lte=last_day
    )
    if later.exists():
        raise Conflict("Another absence begins before that day.", field="last_day")
    locked_absence.ends_on = last_day
    locked_absence.save(update_fields=["ends_on"])
    record(user, verb=Verb.CHANGED, subject=locked_absence, at=instant)
    return locked_absence


@command
def vacancy_open(
    user: User,
    *,
    title: str,
    kind: WorkerKind,
    children: int,
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Vacancy:
    """A post that nobody holds, with the room it would bring (ERASE Annual Report 2023–24, 12–13)."""
    instant = at or now()
    if says_nothing(title):
        raise Invalid("Write what the post is called.", field="title")
    if not 0 <= children <= MOST_CHILDREN:
        raise Invalid(f"Write a number of children from 0 to {MOST_CHILDREN}.", field="children")
    row = Vacancy.objects.create(
        title=title.strip(),
        kind=kind,
        children=children,
        starts_on=starts_on or local_date(instant),
        recorded_by=user,
        at=instant,
    )
    record(user, verb=Verb.CREATED, subject=row, at=instant)
    return row


@command
def vacancy_end(user: User, *, vacancy: Vacancy, last_day: date, at: datetime | None = None) -> Vacancy:
    """The post is filled or gone: its last vacant day. Raises Conflict when it was ended already."""
    instant = at or now()
    locked_vacancy = Vacancy.objects.select_for_update(no_key=True, of=("self",)).get(pk=vacancy.pk)
    if locked_vacancy.ends_on is not None:
        raise Conflict("This vacancy has ended already.")
    if last_day < locked_vacancy.starts_on:
        raise Invalid("The last day is before the first. Check the date.", field="last_day")
    locked_vacancy.ends_on = last_day
    locked_vacancy.save(update_fields=["ends_on"])
    record(user, verb=Verb.CLOSED, subject=locked_vacancy, at=instant)
    return locked_vacancy


def _locked(worker: User) -> None:
    User.objects.get_queryset().select_for_update(no_key=True, of=("self",)).get(pk=worker.pk)
