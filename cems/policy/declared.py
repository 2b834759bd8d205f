"""A practice setting as its app declares it, and how it is read: `GATHERING_DAYS.at(instant, authority_id)`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Generic, TypeVar

from cems.base.time import LONDON
from cems.policy.kinds import ValueKind
from cems.policy.slots import POLICIES
from cems.policy.snapshot import snapshot

T = TypeVar("T")
DECISION = "Decision of the partnership"


class Subject(Enum):
    """Under which heading the page of settings shows it, in the page's order."""

    WORKING_DAY = "The working day"
    MATRIX = "The CE Matrix"
    FIRST_CONTACT = "First Contact"
    CEVT = "CEVT"
    ALLOCATION = "Allocation of workers"
    CEG = "The boards of CEG"
    CHILD = "The child's record"
    PLACED = "Children placed by another authority"
    PEOPLE = "People and cover"


@dataclass(frozen=True)
class Reading(Generic[T]):
    """A value with where it was read: what a clock keeps as the length it was started with."""

    policy: "Policy[T]"
    value: T
    authority_id: int | None = None


@dataclass(frozen=True, eq=False)
class Policy(Generic[T]):
    """Something the partnership may decide.

    `key` names it in the database, `title` and `explanation` on the page, `source` the public document and paragraph
    of its default. `by_authority`: an authority may have a value of its own, as its reader says for which.
    `check(value, before, first_day)` says in words what is wrong with a value that its type allows, in place of the
    value before from a day on; "" when nothing is.
    """

    key: str
    subject: Subject
    title: str
    explanation: str
    kind: ValueKind[T]
    default: T
    source: str
    by_authority: bool = False
    check: Callable[[T, T, date], str] | None = None

    def at(self, instant: datetime, authority_id: int | None = None) -> T:
        """The value in force at `instant`: the authority's own, else the whole partnership's, else the default.

        An authority that another followed goes by its successor's after its last day; nobody inherits what it had.
        """
        kept = snapshot()
        if not kept.values:
            return self.default
        whose = kept.answering(authority_id, instant) if authority_id is not None else None
        row = kept.in_force(self.key, whose, instant) if whose is not None else None
        if row is None or row.inherits:
            row = kept.in_force(self.key, None, instant)
        return self.kind.restored(row.stored) if row else self.default

    def on(self, day: date) -> T:
        """The value in force at the end of a day in London."""
        if not snapshot().values:
            return self.default
        return self.at(datetime.combine(day, time.max, LONDON))

    def read(self, instant: datetime, authority_id: int | None = None) -> Reading[T]:
        """The value in force, with where it was read, for a clock whose length it is."""
        return Reading(self, self.at(instant, authority_id), authority_id)

    def in_words(self, value: T) -> str:
        """A value as pages say it."""
        return self.kind.in_words(value)


def declared(key: str) -> Policy[Any]:
    """The setting called `key`. Raises LookupError when no installed app declares it."""
    policy = POLICIES.get(key)
    if policy is None:
        raise LookupError(f"no app declares the practice setting {key}")
    return policy


def every_policy() -> Sequence[Policy[Any]]:
    """Every declared setting, by heading, then in the order of declaration."""
    order = list(Subject)
    return sorted(POLICIES, key=lambda policy: order.index(policy.subject))
