"""The children of the invented nation, what is on their record, and who reaches them."""

from collections.abc import Iterator
from typing import Any

from bench.facts import NAME, NO_END, OTHER, STATE, TEAM, WHEN, Nation
from bench.loading import public_id
from bench.names import families, given_names, pick
from bench.people import Numbers, school_staff
from cems.children.identity.rules import search_key

Rows = Iterator[tuple[Any, ...]]
_WHOLE = 2**32
CHILD = "children_child"


class Records:
    """Rows of the tables of `cems.children`, one method a table."""

    def __init__(self, nation: Nation, first: Numbers, permission: int) -> None:
        self.nation, self.first, self.permission = nation, first, permission
        # Once for each name there is, not for each child.
        self.keys = {name: search_key(name) for name in (*given_names(), *families())}

    def named(self, child: int, again: int = 0) -> tuple[str, str]:
        """Given and family name; `again` draws another."""
        mix = self.nation.mix
        return (
            pick(given_names(), mix(child, NAME + 10 * again) / _WHOLE),
            pick(families(), mix(child, NAME + 10 * again + 1) / _WHOLE),
        )

    def born(self, child: int) -> int:
        """How many days ago: from 10 to 17 years."""
        return 3653 + self.nation.mix(child, WHEN) % 2550

    def restricted(self, child: int) -> bool:
        return self.nation.mix(child, OTHER) // 8 % 200 == 0

    def children(self) -> Rows:
        nation, first = self.nation, self.first
        review = nation.ahead[60][:10]
        for child in range(1, nation.children + 1):
            authority, school = first.authority + nation.authority(child), nation.school(child)
            drawn, closed = nation.mix(child, NAME + 5), self.restricted(child)
            yield (
                child,
                f"CHD-2026-{child:07d}",
                *self.named(child),
                nation.dates[self.born(child)],
                "FM"[drawn & 1],
                f"{drawn % 200} Example Street",
                f"{'ABCDEFGH'[drawn % 8]}{'XYZ'[drawn % 3]}{drawn % 90} {drawn % 9}{'ABDE'[drawn % 4]}X",
                authority,
                authority,
                first.locality + nation.locality(child),
                None if school is None else first.team + nation.teams + school,
                closed,
                review if closed else None,
                nation.current_level(child),
                nation.days[300 + drawn % 600],
            )

    def names(self) -> Rows:
        """The registered name of each, and another for one in ten."""
        nation = self.nation
        for child in range(1, nation.children + 1):
            first = self.named(child)
            yield 2 * child, child, *self._name(first), True, nation.days[400]
            other = self.named(child, 1)
            if nation.mix(child, STATE) % 10 == 0 and other != first:
                yield 2 * child + 1, child, *self._name(other), False, nation.days[200]

    def _name(self, name: tuple[str, str]) -> tuple[str, str]:
        return " ".join(name), " ".join(sorted(self.keys[word] for word in name))

    def identifiers(self) -> Rows:
        """A number in the form of the NHS's for each child whose number gets a check digit."""
        for child in range(1, self.nation.children + 1):
            digits = f"{900000000 + child}"
            check = -sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
            if check < 10:
                yield child, child, "nhs", f"{digits}{check}", self.nation.days[300]

    def statuses(self) -> Rows:
        """An ended one and one that holds, for six children in ten."""
        nation = self.nation
        kinds = ("early_help", "child_in_need", "child_protection", "child_in_care")
        for child in range(1, nation.children + 1):
            drawn = nation.mix(child, STATE + 20)
            if drawn % 10 < 6:
                by, days = self.first.user + nation.author(child), 30 + drawn % 300
                kind = kinds[drawn // 16 % 4]
                yield 2 * child, child, kind, nation.dates[days], None, nation.days[days], by
                if drawn % 10 < 2:
                    begin, end = nation.dates[days + 300], nation.dates[days + 1]
                    yield 2 * child + 1, child, kind, begin, end, nation.days[days], by

    def involvements(self) -> Rows:
        """The worker, the school, and for three in ten somebody of another team who worked with the child before."""
        nation, first = self.nation, self.first
        for child in range(1, nation.children + 1):
            worker, school, by = nation.worker(child), nation.school(child), first.user + nation.author(child)
            begun = nation.days[100 + child % 200]
            if worker is not None:
                team = first.team + nation.team(child)
                yield 3 * child, child, first.user + worker, team, "social_worker", begun, None, "", by, begun
            if school is not None:
                team = first.team + nation.teams + school
                yield 3 * child + 1, child, None, team, "school", begun, None, "", by, begun
            drawn = nation.mix(child, STATE + 40)
            if drawn % 10 < 3:
                team = drawn // 16 % nation.teams
                before, ended = nation.days[800], nation.days[500]
                yield (
                    3 * child + 2, child, first.user + team * TEAM + 1 + drawn // 7 % (TEAM - 1), first.team + team,
                    "early_help", before, ended, "The work ended", by, before,
                )  # fmt: skip

    def grants(self) -> Rows:
        """What follows from the involvements: the worker, their manager, and the people of the school."""
        nation, first, number = self.nation, self.first, 0
        for child in range(1, nation.children + 1):
            worker, school = nation.worker(child), nation.school(child)
            people = [] if worker is None else [worker, nation.team(child) * TEAM]
            if school is not None:
                people += school_staff(nation, school)
            for person in people:
                number += 1
                yield number, first.user + person, self.permission, child, NO_END

    def matters(self) -> Rows:
        """Exploitation and missing, open and past; what waits at First Contact, CEVT and CEG."""
        nation, first = self.nation, self.first
        for child in nation.with_papers():
            level, last = nation.current_level(child), nation.sent(child)[-1]
            place = (first.authority + nation.authority(child), first.locality + nation.locality(child))
            drawn, days = nation.mix(child, STATE + 60), nation.days_ago(last)
            waits = nation.level(last) >= 2 and nation.waits(last)
            kinds = {"exploitation": waits or drawn % 10 < 6, "ceg": drawn % 10 < 2} if level else {}
            kinds |= {"referral": True, "cevt": True} if waits else {}
            kinds |= {"missing": drawn % 200 == 0} if drawn % 10 == 0 else {}
            for place_in, (kind, is_open) in enumerate(kinds.items()):
                closed = None if is_open else nation.days[days // 2]
                until = NO_END if is_open else closed
                yield 8 * child + place_in, child, kind, *place, nation.days[days], closed, until

    def submitters(self) -> Rows:
        for child in self.nation.with_papers():
            by = self.first.user + self.nation.author(child)
            yield child, child, by, self.nation.days[self.nation.days_ago(self.nation.sent(child)[0])]

    def named_readers(self) -> Rows:
        """Each restricted record has its owner."""
        for child in range(1, self.nation.children + 1):
            if self.restricted(child):
                yield child, child, self.first.user + self.nation.author(child), "owner", NO_END

    def bars(self) -> Rows:
        for child in range(7, self.nation.children + 1, 1000):
            by = self.first.user + self.nation.author(child)
            person = self.first.user + self.nation.team(child) * TEAM
            yield child, child, person, "Knows the family", by, self.nation.days[100]

    def notes(self) -> Rows:
        """Two case notes of each child with papers."""
        nation = self.nation
        for child in nation.with_papers():
            by = self.first.user + nation.author(child)
            for again in (0, 1):
                instant = nation.days[10 + (child * 7 + again * 31) % 300]
                text = (
                    "Saw the child at the home and at the school, and talked about what happened in the week."
                )
                yield 2 * child + again, child, instant, instant, by, "Child and worker", text

    def levels(self) -> Rows:
        """A level agreed four days after each matrix of Moderate and above."""
        nation = self.nation
        for child in nation.with_papers():
            for matrix in nation.sent(child):
                if nation.level(matrix) >= 2:
                    instant = nation.days[max(0, nation.days_ago(matrix) - 4)]
                    text = "Agreed on the evidence of the matrix and what each agency at the table knew."
                    by = self.first.user + nation.author(child)
                    yield (
                        matrix,
                        child,
                        nation.level(matrix),
                        "{criminal}",
                        "cevt",
                        text,
                        instant,
                        instant,
                        by,
                    )

    def child_ids(self) -> list[str]:
        """The public ids of all children by row number; the first is nobody's."""
        return [public_id(CHILD, child) for child in range(self.nation.children + 1)]
