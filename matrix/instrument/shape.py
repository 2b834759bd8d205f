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
    """One thing that may have been seen. Its kind tells harm that has happened from risk (M3).

    `also` are further places it rests on; `added` says that none of them lists it as a sign or factor (M1).
    A `standing` fact needs no day and does not age (M2). `baseline`: the question asks whether it is a change
    for this child, and "usual for this child" is an answer. `managed`: how well it is managed now is asked too.
    `replaces` names the codes of the version before whose answers stand here now.
    """

    code: str
    text: str
    help: str
    kind: IndicatorKind
    source: Source
    also: tuple[Source, ...] = ()
    added: bool = False
    standing: bool = False
    baseline: bool = False
    managed: bool = False
    replaces: tuple[str, ...] = ()

    @property
    def harm(self) -> bool:
        """Whether it tells of harm that has happened, and not of a risk (M3)."""
        return self.kind is IndicatorKind.HARM

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every place it rests on."""
        return self.source, *self.also


@dataclass(frozen=True)
class Group:
    """The indicators one page shows: vulnerabilities, concerns of any kind, or strengths (M1)."""

    code: str
    title: str
    kind: IndicatorKind
    help: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Definition:
    """What a level means, beside which the practitioner judges; `parts` are all of which it is made (M3)."""

    level: RiskLevel
    title: str
    text: str
    source: Source
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class BandRule:
    """Evidence is in `band` up to `up_to_months` old; None is the open last band (M2)."""

    band: Band
    title: str
    up_to_months: int | None

    @property
    def short(self) -> str:
        """The title without its months, for a column headed by them: "1 to 3"."""
        return self.title.removesuffix("s").removesuffix(" month")


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
    """One published version of the CE Matrix (M1).

    `asks_plan`: how well each worry is managed, strength and worry around the child, what the plan must hold.
    """

    code: str
    version: int
    title: str
    published: date
    bands: tuple[BandRule, ...]
    suggestion: Suggestion
    definitions: tuple[Definition, ...]
    groups: tuple[Group, ...]
    asks_plan: bool = False
    _indicators: dict[str, Indicator] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        by_code = {indicator.code: indicator for group in self.groups for indicator in group.indicators}
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

    @property
    def kinds(self) -> tuple[IndicatorKind, ...]:
        """The kinds of indicator this version tells apart, the gravest first."""
        used = {indicator.kind for indicator in self.indicators}
        return tuple(kind for kind in IndicatorKind if kind in used)

    def definition(self, level: RiskLevel) -> Definition:
        """What `level` means in this version."""
        return next(definition for definition in self.definitions if definition.level == level)
