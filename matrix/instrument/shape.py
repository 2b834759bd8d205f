"""The parts of an instrument, as plain frozen values."""

from dataclasses import dataclass, field
from datetime import date

from cems.children.choices import RiskLevel
from matrix.choices import Band, Counts, IndicatorKind


@dataclass(frozen=True)
class Source:
    """Where a reader finds what an entry rests on: public title, and paragraph or heading."""

    document: str
    paragraph: str

    def __str__(self) -> str:
        place = f"paragraph {self.paragraph}" if self.paragraph[:1].isdigit() else self.paragraph
        return f"{self.document}, {place}"


@dataclass(frozen=True)
class Indicator:
    """One thing that may have been seen. `harm` tells harm that has happened from risk (M3).

    `replaces` names the codes of the version before whose answers stand here now (M1).
    """

    code: str
    text: str
    help: str
    kind: IndicatorKind
    harm: bool
    source: Source
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """The indicators one page shows. All are of one kind (M1)."""

    code: str
    title: str
    kind: IndicatorKind
    help: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Definition:
    """What a level means, beside which the practitioner judges (M3)."""

    level: RiskLevel
    title: str
    text: str
    source: Source


@dataclass(frozen=True)
class BandRule:
    """Evidence is in `band` up to `up_to_months` old; None is the open last band (M2)."""

    band: Band
    title: str
    up_to_months: int | None


@dataclass(frozen=True)
class Condition:
    """At least so many of one sort seen within so many months; None is at any time (M3)."""

    counts: Counts
    within_months: int | None
    at_least: int


@dataclass(frozen=True)
class Step:
    """A level, suggested when any of its conditions holds. The lowest level has none (M3)."""

    level: RiskLevel
    any_of: tuple[Condition, ...]


@dataclass(frozen=True)
class Suggestion:
    """The versioned suggestion rule: the first step that holds, highest level first (M3)."""

    version: int
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Instrument:
    """One published version of the CE Matrix (M1)."""

    code: str
    version: int
    title: str
    published: date
    bands: tuple[BandRule, ...]
    suggestion: Suggestion
    definitions: tuple[Definition, ...]
    groups: tuple[Group, ...]
    _indicators: dict[str, Indicator] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        by_code = {one.code: one for group in self.groups for one in group.indicators}
        object.__setattr__(self, "_indicators", by_code)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Every indicator, in the order it is asked."""
        return tuple(self._indicators.values())

    def indicator(self, code: str) -> Indicator:
        """The indicator of that code. Raises KeyError when this version has none."""
        return self._indicators[code]

    def group(self, code: str) -> Group:
        """The group of that code. Raises KeyError when this version has none."""
        for group in self.groups:
            if group.code == code:
                return group
        raise KeyError(code)

    def definition(self, level: RiskLevel) -> Definition:
        """What `level` means in this version."""
        return next(one for one in self.definitions if one.level == level)
