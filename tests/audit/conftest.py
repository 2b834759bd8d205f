"""What the audit's tests share: the sealer's rights, a place for the heads, tampering hands."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from cems.audit.heads import HeadsDiffer
from cems.audit.sealing import BATCH, seal
from cems.audit.selectors import unsealed_age
from cems.audit.verification import verify
from tests.conftest import owner_rights

SEALING = pytest.mark.django_db(transaction=True, databases=["default", "sealer"])


@pytest.fixture(autouse=True)
def heads_place(settings: Settings, tmp_path: Path) -> Path:
    """Heads of this test's chain only."""
    settings.STATE_DIR = tmp_path / "state"
    return tmp_path / "state" / "seal-heads.jsonl"


@contextmanager
def role(name: str) -> Iterator[None]:
    """Another login's rights for the block, then the application's again."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION ROLE {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION ROLE {django_settings.DATABASE_APP_ROLE}")


def sealer_rights() -> AbstractContextManager[None]:
    return role(django_settings.DATABASE_SEALER_ROLE)


def until(done: Callable[[], bool], turns: int = 1_000) -> None:
    """Wait on the database until `done`: other tests' open transactions hold the seal back too."""
    for _ in range(turns):
        if done():
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("it never came")


def seal_now(batch: int = BATCH) -> None:
    with sealer_rights():
        seal(batch=batch)


def seal_all(batch: int = BATCH) -> None:
    """Seal everything committed so far."""

    def sealed() -> bool:
        seal_now(batch)
        return unsealed_age() is None

    until(sealed)


def seal_on(batch: int = BATCH) -> None:
    """Seal on a trail that somebody changed: seals are made, and their heads are refused beside the exported ones."""
    refused = []

    def sealed() -> bool:
        try:
            seal_now(batch)
        except HeadsDiffer as error:
            refused.append(error)
        return unsealed_age() is None

    until(sealed)
    assert refused, "heads were exported after others that are not here"


def findings(heads_file: Path | None = None) -> list[str]:
    with sealer_rights():
        return verify(heads_file=heads_file)


def tamper(statement: str, *values: object) -> None:
    """Change the trail as somebody who owns the database can: triggers off, then on again."""
    with owner_rights(), connection.cursor() as cursor:
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in ("audit_entry", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
