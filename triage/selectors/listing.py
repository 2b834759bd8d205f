"""CEVT's list: every child who waits for a decision, what is due first at the top, and what was decided today (T3)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Exists, F, OuterRef

from cems.accounts.models import Agency, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.base.time import LONDON, local_date
from cems.children.access import accesses
from cems.children.choices import HarmForm, MatterKind, RiskLevel
from cems.children.models import Bar, Child, Matter
from cems.children.querysets import ChildQuerySet, root_of
from cems.clocks.presentation import present
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.models import Contribution, Meeting
from triage.gate import gates
from triage.members import Seats, has_seat, seats
from triage.models import Decision, Item, Wanted
from triage.returns import returns_of
from triage.rules.gate import Passed
from triage.rules.measures import Return

MOST = 500  # open items read at once: far beyond what one meeting discusses
NEVER = datetime.max.replace(tzinfo=UTC)
_ITEM = ("submission__submitted_by", "submission__matrix", "clock__owner_user", "clock__owner_team")


@dataclass(frozen=True)
class Row:
    """One child on the list, with all that is open about them; `decided` is today's decision, if there is one."""

    child: Child
    items: Sequence[Item]
    passed: Sequence[Passed] = ()
    wanted: Sequence[Wanted] = ()
    said: Mapping[int, Contribution] = field(default_factory=dict)
    outstanding: Sequence[Agency] = ()
    back: Return = Return.FIRST
    decided: Decision | None = None
    number: int = 0

    @property
    def lead(self) -> Item:
        """The item that contributions belong to: the one that waits longest."""
        return self.items[0]

    @property
    def due_at(self) -> datetime:
        return min((item.clock.due_at for item in self.items if item.clock), default=NEVER)

    @property
    def key(self) -> tuple[datetime, int]:
        """The place in the list: what is due first, then whoever was recorded first."""
        return self.due_at, self.child.pk

    @property
    def level(self) -> RiskLevel | None:
        """The highest level submitted with what is open."""
        found = [item.level for item in self.items if item.level is not None]
        return RiskLevel(max(found)) if found else None

    @property
    def forms(self) -> list[str]:
        """The forms of harm named in the matrices that are open."""
        named = [form for item in self.items if item.submission for form in item.submission.matrix.forms]
        return [form for form in HarmForm.values if form in named]

    @property
    def form_labels(self) -> list[str]:
        return [HarmForm(form).label for form in self.forms]

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(item.get_kind_display() for item in self.items))

    @property
    def state(self) -> str:
        """A key of STATES."""
        if self.decided:
            return "decided"
        if not self.passed:
            return "first_contact"
        return "information" if self.wanted else "ready"

    @property
    def waits(self) -> str:
        """Who waits on whom, in words."""
        if self.state == "first_contact":
            return "Waits for First Contact to process the child. The clock runs meanwhile."
        if self.state == "information":
            asked = ", ".join(dict.fromkeys(str(one.agency) for one in self.wanted))
            return f"CEVT waits for {asked}, which it has asked for more information."
        if self.outstanding:
            return f"CEVT can decide. Not heard from yet: {', '.join(str(one) for one in self.outstanding)}."
        return "CEVT can decide. Every agency has answered."

    def clock(self, at: datetime) -> dict[str, Any] | None:
        """The clock that is due first, with how it was reckoned."""
        clocks = [item.clock for item in self.items if item.clock]
        return present(min(clocks, key=lambda clock: clock.due_at), at) if clocks else None


STATES = {
    "ready": "CEVT can decide",
    "information": "Waiting for information",
    "first_contact": "Waiting for First Contact",
    "decided": "Decided today",
}


