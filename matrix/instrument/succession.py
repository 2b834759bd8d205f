"""From one version of the instrument to a later one: which question became which, and until when both serve (M1)."""

from dataclasses import dataclass
from datetime import date, timedelta

from matrix.instrument.loader import load, versions
from matrix.instrument.shape import Indicator, Instrument


@dataclass(frozen=True)
class Successor:
    """The version to move a draft to, and the last day on which it may be sent without."""

    instrument: Instrument
    until: date


def successor(version: int, on: date, *, days: int, begun: date = date.min) -> Successor | None:
    """The newest version published by `on`, when it is later than `version`; else None.

    The `days` to finish on the old one run from the first version that came after it, or from the day the
    matrix was `begun` where that is later: whoever began it then did not have the newer one yet.
    """
    later = [load(number) for number in versions() if number > version and load(number).published <= on]
    if not later:
        return None
    since = max(begun, min(instrument.published for instrument in later))
    return Successor(later[-1], since + timedelta(days=days))


def codes_carried(earlier: int, later: int) -> dict[str, str]:
    """For each code of version `earlier`, the code it has in `later`; what is no longer asked is left out.

    The same code stays; a question that replaces another takes its answers, over any number of versions. From
    a later version back to an earlier one it is the same the other way round.
    """
    if earlier > later:
        back: dict[str, str] = {}
        for old, new in codes_carried(later, earlier).items():
            back.setdefault(new, old)
        return back
    codes = {indicator.code: indicator.code for indicator in load(earlier).indicators}
    for version in versions():
        if earlier < version <= later:
            asked = load(version).indicators
            became = {indicator.code: indicator.code for indicator in asked}
            became |= {old: indicator.code for indicator in asked for old in indicator.replaces}
            codes = {first: became[last] for first, last in codes.items() if last in became}
    return codes


def question(code: str, version: int) -> Indicator | None:
    """The question of that code as `version` asks it, or as the last version before that did."""
    for candidate in reversed([number for number in versions() if number <= version]):
        if code in {asked.code for asked in load(candidate).indicators}:
            return load(candidate).indicator(code)
    return None
