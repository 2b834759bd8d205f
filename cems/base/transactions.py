"""One transaction for a command and for all the services it calls."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")
_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept_in_command", default=None)


def one_transaction(service: Callable[P, R]) -> Callable[P, R]:
    """Run a service in a transaction of its own, or in its caller's: then without a savepoint.

    An error in any step undoes the whole command, so no step needs to be undone alone. Whoever catches the
    error of a step and goes on puts that step into a `transaction.atomic()`, which is a savepoint.
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        blocks = transaction.get_connection().atomic_blocks
        # What a test puts round itself is no command: there the outermost service can be undone alone, as ever.
        part_of_command = bool(blocks) and not blocks[-1]._from_testcase
        with transaction.atomic(savepoint=not part_of_command):
            if part_of_command and _kept.get() is not None:
                return service(*args, **kwargs)
            token = _kept.set({})
            try:
                return service(*args, **kwargs)
            finally:
                _kept.reset(token)

    return run


def kept_in_command(key: str, read: Callable[[], R]) -> R:
    """What `read` gives, asked once while a command of `one_transaction` runs; for reference data alone, which no
    command changes and reads again. Outside a command it is asked each time."""
    kept = _kept.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    found: R = kept[key]
    return found
