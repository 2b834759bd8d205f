"""One transaction for a command and for all the services it calls."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


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
            return service(*args, **kwargs)

    return run
