"""How things are timed: the database by what its statements take, the page by the processor's own clock."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db import connection

# The loop below on the machine the limits were set on. Other machines are scaled to it.
CALIBRATION_MS = 20.0
_TURNS = 400_000

Statement = tuple[str, Sequence[Any]]


@dataclass
class Tally:
    """The statements of one page: how long each took, its words and what it was given."""

    seconds: list[float] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)


@contextmanager
def counted() -> Iterator[Tally]:
    """Count and time every statement within the block."""
    tally = Tally()

    def wrap(execute: Callable[..., Any], words: str, given: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(words, given, many, context)
        finally:
            tally.seconds.append(time.perf_counter() - begun)
            tally.statements.append((words, given or ()))

    with connection.execute_wrapper(wrap):
        yield tally


def calibrate() -> float:
    """Milliseconds of processor time for a loop of plain Python: what this machine makes of it just now."""
    begun = time.process_time()
    total, words = 0, {}
    for number in range(_TURNS):
        total += number * 7 % 13
        words[number & 255] = total
    assert len(words) == 256
    return (time.process_time() - begun) * 1000


@dataclass(frozen=True)
class Timed:
    """One page and the statements written by hand for it, asked in turn; milliseconds."""

    page_db: float
    hand_db: float
    processor: float
    calibration: float
    queries: int
    hand_queries: int
    statements: list[Statement]

    @property
    def ratio(self) -> float:
        """Database time of the page against the statements written by hand."""
        return self.page_db / self.hand_db

    @property
    def scaled(self) -> float:
        """Processor milliseconds, as the machine of the limits would have taken."""
        return self.processor * CALIBRATION_MS / self.calibration


def in_turn(page: Callable[[], object], hand: Callable[[], object], turns: int) -> Timed:
    """Time both in turn after two rounds that warm them, so that what else the machine does meets both."""
    ours, theirs, processor, calibration = [], [], [], []
    for turn in range(turns + 2):
        with counted() as tally:
            begun = time.process_time()
            page()
            spent = (time.process_time() - begun) * 1000
        with counted() as by_hand:
            hand()
        if turn >= 2:
            ours.append(tally)
            theirs.append(by_hand)
            processor.append(spent)
            calibration.append(calibrate())
    return Timed(
        _fastest(ours),
        _fastest(theirs),
        median(processor),
        median(calibration),
        len(ours[-1].statements),
        len(theirs[-1].statements),
        ours[-1].statements,
    )


def _fastest(tallies: list[Tally]) -> float:
    """Milliseconds of a whole page, each statement at its fastest: what the machine did besides falls away."""
    rounds = [tally.seconds for tally in tallies if len(tally.seconds) == len(tallies[-1].seconds)]
    return sum(map(min, zip(*rounds, strict=True))) * 1000
