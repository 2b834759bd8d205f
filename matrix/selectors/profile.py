"""The evidence profile as pages and papers draw it: each kind in the four bands of its age (M2, M3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from matrix.choices import Band, IndicatorKind
from matrix.instrument import Instrument
from matrix.rules import Evidence, ProfileRow, profile

RECENT = (Band.MONTH, Band.QUARTER)


@dataclass(frozen=True)
class ProfileLine:
    """One row of the evidence profile as the page draws it; widths are per cent of the longest row."""

    row: ProfileRow
    recent_width: int
    older_width: int
    undated_width: int  # what has no date yet, and standing facts

    @property
    def bands(self) -> dict[str, int]:
        """How many are of each band, by its code."""
        return {rule.band.value: count for rule, count in self.row.counts}

    @property
    def numbers(self) -> list[int]:
        """How many are of each band, how many have no date yet, how many stand whatever the day."""
        return [*(count for _, count in self.row.counts), self.row.undated, self.row.standing]

    @property
    def look(self) -> str:
        if self.row.kind is IndicatorKind.HARM:
            return "harm"
        return "strength" if self.row.kind is IndicatorKind.STRENGTH else "risk"

    @property
    def older_from(self) -> int:
        return self.recent_width

    @property
    def undated_from(self) -> int:
        return self.recent_width + self.older_width


def profile_lines(evidence: Iterable[Evidence], today: date, instrument: Instrument) -> list[ProfileLine]:
    """The lines of the profile of these answers, as they stand `today`, the gravest kind first."""
    rows = profile(evidence, today, instrument.bands, instrument.kinds).rows
    longest = max([1, *(row.total for row in rows)])
    return [_line(row, longest) for row in rows]


def _line(row: ProfileRow, longest: int) -> ProfileLine:
    recent, rest = sum(row.count(band) for band in RECENT), row.undated + row.standing
    widths = [round(100 * count / longest) for count in (recent, row.total - rest - recent, rest)]
    return ProfileLine(row, *widths)
