"""Entering a stretch of the past as a whole, by its own times (the demonstration)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

_read_before: ContextVar[datetime | None] = ContextVar("read_before", default=None)


@contextmanager
def telling_history(*, read_before: datetime) -> Iterator[None]:
    """While the past of a system is filled in: old news is not mailed (K1).

    What is told inside is kept as it would have been told then; what is older than `read_before` counts as
    read. A paper that comes in late is no such past: it is told and mailed as ever.
    """
    token = _read_before.set(read_before)
    try:
        yield
    finally:
        _read_before.reset(token)


def read_before() -> datetime | None:
    """What is told of a time before this counts as read; None where nothing old is being entered."""
    return _read_before.get()
