"""Reads an instrument from its file, and says which entry is wrong when one is."""

import json
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from cems.children.choices import RiskLevel
from matrix.choices import Band, Counts, IndicatorKind
from matrix.instrument.entry import Entry, InstrumentError
from matrix.instrument.shape import (
    BandRule,
    Condition,
    Definition,
    Group,
    Indicator,
    Instrument,
    Source,
    Step,
    Suggestion,
)

FOLDER = Path(__file__).parent


def versions() -> tuple[int, ...]:
    """The versions on file, oldest first: those of the product, and a partnership's own beside them."""
    return tuple(sorted(_files(tuple(settings.MATRIX_INSTRUMENT_FOLDERS))))


def load(version: int) -> Instrument:
    """The instrument of that version (M1). Raises InstrumentError when it is absent or broken."""
    path = _files(tuple(settings.MATRIX_INSTRUMENT_FOLDERS)).get(version)
    if path is None:
        raise InstrumentError(f"there is no version {version} of the instrument")
    return _read(path, version)


@cache
def _files(folders: tuple[str, ...]) -> dict[int, Path]:
    path_by_version: dict[int, Path] = {}
    for path in sorted(path for folder in (str(FOLDER), *folders) for path in Path(folder).iterdir()):
        match = re.fullmatch(r"ce-matrix-(\d+)\.json", path.name)
        if match and path_by_version.setdefault(int(match[1]), path) != path:
            raise InstrumentError(f"{path.name} is there twice: a version has one file")
    return path_by_version


@cache
def _read(path: Path, version: int) -> Instrument:
    instrument = parse(json.loads(path.read_text(encoding="utf-8")))
    if instrument.version != version:
        raise InstrumentError(f"{path.name}: version says {instrument.version}")
    return instrument


def current(on: date) -> Instrument:
    """The newest version published by `on`. Raises InstrumentError when there was none yet."""
    for version in reversed(versions()):
        if (instrument := load(version)).published <= on:
            return instrument
    raise InstrumentError(f"no version of the instrument was published by {on}")


def parse(data: object) -> Instrument:
    """An instrument from the data of its file. Raises InstrumentError naming the bad entry."""
    top = Entry(data, "instrument")
    instrument = Instrument(
        code=top.slug("code"),
        version=top.number("version"),
        title=top.text("title"),
        published=top.day("published"),
        bands=tuple(_band(entry) for entry in top.entries("bands")),
        suggestion=_suggestion(top.entry("suggestion")),
        definitions=tuple(_definition(entry) for entry in top.entries("definitions")),
        groups=tuple(_group(entry, managed=top.maybe("asks_plan")) for entry in top.entries("groups")),
        asks_plan=top.maybe("asks_plan"),
    )
    _check_kinds(instrument)
    _check_bands(instrument.bands)
    _check_levels(instrument)
    groups = [(f"group {group.code}", group.code) for group in instrument.groups]
    listed = [indicator for group in instrument.groups for indicator in group.indicators]
    _unique("code", groups)
    _unique("code", [(f"indicator {indicator.code}", indicator.code) for indicator in listed])
    # A question that is still asked under its own code was replaced by none.
    _unique(
        "code",
        [(f"indicator {indicator.code}", indicator.code) for indicator in listed]
        + [
            (f"indicator {indicator.code}: replaces", old)
            for indicator in listed
            for old in indicator.replaces
        ],
    )
    _unique("text", [(f"indicator {indicator.code}", indicator.text.casefold()) for indicator in listed])
    return instrument


GROUP_KINDS = (IndicatorKind.VULNERABILITY, IndicatorKind.CONCERN, IndicatorKind.STRENGTH)
CONCERN_KINDS = (IndicatorKind.HARM, IndicatorKind.DANGER, IndicatorKind.CONTACT, IndicatorKind.SIGN)
_LEVELS = {level.name.lower(): level for level in RiskLevel}


def _source(entry: Entry) -> Source:
    return Source(entry.text("document"), entry.text("paragraph"))


def _band(entry: Entry) -> BandRule:
    return BandRule(entry.choice("code", Band), entry.text("title"), entry.months("up_to_months"))


def _suggestion(entry: Entry) -> Suggestion:
    return Suggestion(entry.number("version"), tuple(_step(entry) for entry in entry.entries("steps")))


def _step(entry: Entry) -> Step:
    conditions = tuple(
        Condition(entry.choice("counts", Counts), entry.months("within_months"), entry.number("at_least"))
        for entry in entry.entries("any_of", empty=True)
    )
    return Step(entry.one_of("level", _LEVELS), conditions)


