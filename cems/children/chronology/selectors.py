"""Everything about a child on one line of time (C5), from every app that has something to tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cems.accounts.models import User
from cems.base.errors import Invalid
from cems.base.keyset import Keyset
from cems.base.time import local, local_date
from cems.children.access_control import YEAR, OpenChild
from cems.children.slots import CHRONOLOGY, ChronologyEntry

ORDER = Keyset("-happened_at", size=100)


def chronology_entries(opened: OpenChild, since: datetime | None = None) -> list[ChronologyEntry]:
    """All that happened (from `since` on), newest first, of the parts that are open to the reader; no names yet."""
    entries: Iterable[ChronologyEntry] = (
        entry for chronology in CHRONOLOGY for entry in chronology(opened, since)
    )
    rows = [
        row for row in entries if opened.access.sees(row.part) and (since is None or row.happened_at >= since)
    ]
    return sorted(rows, key=lambda row: (row.happened_at, row.recorded_at, row.title), reverse=True)


@dataclass(frozen=True)
class ChronologyPage:
    """One page of a chronology; `after` is the place the next, older one begins at."""

    rows: Sequence[ChronologyEntry]
    kinds: Sequence[str]
    after: str = ""


@dataclass(frozen=True)
class Filters:
    """What part of a chronology somebody asks for: of one kind, between two days."""

    kind: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def keys(self) -> dict[str, str]:
        """As it stands in an address."""
        days = {"from": self.since, "to": self.until}
        return {"kind": self.kind, **{name: day.isoformat() for name, day in days.items() if day}}

    @property
    def said(self) -> str:
        """In words, for the head of a page or a PDF."""
        of = f"Kind: {self.kind}." if self.kind else "Everything open to the person who made this."
        since = f" From {self.since:%-d %B %Y}." if self.since else ""
        until = f" To {self.until:%-d %B %Y}." if self.until else ""
        return f"{of}{since}{until}"

    def fits(self, row: ChronologyEntry) -> bool:
        day = local_date(row.happened_at)
        return (
            (not self.kind or row.kind == self.kind)
            and (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
        )


def filters_from(kind: str = "", since: str = "", until: str = "") -> Filters:
    """What an address asks for. Raises Invalid for a day that is none, or two in the wrong order."""
    days = []
    for text, field in ((since, "from"), (until, "to")):
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError:
            raise Invalid("There is no such day. Choose it again.", field=field) from None
    if days[0] and days[1] and days[0] > days[1]:
        raise Invalid("The first day is after the last. Change one of them.", field="to")
    return Filters(kind, *days)


def chronology(
    opened: OpenChild,
    *,
    asked: Filters | None = None,
    after: str = "",
    everything: bool = False,
) -> ChronologyPage:
    """A page of the chronology, of what is asked for. Raises Invalid for a place that is none."""
    rows = chronology_entries(opened)
    kinds = sorted({row.kind for row in rows})
    if asked:
        rows = [row for row in rows if asked.fits(row)]
    if everything:
        return ChronologyPage(_named(rows), kinds)
    page = ORDER.among(rows, after, key=lambda row: (row.happened_at,))  # of one instant, all on one page
    return ChronologyPage(_named(page.rows), kinds, page.after)


def _named(rows: Sequence[ChronologyEntry]) -> list[ChronologyEntry]:
    """The lines with the names of those who wrote them, in one query for all."""
    people = User.objects.in_bulk({row.by_id for row in rows if row.by_id})
    return [replace(row, by=str(people[row.by_id])) if row.by_id else row for row in rows]


@dataclass(frozen=True)
class Mark:
    """One event on the strip: where it stands, and what it is."""

    x: int
    entry: ChronologyEntry


@dataclass(frozen=True)
class Lane:
    """The events of one kind."""

    kind: str
    y: int
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Strip:
    """Twelve months on one time axis, in units of the picture."""

    lanes: Sequence[Lane]
    months: Sequence[tuple[int, str]]
    height: int
    recent: Sequence[ChronologyEntry]


LEFT, WIDTH, LANE = 170, 780, 34
DAYS_OF_A_PICTURE = 3  # on a line of time fewer show nothing that the table does not say better


def strip(opened: OpenChild, recent: int = 6) -> Strip | None:
    """The last twelve months for the overview, and the newest events for the table below it; None where nothing
    happened. What happened on a day or two makes no picture: it has no lanes then."""
    now, begin = opened.at, opened.year_ago
    rows = [row for row in chronology_entries(opened, begin) if row.happened_at <= now]
    if not rows:
        return None
    kinds = sorted({row.kind for row in rows})
    days = {local_date(row.happened_at) for row in rows}
    lanes = [
        Lane(
            kind,
            LANE * number + 24,
            [Mark(_x(row.happened_at, begin), row) for row in rows if row.kind == kind],
        )
        for number, kind in enumerate(kinds)
        if len(days) >= DAYS_OF_A_PICTURE
    ]
    return Strip(lanes, _months(begin, now), LANE * len(kinds) + 30, rows[:recent])


def _x(instant: datetime, begin: datetime) -> int:
    return LEFT + round((WIDTH - LEFT - 12) * ((instant - begin) / YEAR))


def _months(begin: datetime, now: datetime) -> list[tuple[int, str]]:
    """Where each month begins, and its short name."""
    months = []
    year, month = local(begin).year, local(begin).month
    for _ in range(12):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        first = local(now).replace(year=year, month=month, day=1, hour=0, minute=0, second=0, microsecond=0)
        if first <= now:
            months.append((_x(first, begin), f"{first:%b}"))
    return months