@dataclass(frozen=True)
class Filters:
    """What part of the list somebody asks for; each as it stands in the address."""

    agency: str = ""
    locality: str = ""
    form: str = ""
    level: str = ""
    back: str = ""
    state: str = ""

    def fits(self, row: Row) -> bool:
        """Whether the row is asked for."""
        place = f"{row.child.locality_id or ''}"
        return (
            (not self.agency or any(one.code == self.agency for one in row.outstanding))
            and (not self.locality or place == self.locality)
            and (not self.form or self.form in row.forms)
            and (not self.level or (row.level is not None and str(row.level.value) == self.level))
            and (not self.back or row.back == self.back)
            and (not self.state or row.state == self.state)
        )

    @property
    def keys(self) -> dict[str, str]:
        return {name: value for name, value in self.__dict__.items() if value}


@dataclass(frozen=True)
class Listing:
    """The whole list for one person: open rows in order, today's decisions, and how many are shut to them."""

    rows: Sequence[Row]
    seats: Seats
    restricted: int
    meetings: Sequence[Meeting]

    @property
    def open(self) -> list[Row]:
        return [row for row in self.rows if row.decided is None]

    @property
    def decided(self) -> list[Row]:
        return [row for row in self.rows if row.decided]

    def of(self, child: Child) -> Row | None:
        """The row of one child; the open one where it was decided today and came again."""
        return next((row for row in (*self.open, *self.decided) if row.child.pk == child.pk), None)

    def beside(self, child: Child) -> tuple[Row | None, Row | None]:
        """The open rows before and after a child's, for going from one to the next."""
        row = self.of(child)
        if row is None:
            return None, next(iter(self.open), None)
        before = [one for one in self.open if one.number < row.number]
        after = [one for one in self.open if one.number > row.number]
        return (before[-1] if before else None), (after[0] if after else None)


def listing(user: User, at: datetime, *, room: bool = False) -> Listing:
    """Everything CEVT's list shows this person, in a number of queries that does not grow with it.

    For a whole `room` it leaves out restricted children, whoever holds the screen.
    """
    day = datetime.combine(local_date(at), time.min, tzinfo=LONDON)
    visible = Child.objects.visible_to(user, at)  # built once: it is most of what this page reckons
    if room:
        visible = visible.filter(restricted=False)
    items = open_items(visible)
    decisions = {row.pk: row for row in _decided_since(visible, day)}
    closed = list(Item.objects.filter(decision__in=decisions).select_related(*_ITEM).annotate(root=root_of()))
    children = _children(user, visible, {row.root for row in (*items, *closed)})  # type: ignore[attr-defined]
    profile = profile_of(user)
    table = seats(profile.authority_ids)
    rows = [*_open_rows(items, children, table, at), *_closed_rows(closed, children, decisions)]
    rows.sort(key=lambda row: row.key)
    return Listing(
        [replace(row, number=number) for number, row in enumerate(rows, 1)],
        table,
        _restricted(user, visible) if has_seat(profile) else 0,
        _open_meetings(profile.authority_ids),
    )


def open_items(visible: ChildQuerySet) -> list[Item]:
    """The open items of these children, what is due first at the top; `root` is the record each is read under."""
    held = Item.objects.filter(closed_at__isnull=True).annotate(root=root_of())
    ordered = held.filter(root__in=visible.values("pk")).select_related(*_ITEM)
    return list(ordered.order_by(F("clock__due_at").asc(nulls_last=True), "received_at", "pk")[:MOST])


def _decided_since(visible: ChildQuerySet, since: datetime) -> list[Decision]:
    rows = Decision.objects.filter(decided_at__gte=since).annotate(root=root_of())
    held = rows.filter(root__in=visible.values("pk")).select_related("agreed", "decided_by", "confirms")
    return list(held.order_by("-decided_at")[:MOST])


def _children(user: User, visible: ChildQuerySet, roots: set[int]) -> dict[int, Child]:
    """The children among these whose CEVT papers are open to the person."""
    found = list(visible.filter(pk__in=roots).with_page())
    reach = accesses(user, found)
    return {child.pk: child for child in found if reach[child.pk].sees(Part.CONTRIBUTIONS)}


