"""The matrices of the invented nation with their answered questions, their submissions and what follows."""

from collections.abc import Iterator

from bench.facts import STATE, WHEN, Nation
from bench.loading import public_id
from bench.people import Numbers
from bench.records import Rows
from triage.first_contact.outcomes import ASSESSMENT

REASONS = "Several things seen in the last weeks hang together; the words of the child and of the home agree."
SEEN = (
    "Was seen with an older person nobody at the home knows, and came back with a new telephone.",
    "Said at school that somebody wants money back and that it has to be soon.",
    "Left the lesson twice this week after a message, and would not say who had written.",
)
CLOCKS = 16  # clocks a child with papers may have: row number = 16 × child + its kind's place
REVIEW, RECEIPT, REFERRAL, REQUEST, ACTION = 1, 2, 4, 6, 8


class Papers:
    """Rows of the tables of `matrix`, `triage` and `plans`, one method a table."""

    def __init__(self, nation: Nation, first: Numbers) -> None:
        self.nation, self.first = nation, first

    def by(self, child: int) -> int:
        """The row number of who writes about the child."""
        return self.first.user + self.nation.author(child)

    def matrices(self) -> Rows:
        nation = self.nation
        for child in nation.with_papers():
            by = self.by(child)
            for matrix in (2 * child - 1, 2 * child):
                state, instant = nation.state(matrix), nation.days[nation.days_ago(matrix)]
                judged = (nation.level(matrix), REASONS, "yes") if state == "submitted" else (None, "", "")
                why = "Begun for another child" if state == "withdrawn" else ""
                yield (
                    matrix,
                    f"CEM-2026-{matrix:07d}",
                    child,
                    nation.asked.version,
                    state,
                    by,
                    instant,
                    instant,
                    *judged,
                    why,
                )

    def answers(self) -> Rows:
        """Four to twelve questions answered in each matrix; the others have no row."""
        nation, number, codes = self.nation, 0, self.nation.codes
        for child in nation.with_papers():
            by = self.by(child)
            for matrix in (2 * child - 1, 2 * child):
                drawn, days = nation.mix(matrix, STATE + 80), nation.days_ago(matrix)
                instant, on = nation.days[days], nation.dates[days + drawn % 90]
                for place in range(4 + drawn % 9):
                    number += 1
                    code = codes[(drawn // 16 + place * 11) % len(codes)]
                    if (drawn >> place) % 4:
                        what = SEEN[(drawn + place) % 3]
                        yield number, matrix, code, "seen", "exact", on, what, "Worker", by, instant
                    else:
                        yield number, matrix, code, "not_known", "", None, "", "", by, instant

    def submissions(self) -> Rows:
        nation = self.nation
        for child in nation.with_papers():
            by = self.by(child)
            for matrix in nation.sent(child):
                level, instant = nation.level(matrix), nation.days[nation.days_ago(matrix)]
                kind = "new" if matrix % 2 else "review"
                because, rule = '["Evidence of the last month"]', nation.asked.suggestion.version
                yield (
                    matrix, matrix, child, f"CEM-2026-{matrix:07d}", level, REASONS, level, because, rule,
                    level == 3, kind, by, instant, instant,
                )  # fmt: skip

    def reviews(self) -> Rows:
        """The newest submission of each child is looked at again."""
        for child in self.nation.with_papers():
            yield child, child, self.nation.sent(child)[-1], "cevt", CLOCKS * child + REVIEW

    def receipts(self) -> Rows:
        nation = self.nation
        for child, matrix, place in self.followed():
            clock = CLOCKS * child + RECEIPT + place
            authority = self.first.authority + nation.authority(child)
            days = nation.days_ago(matrix)
            ended = (None, None) if nation.waits(matrix) else (nation.days[max(0, days - 4)], matrix)
            yield matrix, matrix, child, authority, nation.level(matrix), nation.days[days], clock, *ended

    def referrals(self) -> Rows:
        nation = self.nation
        for child, matrix, place in self.followed():
            days, waits = nation.days_ago(matrix), nation.waits(matrix)
            instant, by = nation.days[days], self.by(child)
            decided = ("decided", ASSESSMENT.key, ASSESSMENT.label, nation.days[days - 1], by)
            ended = ("open", "", "", None, None) if waits else decided
            clock = CLOCKS * child + REFERRAL + place
            reference = f"CEM-2026-{matrix:07d}"
            yield matrix, f"REF-2026-{matrix:07d}", child, reference, by, instant, instant, *ended, clock

    def requests(self) -> Rows:
        nation = self.nation
        for child, matrix, place in self.followed():
            if nation.level(matrix) == 3:
                days, by = nation.days_ago(matrix), self.by(child)
                ended = ("", None, None) if nation.waits(matrix) else ("held", nation.days[days - 1], by)
                clock, reference = CLOCKS * child + REQUEST + place, f"CEM-2026-{matrix:07d}"
                instant = nation.days[days]
                yield matrix, f"REQ-2026-{matrix:07d}", child, reference, by, instant, *ended, clock

    def actions(self) -> Rows:
        """One done and one to do for each child with papers, from its newest submission."""
        nation = self.nation
        for child in nation.with_papers():
            matrix, by = nation.sent(child)[-1], self.by(child)
            source = ("matrix.submission", public_id_of(matrix), f"CEM-2026-{matrix:07d}")
            instant = nation.days[nation.days_ago(matrix)]
            for place, ended in enumerate(
                (("done", nation.days[0], by, "Done as agreed"), ("open", None, None, ""))
            ):
                number, clock = 2 * child + place, CLOCKS * child + ACTION + place
                title = ("Talk with the school", "Visit the home")[place]
                yield (
                    number, f"ACT-2026-{number:07d}", child, f"follow-{place}", title, by, *source, instant, instant,
                    by, *ended, clock,
                )  # fmt: skip

    def followed(self) -> Iterator[tuple[int, int, int]]:
        """Child, matrix and place (0 the earlier, 1 the later) of each submission of Moderate and above."""
        nation = self.nation
        for child in nation.with_papers():
            for matrix in nation.sent(child):
                if nation.level(matrix) >= 2:
                    yield child, matrix, 1 - matrix % 2


def public_id_of(matrix: int) -> str:
    """The public id of a submission as its actions name it."""
    text = public_id("matrix_submission", matrix)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Promises:
    """Rows of clocks, their history, notices and the audit, one method a table."""

    def __init__(self, papers: Papers, child_ids: list[str], desk: int) -> None:
        self.papers, self.child_ids, self.desk = papers, child_ids, desk
        self.nation, self.first = papers.nation, papers.first

    def clocks(self) -> Rows:
        """The review, the actions, and receipt, referral and strategy meeting of each submission that asks it."""
        nation, yesterday = self.nation, self.nation.days[1]
        for child in nation.with_papers():
            owner, public, base = (self.papers.by(child), None), self.child_ids[child], CLOCKS * child
            last = nation.sent(child)[-1]
            begun, due = (
                nation.days[nation.days_ago(last)],
                nation.ahead[1 + nation.mix(child, WHEN + 20) % 90],
            )
            reference = f"CEM-2026-{last:07d}"
            yield self._row(base + REVIEW, "matrix.review", reference, public, owner, begun, due, None)
            for place, met in ((0, yesterday), (1, None)):
                number = f"ACT-2026-{2 * child + place:07d}"
                row = base + ACTION + place
                yield self._row(row, "action.due", number, public, owner, begun, due, met)
        desk = (None, self.desk)
        for child, matrix, place in self.papers.followed():
            days, public, base = nation.days_ago(matrix), self.child_ids[child], CLOCKS * child + place
            met = None if nation.waits(matrix) else nation.days[days - 1]
            begun = nation.days[days]
            due = nation.ahead[1] if met is None else nation.days[days - 1]
            kinds = [(RECEIPT, "triage.receipt", "CEM"), (REFERRAL, "plans.referral", "REF")]
            if nation.level(matrix) == 3:
                kinds.append((REQUEST, "plans.strategy_meeting", "REQ"))
            for row, kind, prefix in kinds:
                number = f"{prefix}-2026-{matrix:07d}"
                yield self._row(base + row, kind, number, public, desk, begun, due, met)

    def _row(
        self, number: int, kind: str, reference: str, public: str, owner: tuple[int | None, int | None],
        begun: str, due: str, met: str | None,
    ) -> tuple[object, ...]:  # fmt: skip
        explanation = f"Received on {begun[:10]}, due on {due[:10]}: weekends and bank holidays skipped"
        stage, acts = ("met", None) if met else ("running", due)
        title = "Example promise of the benchmark"
        return number, kind, reference, title, public, *owner, begun, due, explanation, stage, acts, met

    def transitions(self) -> Rows:
        """Each clock's start, and its end where it was met."""
        for row in self.clocks():
            clock, begun, due, met = row[0], row[7], row[8], row[12]
            yield 2 * clock, clock, "started", begun, due
            if met:
                yield 2 * clock + 1, clock, "met", met, due

    def notices(self) -> Rows:
        """What the author of each child with papers was told; two in ten are not read yet."""
        nation = self.nation
        for child in nation.with_papers():
            instant, by = nation.days[nation.mix(child, WHEN + 40) % 60], self.papers.by(child)
            reference = f"CEM-2026-{nation.sent(child)[-1]:07d}"
            read = None if child % 5 == 0 else instant
            text = f"{reference}: the level is agreed."
            yield (
                child,
                by,
                "clock.warned",
                f"bench:{child}",
                text,
                reference,
                self.child_ids[child],
                instant,
                read,
            )

    def looks(self) -> Rows:
        """One look at each child, by its author, within the last two months."""
        nation = self.nation
        for child in range(1, nation.children + 1):
            instant, by = nation.days[1 + nation.mix(child, WHEN + 60) % 59], self.papers.by(child)
            yield (
                child,
                instant,
                instant,
                by,
                "viewed",
                self.child_ids[child],
                "identity",
                "works with the child",
            )
