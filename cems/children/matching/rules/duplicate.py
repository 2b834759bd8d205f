"""Whether two records may be of one child (C1); names come as search keys."""

from collections.abc import Iterable
from difflib import SequenceMatcher

CLOSE = 0.85


def alike(names: Iterable[str], others: Iterable[str]) -> bool:
    """C1: of children born on one day, whether a name of one is close to a name of the other.

    Keys have their words in the order of the alphabet, so that a swapped name is the same name.
    """
    theirs = list(others)
    return any(_close(name, other) for name in names for other in theirs)


def _close(name: str, other: str) -> bool:
    return name == other or SequenceMatcher(None, name, other, autojunk=False).ratio() >= CLOSE


def pair(one: int, other: int) -> tuple[int, int]:
    """Two records as one key, whichever was looked at first."""
    return (one, other) if one < other else (other, one)
