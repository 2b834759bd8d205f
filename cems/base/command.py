"""One command: its transaction, what it locks and asks once, and what it writes in one statement at its end.

Every service that writes is a `@command`. The outermost one opens the transaction; a command that it calls, and a
listener to an event that it publishes, joins it without a savepoint, so an error in any step undoes all of it:

    @command
    def note_write(user: User | None, *, child: Child, text: str, at: datetime | None = None) -> CaseNote:
        primary = lock_cluster(child.pk)         # kept: a step that asks for the record again is given this row
        row = CaseNote.objects.create(…)
        record(user, verb=Verb.CREATED, …)       # joins the audit's batch: one INSERT before the commit
        notice_send(people, …)                   # joins the batch of notices
        return row

The acting user comes first (None where the system acts), all else is given by name, and the instant as `at`. A step
whose error its caller catches, to go on without it, stands in a `savepoint()`: that step is undone alone, with what
it locked and what it would have told.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import Parameter
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")

# What the acting user is called; `actor` where a `user` is whom the command is about.
ACTING = ("user", "actor")


class _Batch(NamedTuple):
    rows: list[Any]
    write: Callable[[list[Any]], object]


class Scope:
    """What the running command holds, until it ends. There is one, however deep its commands call one another.

    `kept` is what was asked once. `locked` is what the command has locked, by row number: the app that keeps the
    rows fills it, and empties it where it changes them in another way than by the row it gave out.
    """

    def __init__(self, name: str, within: "Scope | None" = None) -> None:
        self.name = name
        self.kept: dict[str, Any] = dict(within.kept) if within else {}
        self.locked: dict[int, Any] = dict(within.locked) if within else {}
        self._batches: dict[str, _Batch] = {}

    def batch(self, key: str, write: Callable[[list[Any]], object]) -> list[Any]:
        """The rows of one kind that wait for the end of the command; `write` gets all of them, once.

        The apps above register what they write so (audit, notices): base knows neither. After an error nothing is
        written, as nothing was done.
        """
        return self._batches.setdefault(key, _Batch([], write)).rows

    def waiting(self, key: str) -> list[Any]:
        """The rows of one kind that wait so far."""
        batch = self._batches.get(key)
        return batch.rows if batch else []

    def finish(self) -> None:
        """Write each batch. Raises RuntimeError where the error of a step was caught without a savepoint."""
        if transaction.get_rollback():
            raise RuntimeError(f"{self.name} went on after the error of a step that was in no savepoint()")
        while self._batches:  # a batch that is written may fill another
            batch = self._batches.pop(next(iter(self._batches)))
            batch.write(batch.rows)


_running: ContextVar[Scope | None] = ContextVar("running_command", default=None)


def running() -> Scope | None:
    """The scope of the command that runs now; None outside one."""
    return _running.get()


@contextmanager
def outermost(name: str, within: Scope | None = None) -> Iterator[Scope]:
    """A scope in a transaction of its own: a savepoint, where somebody outside has a transaction already."""
    scope = Scope(name, within)
    with transaction.atomic():
        token = _running.set(scope)
        try:
            yield scope
            scope.finish()
        finally:
            _running.reset(token)


def command(service: Callable[P, R]) -> Callable[P, R]:
    """Make a service a command, as this module tells.

    Raises TypeError, when the app starts, for a service that doesn't take the acting user first and all else by name.
    """
    if fault := _fault_of(service):
        raise TypeError(f"{service.__module__}.{service.__qualname__} {fault}")
    name = f"{service.__module__}.{service.__qualname__}"

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _running.get() is None:
            with outermost(name):
                return service(*args, **kwargs)
        with transaction.atomic(savepoint=False):  # after its error, the command can only be undone
            return service(*args, **kwargs)

    return run


def _fault_of(service: Callable[..., object]) -> str:
    """What is wrong with a command's signature, in words; "" where nothing is."""
    taken = [*inspect.signature(service).parameters.values()]
    if not taken or taken[0].name not in ACTING or taken[0].kind is not Parameter.POSITIONAL_OR_KEYWORD:
        return f"must take the acting user first, as {' or '.join(ACTING)}; it is None where the system acts"
    by_name = {Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD}
    by_position = [parameter.name for parameter in taken[1:] if parameter.kind not in by_name]
    return f"must take {', '.join(by_position)} by name: put * after {taken[0].name}" if by_position else ""


@contextmanager
def savepoint() -> Iterator[None]:
    """A step of a command that can be undone alone, where its caller catches the error and goes on.

    What the step tells and audits is written at its own end. Raises RuntimeError outside a command.
    """
    scope = _running.get()
    if scope is None:
        raise RuntimeError("a savepoint() stands in a command")
    try:
        with outermost(scope.name, within=scope) as step:
            yield
    except BaseException:
        # Locks of the step are gone, and rows that were changed in memory no longer say what the database does.
        scope.kept.clear()
        scope.locked.clear()
        raise
    scope.kept, scope.locked = step.kept, step.locked


def kept_in_command(key: str, read: Callable[[], R]) -> R:
    """What `read` gives, asked once while a command runs; for reference data alone, which no command changes and
    reads again. Outside a command it is asked each time."""
    scope = _running.get()
    if scope is None:
        return read()
    if key not in scope.kept:
        scope.kept[key] = read()
    value: R = scope.kept[key]
    return value
