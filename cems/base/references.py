"""References people can read out on the phone, such as CEM-2026-00042: unique, never reused, gaps allowed."""

from datetime import datetime

from django.db import connection, migrations

from cems.base.time import local_date


class ReferenceSequence(migrations.RunSQL):
    """Migration operation: makes the database sequence behind the references of one prefix."""

    def __init__(self, prefix: str) -> None:
        name = _sequence(prefix)
        super().__init__(f"CREATE SEQUENCE IF NOT EXISTS {name}", f"DROP SEQUENCE IF EXISTS {name}")
        self.prefix = prefix

    def deconstruct(self) -> tuple[str, list[str], dict[str, str]]:
        return (self.__class__.__qualname__, [self.prefix], {})


def next_reference(prefix: str, at: datetime) -> str:
    """The next reference of `prefix`, bearing the London year of `at`.

    A sequence, not a counter row: two people submitting at once must not wait for each other.
    """
    return next_references(prefix, at, 1)[0]


def next_references(prefix: str, at: datetime, count: int) -> list[str]:
    """The next `count` references of `prefix`, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [_sequence(prefix), count])
        return [f"{prefix}-{local_date(at).year}-{value:05d}" for (value,) in cursor.fetchall()]


def _sequence(prefix: str) -> str:
    if not prefix.isalpha():
        raise ValueError(f"a reference prefix has letters only: {prefix!r}")
    return f"reference_{prefix.lower()}"