def _by_child(items: Iterable[Item], children: Mapping[int, Child]) -> dict[int, list[Item]]:
    grouped: dict[int, list[Item]] = defaultdict(list)
    for item in sorted(items, key=lambda one: (one.received_at, one.pk)):
        child = children.get(item.root)  # type: ignore[attr-defined]
        if child is not None:
            item.child = child  # the record it is read under, read once
            grouped[child.pk].append(item)
    return grouped


def _open_rows(
    items: Sequence[Item], children: Mapping[int, Child], table: Seats, at: datetime
) -> Iterable[Row]:
    grouped = _by_child(items, children)
    shown = [item for held in grouped.values() for item in held]
    passed = gates(shown, local_date(at))
    wanted = _wanted(shown)
    said = contributions(shown)
    returns = returns_of(shown)
    for pk, held in grouped.items():
        answers, asked = said.get(pk, {}), table.agencies(children[pk].area_id)
        yield Row(
            children[pk],
            held,
            passed=list(dict.fromkeys(reason for item in held for reason in passed[item.pk])),
            wanted=wanted.get(pk, []),
            said=answers,
            outstanding=[one for one in asked if is_outstanding(answers.get(one.pk))],
            back=_return_of([returns[item.pk] for item in held]),
        )


def _return_of(kinds: Sequence[Return]) -> Return:
    """What the child's coming is, where several items are open: a re-referral is asked about whatever else there is."""
    return next((kind for kind in (Return.REREFERRAL, Return.REPEAT) if kind in kinds), Return.FIRST)


def _closed_rows(
    items: Sequence[Item], children: Mapping[int, Child], decisions: Mapping[int, Decision]
) -> Iterable[Row]:
    newest = sorted(decisions.values(), key=lambda row: row.decided_at)
    for pk, held in _by_child(items, children).items():
        mine = {item.decision_id for item in held}
        last = [row for row in newest if row.pk in mine or row.confirms_id in mine][-1]
        yield Row(children[pk], held, decided=last)


def is_outstanding(said: Contribution | None) -> bool:
    """Whether an agency has yet to say what it knows: silence and "not checked" are no answer."""
    return said is None or said.held == Held.NOT_CHECKED


def contributions(items: Sequence[Item]) -> dict[int, dict[int, Contribution]]:
    """What was said about these items: by child, then by agency; of several of one agency the newest."""
    about = {item.public_id: item.child.pk for item in items}
    rows = Contribution.objects.filter(forum=MeetingForum.CEVT, about__in=about)
    found: dict[int, dict[int, Contribution]] = defaultdict(dict)
    for row in rows.select_related("agency", "said_by").order_by("said_at", "pk"):
        found[about[row.about]][row.agency_id] = row
    return found


def _wanted(items: Sequence[Item]) -> dict[int, list[Wanted]]:
    of = {item.pk: item.child.pk for item in items}
    rows = Wanted.objects.filter(item__in=of, answered_at__isnull=True).select_related("agency")
    found: dict[int, list[Wanted]] = defaultdict(list)
    for row in rows.order_by("asked_at", "pk"):
        found[of[row.item_id]].append(row)
    return found


def _open_meetings(authority_ids: Iterable[int]) -> Sequence[Meeting]:
    held = Meeting.objects.filter(
        forum=MeetingForum.CEVT, authority__in=list(authority_ids), ended_at__isnull=True
    )
    return list(held.select_related("chair", "authority").order_by("started_at"))


def _restricted(user: User, visible: ChildQuerySet) -> int:
    """How many restricted children CEVT follows whom this person may not read: said, and nothing else of them."""
    followed = Matter.objects.filter(
        kind=MatterKind.CEVT, authority__in=profile_of(user).authority_ids, closed_at__isnull=True
    )
    rows = Child.objects.unscoped("how many restricted items there are, so that the forum asks their owners")
    shut = rows.roots().filter(restricted=True, pk__in=followed.annotate(root=root_of()).values("root"))
    shut = shut.exclude(Exists(Bar.objects.filter(user=user, child=OuterRef("pk"))))
    return shut.exclude(pk__in=visible.values("pk")).count()