def _definition(entry: Entry) -> Definition:
    level = entry.one_of("level", _LEVELS)
    source = _source(entry.entry("source"))
    return Definition(level, entry.text("title"), entry.text("text"), source, entry.texts("parts"))


def _group(entry: Entry, *, managed: bool) -> Group:
    kind = entry.one_of("kind", {str(option.value): option for option in GROUP_KINDS})
    return Group(
        code=entry.slug("code"),
        title=entry.text("title"),
        kind=kind,
        help=entry.text("help", blank=True),
        indicators=tuple(_indicator(entry, kind, managed) for entry in entry.entries("indicators")),
    )


def _indicator(entry: Entry, group: IndicatorKind, managed: bool) -> Indicator:
    kind = _kind(entry, group)
    standing, sign = entry.maybe("standing"), kind is IndicatorKind.SIGN
    if standing and kind is not IndicatorKind.VULNERABILITY:
        raise entry.fail("standing", "can only be true of a vulnerability")
    if "baseline" in entry.data and not sign:
        raise entry.fail("baseline", "is only asked of a warning sign")
    return Indicator(
        code=entry.slug("code"),
        text=entry.text("text"),
        help=entry.text("help", blank=True),
        kind=kind,
        source=_source(entry.entry("source")),
        also=tuple(_source(entry) for entry in entry.entries("also", empty=True))
        if "also" in entry.data
        else (),
        added=entry.maybe("added"),
        standing=standing,
        baseline=sign and entry.maybe("baseline", otherwise=True),
        managed=managed and kind.is_concern,
        replaces=tuple(entry.slugs("replaces")),
    )


def _kind(entry: Entry, group: IndicatorKind) -> IndicatorKind:
    """The kind of a question: that of its group, or the one a concern names; the first version names harm alone."""
    if "kind" in entry.data:
        if group is not IndicatorKind.CONCERN:
            raise entry.fail("kind", "is only told of a concern")
        return entry.one_of("kind", {str(option.value): option for option in CONCERN_KINDS})
    if group is IndicatorKind.CONCERN and "harm" not in entry.data:
        raise entry.fail("kind", "is missing")
    harm = entry.maybe("harm")
    if harm and group is not IndicatorKind.CONCERN:
        raise entry.fail("harm", "can only be true of a concern")
    return IndicatorKind.HARM if harm else group


def _unique(what: str, named: Iterable[tuple[str, str]]) -> None:
    earlier: dict[str, str] = {}
    for name, value in named:
        if value in earlier:
            raise InstrumentError(f"{name}: {what} is used before, by {earlier[value]}")
        earlier[value] = name


def _check_kinds(instrument: Instrument) -> None:
    """Concerns are told apart by kind all of them or, as in the first version, none; the rule counts what is there."""
    kinds = {indicator.kind for indicator in instrument.indicators}
    if IndicatorKind.CONCERN in kinds and kinds & {*CONCERN_KINDS} - {IndicatorKind.HARM}:
        raise InstrumentError("instrument.groups: every concern must name its kind, or none")
    counted = {condition.counts for step in instrument.suggestion.steps for condition in step.any_of}
    for counts in counted - {Counts.CONCERN}:
        if IndicatorKind(counts.value) not in kinds:
            raise InstrumentError(
                f"instrument.suggestion: counts {counts.value}, and no indicator is of this kind"
            )


def _check_bands(bands: tuple[BandRule, ...]) -> None:
    if [rule.band for rule in bands] != list(Band):
        raise InstrumentError(f"instrument.bands: must be {', '.join(Band.values)}, in that order")
    bounds = [rule.up_to_months for rule in bands]
    closed = [bound for bound in bounds[:-1] if bound is not None]
    rising = all(lower < upper for lower, upper in zip(closed, closed[1:], strict=False))
    if bounds[-1] is not None or len(closed) != len(bounds) - 1 or not rising:
        raise InstrumentError("instrument.bands: up_to_months must rise, and only the last be open")


def _check_levels(instrument: Instrument) -> None:
    if sorted(definition.level for definition in instrument.definitions) != list(RiskLevel):
        raise InstrumentError("instrument.definitions: must define each level once")
    steps = instrument.suggestion.steps
    if [step.level for step in steps] != sorted(RiskLevel, reverse=True):
        raise InstrumentError("instrument.suggestion.steps: must go from the highest level to the lowest")
    if steps[-1].any_of or not all(step.any_of for step in steps[:-1]):
        raise InstrumentError("instrument.suggestion.steps: every level but the lowest needs conditions")
