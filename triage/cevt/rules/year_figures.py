"""CEVT's year in tables, this year and the one before, referrals and children apart (T7; R 26-31). Pure.

The tables are those of the ERASE Annual Report 2023-24, paragraphs 26 to 31: received by level, by quarter, discussed
more than once, a worker given, by form of harm, and how many were high.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from cems.children.choices import RiskLevel
from triage.cevt.rules.figures import Return

LEVELS = (RiskLevel.SIGNIFICANT, RiskLevel.MODERATE, RiskLevel.LOW, RiskLevel.NONE)
SEXUAL, CRIMINAL = "sexual", frozenset({"criminal", "county_lines"})


@dataclass(frozen=True)
class Discussed:
    """One matrix that CEVT received, or one review that it discussed, with what became of it."""

    child: int
    submitted: RiskLevel | None
    agreed: RiskLevel | None
    forms: frozenset[str]
    quarter: int  # 1 is April to June
    locality: str
    came: Return
    review: bool
    worker: bool  # a child exploitation worker had the child from then on, within the year
    board: bool  # progressed to CEG


@dataclass(frozen=True)
class Cell:
    """How many, of how many, this year and in the one before."""

    now: int
    before: int
    of_now: int | None = None
    of_before: int | None = None

    @property
    def words(self) -> str:
        """For example "87 (65)", or "68 of 87, 78.2 % (40 of 65, 61.5 %)"."""
        return f"{_share(self.now, self.of_now)} ({_share(self.before, self.of_before)})"


def _share(part: int, whole: int | None) -> str:
    if whole is None:
        return str(part)
    if not whole:
        return "0 of 0"
    share = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{part} of {whole}, {share} %"


@dataclass(frozen=True)
class Line:
    """A row of a table: its name and its cells."""

    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class YearTable:
    """A table with its caption, the names of its columns and its rows."""

    title: str
    first: str
    columns: Sequence[str]
    lines: Sequence[Line]

    @property
    def headings(self) -> list[str]:
        """The columns as the table component takes them: each holds numbers."""
        return [f"#{name}" for name in self.columns]


Facts = Sequence[Discussed]
Asks = Callable[[Discussed], bool]


def type_of(forms: Iterable[str]) -> str:
    """The type of a concern as the annual report tells it: sexual, criminal, both, or another form."""
    named = set(forms)
    sexual, criminal = SEXUAL in named, bool(named & CRIMINAL)
    if sexual and criminal:
        return "Both sexual and criminal"
    if sexual:
        return "Sexual"
    return "Criminal, county lines among it" if criminal else "Another form, or none named"


TYPES = (
    "Criminal, county lines among it",
    "Sexual",
    "Both sexual and criminal",
    "Another form, or none named",
)
QUARTERS = ("April to June", "July to September", "October to December", "January to March")


def year_tables(now: Facts, before: Facts) -> list[YearTable]:
    """Every table of the year, each cell with the year before in brackets."""
    return [
        _received(now, before),
        _agreed(now, before),
        _by("By quarter, by the level submitted", "Quarter", QUARTERS, _quarter, now, before),
        _returns(now, before),
        _types(now, before),
        _by("By locality, by the level submitted", "Locality", _places(now, before), _locality, now, before),
        _workers(now, before),
    ]


def _quarter(fact: Discussed) -> str:
    return QUARTERS[fact.quarter - 1]


def _locality(fact: Discussed) -> str:
    return fact.locality


def _places(now: Facts, before: Facts) -> list[str]:
    return sorted({fact.locality for fact in (*now, *before)})


def _referrals(facts: Facts) -> list[Discussed]:
    return [fact for fact in facts if not fact.review]


def _count(facts: Facts, asks: Asks) -> int:
    return sum(map(asks, facts))


def _children(facts: Facts, asks: Asks) -> int:
    return len({fact.child for fact in facts if asks(fact)})


def _cell(now: Facts, before: Facts, asks: Asks, count: Callable[[Facts, Asks], int] = _count) -> Cell:
    return Cell(count(now, asks), count(before, asks))


def _share_cell(
    now: Facts, before: Facts, asks: Asks, among: Asks, count: Callable[[Facts, Asks], int] = _count
) -> Cell:
    def both(fact: Discussed) -> bool:
        return among(fact) and asks(fact)

    return Cell(count(now, both), count(before, both), count(now, among), count(before, among))


def _every(fact: Discussed) -> bool:
    return True


def _submitted(level: RiskLevel) -> Asks:
    return lambda fact: fact.submitted is level


def _agreed_at(level: RiskLevel | None) -> Asks:
    return lambda fact: fact.agreed is level


def _received(now: Facts, before: Facts) -> YearTable:
    """R 26 and 31: received by the level submitted; referrals, and the children they were about."""
    mine, theirs = _referrals(now), _referrals(before)
    lines = [
        Line(
            name,
            [
                *(_cell(mine, theirs, _submitted(level), count) for level in LEVELS),
                _cell(mine, theirs, _every, count),
            ],
        )
        for name, count in (("Referrals", _count), ("Children", _children))
    ]
    return YearTable("Received, by the level submitted", "What", [*_names(), "Total"], lines)


def _agreed(now: Facts, before: Facts) -> YearTable:
    """The level submitted against the level CEVT agreed; what waits still is counted too."""
    mine, theirs = _referrals(now), _referrals(before)
    columns: list[RiskLevel | None] = [*LEVELS, None]
    lines = []
    for level in LEVELS:
        submitted = _submitted(level)
        cells = [_share_cell(mine, theirs, _agreed_at(agreed), submitted) for agreed in columns]
        lines.append(Line(f"Submitted {level.label}", cells))
    names = [f"Agreed {level.label}" for level in LEVELS]
    return YearTable(
        "Referrals: the level submitted, and the level agreed",
        "Submitted",
        [*names, "Not decided yet"],
        lines,
    )


def _by(
    title: str, first: str, names: Sequence[str], key: Callable[[Discussed], str], now: Facts, before: Facts
) -> YearTable:
    """Referrals by something else, by level; and the children among them."""
    mine, theirs = _referrals(now), _referrals(before)
    lines = []
    for name in names:
        here, then = ([fact for fact in facts if key(fact) == name] for facts in (mine, theirs))
        cells = [_cell(here, then, _submitted(level)) for level in LEVELS]
        lines.append(Line(name, [*cells, _cell(here, then, _every), _cell(here, then, _every, _children)]))
    return YearTable(title, first, [*_names(), "Referrals", "Children"], lines)


def _returns(now: Facts, before: Facts) -> YearTable:
    """R 28: discussed more than once. A review that CEVT discussed is a repeat discussion too."""

    def repeat(fact: Discussed) -> bool:
        return fact.review or fact.came is Return.REPEAT

    kinds: list[tuple[str, Asks]] = [
        ("First", lambda fact: not fact.review and fact.came is Return.FIRST),
        ("Repeat discussions, reviews included", repeat),
        ("of them reviews", lambda fact: fact.review),
        ("Re-referrals", lambda fact: not fact.review and fact.came is Return.REREFERRAL),
    ]
    lines = [
        Line(
            name,
            [_share_cell(now, before, asks, _every), _share_cell(now, before, asks, _every, _children)],
        )
        for name, asks in kinds
    ]
    return YearTable("Discussed more than once", "What came", ["Discussions", "Children"], lines)


def _types(now: Facts, before: Facts) -> YearTable:
    """R 30: by type, of what was decided the forms agreed, else the forms submitted."""
    mine, theirs = _referrals(now), _referrals(before)
    lines = []
    for name in TYPES:

        def of_type(fact: Discussed, name: str = name) -> bool:
            return type_of(fact.forms) == name

        lines.append(
            Line(
                name,
                [
                    _share_cell(mine, theirs, of_type, _every),
                    _share_cell(mine, theirs, of_type, _every, _children),
                ],
            )
        )
    return YearTable("By type of exploitation", "Type", ["Referrals", "Children"], lines)


def _workers(now: Facts, before: Facts) -> YearTable:
    """R 29: children by the level agreed, to how many a worker was given, and how many progressed to CEG."""
    lines = []
    for level in LEVELS:
        agreed = _agreed_at(level)
        cells = [
            _cell(now, before, agreed, _children),
            _share_cell(now, before, lambda fact: fact.worker, agreed, _children),
            _share_cell(now, before, lambda fact: fact.board, agreed, _children),
        ]
        lines.append(Line(f"Agreed {level.label}", cells))
    return YearTable(
        "Children: a worker given, and progressed to CEG",
        "Level",
        ["Children", "A worker given", "Progressed to CEG"],
        lines,
    )


def _names() -> list[str]:
    return [level.label for level in LEVELS]
