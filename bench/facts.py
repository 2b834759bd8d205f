"""What is so of each child of the invented nation, worked out from its number: the tables agree by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from matrix.instrument import current

AUTHORITIES = 10
LOCALITIES = 5  # to an authority
TEAM, STAFF = 10, 3  # people to a team, to a school
FOREVER = "9999-12-31T00:00:00+00:00"
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
    def teams(self) -> int:
        """Teams of practitioners; the same number in each authority."""
        return AUTHORITIES * max(1, round(200 * self.scale))

    @cached_property
    def schools(self) -> int:
        return AUTHORITIES * max(1, round(100 * self.scale))

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
        return [one.code for one in current(self.at.date()).indicators]

    def mix(self, number: int, salt: int) -> int:
        """A number from 0 up to 2**32 that looks like chance and is not."""
        x = (number * 0x9E3779B1 + salt * 0x85EBCA77 + self.seed * 0xC2B2AE3D) & 0xFFFFFFFF
        x = ((x ^ (x >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
        x = ((x ^ (x >> 15)) * 0x735A2D97) & 0xFFFFFFFF
        return x ^ (x >> 15)

    # --- people: row numbers are given out from 1 above what the reference data made ------------------------
    def authority(self, child: int) -> int:
        """Which authority (from 0) is responsible and lives around the child."""
        return self.mix(child, WHERE) % AUTHORITIES

    def locality(self, child: int) -> int:
        return self.authority(child) * LOCALITIES + self.mix(child, OTHER) % LOCALITIES

    def team(self, child: int) -> int:
        """The team (from 0) that works with the child."""
        mine = self.mix(child, WORKER) % (self.teams // AUTHORITIES)
        return self.authority(child) + AUTHORITIES * mine

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
        return self.authority(child) + AUTHORITIES * (drawn // 2 % (self.schools // AUTHORITIES))

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
