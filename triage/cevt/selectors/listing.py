"""CEVT's list: every child who waits for a decision, what is due first at the top, and what was decided today (T3)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, prefetch_related_objects

from cems.accounts.models import User
from cems.accounts.profile import Profile, profile_of
from cems.accounts.roles import Part
from cems.base.keyset import at_most
from cems.base.time import LONDON, local_date
from cems.children.access.child_access import accesses
from cems.children.access.selectors.restriction import bars_of
from cems.children.access.visibility import primary_of
from cems.children.choices import MatterKind
from cems.children.models import Child, Matter
from cems.children.querysets import primary_by_row
from cems.meetings.choices import MeetingForum
from cems.meetings.models import Meeting
from cems.meetings.rules import is_answer
from triage.cevt.rules.figures import Return
from triage.cevt.selectors.contribution import heard
from triage.cevt.selectors.eligibility import eligibility_of
from triage.cevt.selectors.listing_rows import Lined, Listing, Row
from triage.cevt.selectors.rereferrals import Histories, rereferrals_of
from triage.cevt.selectors.seats import Seats, has_seat, seats
from triage.models import Decision, InformationRequest, Item

MOST = 1000  # open items read at once: far beyond what one meeting discusses; the list says where it is cut
# What the whole list needs of each item and child; a page that shows more of some reads that of those (`whole`).
_LINE = ("public_id", "child", "kind", "level", "received_at", "submission", "clock", "decision")
_NAMED = (
    *("public_id", "reference", "given_name", "family_name", "preferred_name", "date_of_birth", "address"),
    *(
        "postcode",
        "authority",
        "area",
        "locality",
        "school",
        "listed_school",
        "birth_date_known",
        "restricted",
        "merged_into",
    ),
    *("joined_authorities", "current_level", "current_level__level"),
)
_WHOLE = (
    "submission__submitted_by",
    "submission__matrix__on_paper__agency",
    "clock__owner_user",
    "clock__owner_team",
    "raised_by__agency",
)


def listing(user: User, at: datetime, *, room: bool = False) -> Listing:
    """Everything CEVT's list shows this person, in a number of queries that does not grow with it.

    For a whole `room` it leaves out restricted children, even those the user may read.
    """
    day, profile = datetime.combine(local_date(at), time.min, tzinfo=LONDON), profile_of(user)
    items, more = _open(profile)
    closed, more_decided = _decided_since(profile, day)
    primaries = primary_by_row({row.primary for row in items} | {row.primary for row in closed})
    shut = _restricted(user) if has_seat(profile) else set()
    # Read with the children, of whom each is asked for: it is most of what this page reckons, so it is asked once.
    seen = _seen(user, {*primaries.values(), *shut}, at, room=room)
    children = _children(user, seen, primaries)
    decisions = _decisions({item.decision_id for item in closed if item.decision_id}, day)
    table = seats(profile.authority_ids)
    rows = [*_open_rows(items, children, primaries, table, at), *_closed_rows(closed, children, decisions)]
    rows.sort(key=lambda row: row.key)
    return Listing(
        [replace(row, number=number) for number, row in enumerate(rows, 1)],
        table,
        len(shut - {child.pk for child in seen}),
        _open_meetings(profile.authority_ids),
        more,
        more_decided,
    )


def open_items(user: User, at: datetime) -> list[Lined]:
    """The open items at the CEVT of the person's authorities, of the children they may see; `primary` is the record
    each is read under."""
    items, _ = _open(profile_of(user))
    primaries = {item.primary for item in items}
    seen = set(Child.objects.visible_to(user, at).filter(pk__in=primaries).values_list("pk", flat=True))
    return [item for item in items if item.primary in seen]


def _open(profile: Profile) -> tuple[list[Lined], bool]:
    """What is open at the CEVT of these authorities, due first at the top, and whether there is more; whose children
    may be seen is asked next."""
    open_lines = _lines().filter(closed_at__isnull=True, authority__in=profile.authority_ids)
    return at_most(open_lines.order_by(F("due").asc(nulls_last=True), "received_at", "pk"), MOST)


def whole(rows: Sequence[Row]) -> list[Row]:
    """The same rows with all that is known of their items: matrix, who sent it, clock and who has it."""
    wanted = [item.pk for row in rows for item in row.items]
    annotated = {item.pk: item for item in _annotated().filter(pk__in=wanted).select_related(*_WHOLE)}
    for row in rows:
        for item in row.items:
            annotated[item.pk].child = row.child  # the record it is read under, read once
    return [replace(row, items=[annotated[item.pk] for item in row.items]) for row in rows]


def _annotated() -> Any:  # a queryset of items; the added columns have no type
    """Items with the record each is read under, when it is due and the forms of harm its matrix names."""
    return Item.objects.annotate(
        primary=primary_of(), due=F("clock__due_at"), forms=F("submission__matrix__forms")
    )


def _lines() -> Any:
    return _annotated().only(*_LINE)


def _decided_since(profile: Profile, since: datetime) -> tuple[list[Lined], bool]:
    """What was decided at these authorities’ CEVT from `since` on, the newest first, and whether there is more."""
    decided = _lines().filter(decision__decided_at__gte=since, authority__in=profile.authority_ids)
    return at_most(decided.order_by("-closed_at", "pk"), MOST)


def _decisions(ids: set[int], since: datetime) -> dict[int, Decision]:
    """These decisions, and what confirmed them since."""
    rows = Decision.objects.filter(Q(pk__in=ids) | Q(confirms__in=ids), decided_at__gte=since)
    return {row.pk: row for row in rows.select_related("agreed", "decided_by", "confirms")} if ids else {}


def _seen(user: User, primaries: set[int], at: datetime, *, room: bool) -> list[Child]:
    """Those of these children whom the person may see; for a whole `room` no restricted one."""
    visible = Child.objects.visible_to(user, at).filter(pk__in=primaries)
    return list((visible.not_restricted() if room else visible).with_bar().only(*_NAMED))


def _children(user: User, seen: Sequence[Child], primaries: Mapping[int, int]) -> dict[int, Child]:
    """The children among these whose CEVT papers are open to the person."""
    of_primary_record = set(primaries.values())
    primary_records = [child for child in seen if child.pk in of_primary_record]
    prefetch_related_objects(primary_records, "locality")
    reach = accesses(user, primary_records, primaries=primaries)
    return {child.pk: child for child in primary_records if reach[child.pk].sees(Part.CONTRIBUTIONS)}


def _by_child(items: Iterable[Lined], children: Mapping[int, Child]) -> dict[int, list[Lined]]:
    grouped: dict[int, list[Lined]] = defaultdict(list)
    for item in sorted(items, key=lambda line: (line.received_at, line.pk)):
        child = children.get(item.primary)
        if child is not None:
            item.child = child  # the record it is read under, read once
            grouped[child.pk].append(item)
    return grouped


def _open_rows(
    items: Sequence[Lined],
    children: Mapping[int, Child],
    primaries: Mapping[int, int],
    table: Seats,
    at: datetime,
) -> Iterable[Row]:
    grouped = _by_child(items, children)
    shown = [item for group in grouped.values() for item in group]
    histories = Histories(shown, primaries)
    passed, returns = (
        eligibility_of(shown, local_date(at), told=histories),
        rereferrals_of(shown, told=histories),
    )
    wanted, answered = _wanted(shown), _answered(shown)
    for pk, group in grouped.items():
        yield Row(
            children[pk],
            group,
            passed=list(dict.fromkeys(reason for item in group for reason in passed[item.pk])),
            wanted=wanted.get(pk, []),
            outstanding=[
                agency for agency in table.agencies(children[pk].area_id) if agency.pk not in answered[pk]
            ],
            back=_return_of([returns[item.pk] for item in group]),
        )


def _return_of(kinds: Sequence[Return]) -> Return:
    """What the child's coming is, where several items are open: a re-referral is asked about whatever else there is."""
    return next((kind for kind in (Return.REREFERRAL, Return.REPEAT) if kind in kinds), Return.FIRST)


