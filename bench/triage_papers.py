"""What CEVT has done in the invented nation: decisions, what they started, and what agencies said."""

from bench.loading import public_id
from bench.papers import Papers
from bench.records import Rows
from triage.cevt.outcomes import ADVICE, ALLOCATION, CEG

SAID = "Known here since the spring; came twice with injuries and would not say from what."


class Decided:
    """Rows of the tables of `triage` and `cems.meetings`, one method a table; numbered as the matrices are."""

    def __init__(self, papers: Papers) -> None:
        self.papers, self.nation, self.first = papers, papers.nation, papers.first

    def decisions(self) -> Rows:
        """One for each matrix of Moderate and above that does not wait any more, with the level agreed then."""
        nation = self.nation
        for child, matrix, _ in self.papers.followed():
            if not nation.waits(matrix):
                instant, by = nation.days[max(0, nation.days_ago(matrix) - 4)], self.papers.by(child)
                level = nation.level(matrix)
                yield matrix, f"DEC-2026-{matrix:07d}", child, matrix, level, by, instant, instant

    def outcomes(self) -> Rows:
        """Board and worker at Significant, advice at Moderate."""
        nation, first = self.nation, self.first
        for child, matrix, _ in self.papers.followed():
            if nation.waits(matrix):
                continue
            if nation.level(matrix) == 3:
                board = first.locality + nation.locality(child)
                yield 2 * matrix, matrix, child, CEG.key, CEG.label, "significant", board
                yield 2 * matrix + 1, matrix, child, ALLOCATION.key, ALLOCATION.label, "", None
            else:
                yield 2 * matrix, matrix, child, ADVICE.key, ADVICE.label, "", None

    def contributions(self) -> Rows:
        """What two agencies said of each child CEVT had before it; frozen when it had decided."""
        nation, first = self.nation, self.first
        for child, matrix, _ in self.papers.followed():
            days, about = nation.days_ago(matrix), public_id("triage_item", matrix)
            day = nation.days[max(0, days - 1)]
            frozen = None if nation.waits(matrix) else nation.days[max(0, days - 4)]
            for place, agency in enumerate((nation.authority(child), nation.authorities)):
                by = self.papers.by(child)
                yield (
                    2 * matrix + place, child, "cevt", about, first.agency + agency, "written", SAID, by, day, frozen
                )  # fmt: skip
