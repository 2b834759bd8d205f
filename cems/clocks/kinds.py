"""Each promise that has a time is a kind of clock, declared in code by the app that makes it (K1).

An app fills its kinds into the slot `KINDS`; the sweep asks them what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cems.clocks.choices import Measure, Stage
from cems.clocks.slots import KINDS
from cems.policy.declared import Policy

if TYPE_CHECKING:
    from cems.accounts.models import User
    from cems.clocks.models import Clock


@dataclass(frozen=True)
class Morning:
    """Nine o'clock in the morning of the working day this many working days before a clock is due."""

    working_days_before: int = 0


@dataclass(frozen=True)
class Finding:
    """What a kind's own look says of a clock that is about to act: it was met, or is no longer wanted."""

    stage: Stage
    at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if self.stage not in {Stage.MET, Stage.CANCELLED}:
            raise ValueError("a finding closes a clock: met or cancelled")


@dataclass(frozen=True)
class ClockKind:
    """One kind of promise.

    `label` is fixed words for pages and mail, so never anything about a person. `warnings` say when to
    warn: so long before it is due, or in the morning of a working day. `reminders` is how often a clock
    over its time is brought up again, once each following working day. `may_pause` is the rule's; with
    `paused_by_its_app` the clock's own page doesn't offer it. `may_cancel` and `may_meet` say whether
    that page offers it to those who have the clock.
    Of a breach the owner is told, and who manages the owner's team; `also_told(clocks, day)` names by row number who
    else is, at a warning too where they are `also_warned`. `check(clocks)` recomputes from the truth just before
    acting, by row number. `say(clocks)` gives what a page calls each, by row number, where somebody's own words say
    more than the label; mail never does.
    `places(user, clocks)` gives, by row number, what is done about each and the page where this person does it, where
    that is another than the address of the clock.
    `lengths` names the practice settings one of which is the clock's length: the service that starts it hands over
    which, with the value read, and the clock keeps it whatever the setting becomes.
    `review_of` names the part of the record that is looked at again, where the promise is a review of a child: a
    statutory meeting may belong to it.
    """

    key: str
    label: str
    measure: Measure
    warnings: tuple[timedelta | Morning, ...] = (Morning(1),)
    reminders: int = 0
    may_pause: bool = False
    paused_by_its_app: bool = False
    may_cancel: bool = False
    may_meet: bool = False
    also_told: Callable[[Sequence[Clock], date], Mapping[int, set[int]]] | None = None
    also_warned: bool = False
    check: Callable[[Sequence[Clock]], Mapping[int, Finding]] | None = None
    say: Callable[[Sequence[Clock]], Mapping[int, str]] | None = None
    places: Callable[[User, Sequence[Clock]], Mapping[int, tuple[str, str]]] | None = None
    lengths: tuple[Policy[int], ...] = ()
    review_of: str = ""

    def __post_init__(self) -> None:
        if self.may_pause and self.measure is not Measure.WORKING_DAYS:
            raise ValueError(f"{self.key}: only a clock of working days can be paused")


GONE = ClockKind("gone", "Promise of a kind that is gone", Measure.WORKING_DAYS)


def clock_kind(key: str) -> ClockKind:
    """The kind called `key`. Raises LookupError when no installed app declares it."""
    kind = KINDS.get(key)
    if kind is None:
        raise LookupError(f"no app declares the kind of clock {key}")
    return kind


def shown_kind(key: str) -> ClockKind:
    """The kind called `key` for a page: one that no installed app declares takes no page with it. Such a clock is
    not acted on, but given up and shown to administrators."""
    return KINDS.get(key) or GONE


def clock_kinds() -> Sequence[ClockKind]:
    """Every declared kind, by key."""
    return sorted(KINDS, key=lambda kind: kind.key)
