"""What a review where nothing is new must hold (M6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cems.base.words import says_nothing
from matrix.choices import AskedKind


@dataclass(frozen=True)
class Asked:
    """One person who was asked: `who` is a name and role, and empty for the child."""

    kind: AskedKind
    who: str
    on: date | None
    words: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written of anybody here."""
        return not (self.who.strip() or self.on or self.words.strip())


@dataclass(frozen=True)
class Wanted:
    """What is still wanted, and of which person by their place in the list; None of the review itself."""

    field: str
    message: str
    place: int | None = None


def short_review_wants(
    asked: Sequence[Asked], *, not_asked_why: str, last_matrix: date, today: date
) -> Wanted | None:
    """The first thing a review where nothing is new still wants, or None (M6).

    Silence must not pass for safety (ERASE Annual Report 2023–24, paragraph 18): somebody was asked since the last
    matrix, and their words stand here; or it says who tried, and why nobody could be asked.
    """
    written = [(place, person) for place, person in enumerate(asked) if not person.is_empty]
    for place, person in written:
        if wanted := _of_person(person, last_matrix, today):
            return Wanted(*wanted, place)
    if not written and says_nothing(not_asked_why):
        return Wanted(
            "not_asked_why",
            "Write what at least one person said. If nobody could be asked, say who tried and why not.",
        )
    return None


def _of_person(person: Asked, last_matrix: date, today: date) -> tuple[str, str] | None:
    if person.kind is not AskedKind.CHILD and says_nothing(person.who):
        return "who", "Say who was asked: name and role."
    if person.on is None:
        return "on", "Say on which day they were asked."
    if person.on > today:
        return "on", "This day is still to come. Write the day they were asked."
    if person.on < last_matrix:
        return "on", "This was before the last matrix, which says it already. Ask again."
    if says_nothing(person.words):
        return "words", "Write what they said, in their words where you can."
    return None
