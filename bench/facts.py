"""What is so of each child of the invented nation, worked out from its number: the tables agree by it."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate
from math import exp

from matrix.instrument import Instrument, current

AUTHORITIES = 150  # to a nation of a million children, as England has
LOCALITIES = 5  # to an authority
TEAM, STAFF = 10, 3  # people to a team, to a school
NO_END = "9999-12-31T00:00:00+00:00"
# Salts: one question about a child must not tell the answer to another.
WHERE, WORKER, SCHOOL, PAPERS, STATE, LEVEL, WHEN, NAME, OTHER = range(1, 10)


@dataclass(frozen=True)
class Nation:
    """A partnership of `scale` × 1,000,000 children as it stands at `at`; the same `seed`, the same people."""

    scale: float
    seed: int
    at: datetime

    @cached_property
    def children(self) -> int:
        return max(200, round(1_000_000 * self.scale))

    @cached_property
    def authorities(self) -> int:
        return max(2, round(AUTHORITIES * self.scale))

    @cached_property
    def _shares(self) -> list[float]:
        """The share of each authority, the largest first: four times the middling, twenty the smallest."""
        weights = [exp(-3 * n / self.authorities) for n in range(self.authorities)]
        return [weight / sum(weights) for weight in weights]

    @cached_property
    def _borders(self) -> list[float]:
        return [2**32 * share for share in accumulate(self._shares[:-1])]

    def _spread(self, total: float) -> list[range]:
        """So many things dealt out to the authorities by their size, at least one each: the numbers each has."""
        ends = list(accumulate(max(1, round(total * share)) for share in self._shares))
        return [range(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]

    @cached_property
    def team_numbers(self) -> list[range]:
        """The teams (from 0) of each authority."""
        return self._spread(2000 * self.scale)

    @cached_property
    def school_numbers(self) -> list[range]:
        """The schools (from 0) of each authority."""
        return self._spread(1000 * self.scale)

    @cached_property
    def teams(self) -> int:
        """Teams of practitioners."""
        return self.team_numbers[-1].stop

    @cached_property
    def schools(self) -> int:
        return self.school_numbers[-1].stop

    @cached_property
    def days(self) -> list[str]:
        """The instant so many days ago."""
        return [(self.at - timedelta(days=day)).isoformat() for day in range(1000)]

    @cached_property
    def dates(self) -> list[str]:
        """The day so many days ago, over all childhoods."""
        return [(self.at - timedelta(days=day)).date().isoformat() for day in range(19 * 366)]

    @cached_property
    def ahead(self) -> list[str]:
        """The instant in so many days."""
        return [(self.at + timedelta(days=day)).isoformat() for day in range(400)]

    @cached_property
    def codes(self) -> list[str]:
        """Every question of the instrument in force."""
        return [indicator.code for indicator in self.asked.indicators]

    @cached_property
    def asked(self) -> Instrument:
        """The instrument in force, with which every matrix was made."""
        return current(self.at.date())

    def mix(self, number: int, salt: int) -> int:
        """A number from 0 up to 2**32 that looks like chance and is not."""
        x = (number * 0x9E3779B1 + salt * 0x85EBCA77 + self.seed * 0xC2B2AE3D) & 0xFFFFFFFF
        x = ((x ^ (x >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
        x = ((x ^ (x >> 15)) * 0x735A2D97) & 0xFFFFFFFF
        return x ^ (x >> 15)

    # --- people: row numbers are given out from 1 above what the reference data made ------------------------
    def authority(self, child: int) -> int:
        """Which authority (from 0, the largest) is responsible for the child, who lives there."""
        return bisect(self._borders, self.mix(child, WHERE))

    def locality(self, child: int) -> int:
        return self.authority(child) * LOCALITIES + self.mix(child, OTHER) % LOCALITIES

    def team(self, child: int) -> int:
        """The team (from 0) that works with the child."""
        near = self.team_numbers[self.authority(child)]
        return near[self.mix(child, WORKER) % len(near)]

    def worker(self, child: int) -> int | None:
        """The person (from 0) of that team who works with the child; the first of a team manages it."""
        drawn = self.mix(child, WORKER + 100)
        return self.team(child) * TEAM + 1 + drawn // 7 % (TEAM - 1) if drawn % 100 < 80 else None

    def author(self, child: int) -> int:
        """The person (from 0) who writes about the child."""
        worker = self.worker(child)
        return self.team(child) * TEAM + 1 if worker is None else worker

    def school(self, child: int) -> int | None:
        """The school (from 0) that has the child on its roll."""
        drawn = self.mix(child, SCHOOL)
        if drawn % 2:
            return None
        near = self.school_numbers[self.authority(child)]
        return near[drawn // 2 % len(near)]

    # --- papers: two matrices for three children in ten; the earlier has the odd number ---------------------
    def with_papers(self) -> Iterator[int]:
        return (child for child in range(1, self.children + 1) if self.has_papers(child))

    def has_papers(self, child: int) -> bool:
        return self.mix(child, PAPERS) % 10 < 3

    def state(self, matrix: int) -> str:
        drawn = self.mix(matrix, STATE) % 100 if matrix % 2 == 0 else 99
        return "draft" if drawn < 8 else "withdrawn" if drawn < 10 else "submitted"

    def sent(self, child: int) -> list[int]:
        """The matrices of a child with papers that were submitted, the earlier first."""
        return [matrix for matrix in (2 * child - 1, 2 * child) if self.state(matrix) == "submitted"]

    def level(self, matrix: int) -> int:
        drawn = self.mix(matrix, LEVEL) % 100
        return 0 if drawn < 20 else 1 if drawn < 55 else 2 if drawn < 85 else 3

    def days_ago(self, matrix: int) -> int:
        """How many days ago a matrix was sent, or last touched."""
        drawn = self.mix(matrix, WHEN)
        return 200 + drawn % 360 if matrix % 2 else 1 + drawn % 180

    def current_level(self, child: int) -> int | None:
        """The number of the child's newest agreed level, which is that of its matrix."""
        agreed = [matrix for matrix in self.sent(child) if self.level(matrix) >= 2]
        return agreed[-1] if agreed and self.has_papers(child) else None

    def waits(self, matrix: int) -> bool:
        """Whether what a matrix set going is not answered yet."""
        return matrix % 2 == 0 and self.days_ago(matrix) <= 4