def _closed_rows(
    items: Sequence[Lined], children: Mapping[int, Child], decisions: Mapping[int, Decision]
) -> Iterable[Row]:
    newest = sorted(decisions.values(), key=lambda row: row.decided_at)
    for pk, group in _by_child(items, children).items():
        mine = {item.decision_id for item in group}
        last = [row for row in newest if row.pk in mine or row.confirms_id in mine][-1]
        yield Row(children[pk], group, decided=last)


def _answered(items: Sequence[Lined]) -> dict[int, set[int]]:
    """By child, the agencies that said what they know; of all that one said or told, the last counts."""
    of = {item.public_id: item.child.pk for item in items}
    last: dict[int, dict[int, str]] = defaultdict(dict)
    for about, agency, answer in heard(items):
        last[of[about]][agency] = answer
    return defaultdict(
        set,
        {
            child: {agency for agency, answer in answers.items() if is_answer(answer)}
            for child, answers in last.items()
        },
    )


def _wanted(items: Sequence[Lined]) -> dict[int, list[InformationRequest]]:
    of = {item.pk: item.child.pk for item in items}
    rows = InformationRequest.objects.filter(item__in=of, answered_at__isnull=True).select_related("agency")
    requests: dict[int, list[InformationRequest]] = defaultdict(list)
    for row in rows.order_by("asked_at", "pk"):
        requests[of[row.item_id]].append(row)
    return requests


def _open_meetings(authority_ids: Iterable[int]) -> Sequence[Meeting]:
    meetings = Meeting.objects.filter(
        forum=MeetingForum.CEVT, authority__in=list(authority_ids), ended_at__isnull=True
    )
    return list(meetings.select_related("chair", "authority").order_by("started_at"))


def _restricted(user: User) -> set[int]:
    """The restricted children CEVT follows, save those that bar the person. How many of them they may not read is
    said, and nothing else of those."""
    followed = Matter.objects.filter(
        kind=MatterKind.CEVT, authority__in=profile_of(user).authority_ids, closed_at__isnull=True
    )
    rows = Child.objects.unscoped("how many restricted items there are, so that the forum asks their owners")
    shut = (
        rows.primaries().restricted().filter(pk__in=followed.annotate(primary=primary_of()).values("primary"))
    )
    # Whom the person may see is another statement: together they made the database read every child there is.
    open_to_say = shut.exclude(Exists(bars_of(user).filter(primary=OuterRef("pk"))))
    return set(open_to_say.values_list("pk", flat=True))
