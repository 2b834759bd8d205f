"""Watches every command that runs in a test: whichever wrote anything wrote the audit as well (A3, house-f6)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from cems.base import command as commands
from tests.guards.source import told
from tests.guards.unaudited import SOMETIMES, UNAUDITED

_WRITES = re.compile(r"^\s*(?:INSERT|UPDATE|DELETE)\b|\bINSERT INTO\b")
# That a form was sent: what it did audits itself, and sent again after somebody did the same it does nothing.
_KEY_OF_A_FORM = re.compile(r'\b(?:INTO|UPDATE) "?base_idempotencykey"?\b')
_AUDIT = re.compile(r'\bINSERT INTO "?audit_entry"?\b')
_faults: set[str] = set()


class Written:
    """What the statements of one command wrote, as far as their words tell."""

    def __init__(self) -> None:
        self.anything = self.audit = False

    def __call__(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        if _WRITES.search(str(sql)) and not _KEY_OF_A_FORM.search(str(sql)):
            self.anything = True
            self.audit = self.audit or bool(_AUDIT.search(str(sql)))
        return execute(sql, *rest)


def found() -> list[str]:
    """The commands that left nothing in the audit since this was asked last."""
    names = sorted(_faults)
    _faults.clear()
    return names


@pytest.fixture(scope="session", autouse=True)
def watched_commands() -> Iterator[None]:
    """Watch the outermost command of each call, in whatever thread: those it calls are part of it."""
    original = commands.outermost

    @contextmanager
    def watched(name: str, within: commands.Scope | None = None) -> Iterator[commands.Scope]:
        written = Written()
        with connection.execute_wrapper(written), original(name, within) as scope:
            yield scope
        alone = within is None and not name.startswith("tests.")
        if alone and written.anything and not written.audit and name not in UNAUDITED | SOMETIMES:
            _faults.add(name)

    commands.outermost = watched
    yield
    commands.outermost = original


@pytest.fixture(autouse=True)
def every_command_audits(watched_commands: None) -> Iterator[None]:
    """Fail the test that ran a command which wrote and left no row in the audit."""
    yield
    names = found()
    assert not names, told(
        [f"{name} wrote, and left nothing in the audit" for name in names],
        "record(user, verb=…, subject=…) in the command; where nothing is to be told, say why in unaudited.py.",
    )
