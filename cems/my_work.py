"""What waits for a person: one row a child, the worst first, mine apart from my team's; counted in one place (K1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.urls import reverse

from cems.accounts.models import User
from cems.base.first_page import WorkItem, of_record
from cems.base.slots import FIRST_PAGE_COUNTS, FIRST_PAGE_LINES
from cems.base.time import local_date
from cems.children.history.selectors.involvement import works_with
from cems.children.history.selectors.level import ActedOn, levels_acted_on
from cems.children.matching.selectors.cluster import seen_at
from cems.children.models import Child
from cems.clocks.home_content import items_of_team

LONGEST = 100  # rows a person can take in; the lists of clocks and actions page on
LATE, TODAY, WEEK, LATER, NO_DAY = "Late", "Today", "This week", "Later", "No day set"
URGENCY = (LATE, TODAY, WEEK, LATER, NO_DAY)


@dataclass(frozen=True)
class Row:
    """All that waits about one child, what is most urgent first; or one thing about no child.

    `name` and `child_url` only where the reader may see the child, `level` where they may see that.
    """

    urgency: str
    items: Sequence[WorkItem]
    name: str = ""
    child_url: str = ""
    reference: str = ""
    acted_on: ActedOn | None = None
    late_things: int = 0

    @property
    def first(self) -> WorkItem:
        return self.items[0]

    @property
    def more(self) -> Sequence[WorkItem]:
        return self.items[1:]

    @property
    def late(self) -> bool:
        return self.urgency == LATE

    @property
    def key(self) -> tuple[int, int, bool, float, str]:
        """The worst first: how urgent, how high the level, how soon."""
        due = self.first.due_at
        level = int(self.acted_on.level) if self.acted_on else -1
        return URGENCY.index(self.urgency), -level, due is None, due.timestamp() if due else 0, self.reference


@dataclass(frozen=True)
class Section:
    """Rows under one heading."""

    title: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Part:
    """What runs, by urgency, and what is paused: the person's own, or their teams'."""

    sections: Sequence[Section]
    paused: Sequence[Row]

    @property
    def rows(self) -> list[Row]:
        return [row for section in self.sections for row in section.rows]


@dataclass(frozen=True)
class WorksWith:
    """A child the person works with, and the level acted on where they may see it."""

    child: Child
    acted_on: ActedOn | None


@dataclass(frozen=True)
class MyWork:
    """All that a first page shows of work; `children` are all it names, for the audit."""

    mine: Part
    teams: Part
    colleagues: Sequence[Section]
    colleagues_cut: bool
    works_with: Sequence[WorksWith]
    works_with_cut: bool
    names: Mapping[UUID, str]
    children: Sequence[UUID]

    @property
    def listed(self) -> int:
        """How many things to do the rows hold, the paused apart."""
        return sum(item.counted for row in (*self.mine.rows, *self.teams.rows) for item in row.items)

    @property
    def late(self) -> int:
        return sum(row.late_things for row in (*self.mine.rows, *self.teams.rows))

    @property
    def paused(self) -> int:
        return sum(len(row.items) for row in (*self.mine.paused, *self.teams.paused))


def waiting_count(user: User, at: datetime) -> int:
    """How many things wait for the person and their teams, the paused apart: rows all in one statement."""
    counted = [part for counts in FIRST_PAGE_COUNTS for part in counts(user, at)]
    numbers = [part for part in counted if isinstance(part, int)]
    rows = [part.order_by().values("pk") for part in counted if not isinstance(part, int)]
    return sum(numbers) + (rows[0].union(*rows[1:], all=True).count() if rows else 0)


def my_work(user: User, at: datetime, *, about: Iterable[UUID] = ()) -> MyWork:
    """What waits for the person, for their teams and for those they manage, and whom they work with.

    `about` are further children whose names the page needs. The number of reads does not grow with the rows.
    """
    items = [item for lines in FIRST_PAGE_LINES for item in lines(user, at)]
    of_colleagues = items_of_team(user, at)
    open_to = seen_at(user, {item.child for item in (*items, *of_colleagues) if item.child} | set(about))
    worked_with, cut = works_with(user, at, LONGEST)
    levels = levels_acted_on(user, _once([*open_to.values(), *worked_with]), at)
    make = _Rows(open_to, levels, at)
    items = [item for item in items if not item.needs_child or item.child in open_to]
    mine = make.part([item for item in items if item.mine])
    teams = make.part([item for item in items if not item.mine])
    colleagues = [
        Section(owner, make.rows([item for item in group if not item.paused]))
        for owner, group in groupby(sorted(of_colleagues, key=_owner), key=_owner)
    ]
    shown = [*mine.rows, *mine.paused, *teams.rows, *teams.paused]
    shown += [row for section in colleagues for row in section.rows]
    listed = dict.fromkeys(item.child for row in shown for item in row.items if item.child)
    return MyWork(
        mine=mine,
        teams=teams,
        colleagues=[section for section in colleagues if section.rows],
        colleagues_cut=any(len(section.rows) == LONGEST for section in colleagues),
        works_with=[WorksWith(child, levels.get(child.pk)) for child in worked_with],
        works_with_cut=cut,
        names={public_id: child.name for public_id, child in open_to.items()},
        children=list(
            listed
            | dict.fromkeys(public_id for public_id in about if public_id in open_to)
            | dict.fromkeys(child.public_id for child in worked_with)
        ),
    )


class _Rows:
    """Makes rows of things to do, with the names and levels that are open to the reader."""

    def __init__(self, open_to: Mapping[UUID, Child], levels: Mapping[int, ActedOn], at: datetime) -> None:
        self.open_to, self.levels, self.at = open_to, levels, at
        today = local_date(at)
        self.today, self.week = today, today + timedelta(days=6 - today.weekday())

    def part(self, items: Sequence[WorkItem]) -> Part:
        rows = self.rows([item for item in items if not item.paused])
        by_urgency = groupby(rows, key=lambda row: row.urgency)
        sections = [Section(urgency, list(group)) for urgency, group in by_urgency]
        return Part(sections, self.rows([item for item in items if item.paused]))

    def rows(self, items: Sequence[WorkItem]) -> list[Row]:
        """A row for each child and for each thing about none, the worst first, no more than one can take in."""
        by_child: dict[Any, list[WorkItem]] = {}
        for number, item in enumerate(items):
            child = self.open_to.get(item.child) if item.child else None
            by_child.setdefault(child.pk if child else ("alone", number), []).append(item)
        return sorted(map(self._row, by_child.values()), key=lambda row: row.key)[:LONGEST]

    def _row(self, items: list[WorkItem]) -> Row:
        ordered = sorted(map(self._leading, items), key=self._by_due)
        first = ordered[0]
        child = self.open_to.get(first.child) if first.child else None
        row = Row(
            self._urgency(first),
            ordered,
            reference=first.reference,
            late_things=sum(self._urgency(item) == LATE for item in ordered),
        )
        if child is None:
            return row
        return replace(
            row,
            name=child.name,
            child_url=reverse("children:overview", args=[child.public_id]),
            reference=child.reference,
            acted_on=self.levels.get(child.pk),
        )

    def _leading(self, item: WorkItem) -> WorkItem:
        """A desk's clock may lead to a record that only some of the desk may see."""
        shut = item.child not in self.open_to and of_record(item.url, item.child)
        return replace(item, url="") if shut else item

    def _by_due(self, item: WorkItem) -> tuple[int, bool, float, str]:
        due = item.due_at
        return (
            URGENCY.index(self._urgency(item)),
            due is None,
            due.timestamp() if due else 0,
            item.reference,
        )

    def _urgency(self, item: WorkItem) -> str:
        if item.due_at is None:
            return TODAY if item.today else NO_DAY
        if item.due_at < self.at and not item.paused:
            return LATE
        day = local_date(item.due_at)
        return TODAY if day <= self.today else WEEK if day <= self.week else LATER


def _once(children: Iterable[Child]) -> list[Child]:
    return list({child.pk: child for child in children}.values())


def _owner(item: WorkItem) -> str:
    return item.owner
