"""The months of the audit table: made ahead, each out of everybody's direct reach. Runs as the owner."""

from datetime import UTC, date, datetime

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from cems.base.months import add_months

TABLE = "audit_entry"
STRAYS = "audit_entry_default"


def name_of(month: date) -> str:
    """The table that holds the entries of `month`."""
    return f"{TABLE}_{month:%Y_%m}"


def bounds(month: date) -> tuple[datetime, datetime]:
    """The first instant of `month` and of the one after, in UTC."""
    first = datetime(month.year, month.month, 1, tzinfo=UTC)
    after = add_months(first.date(), 1)
    return first, datetime(after.year, after.month, 1, tzinfo=UTC)


def make_partitions(connection: BaseDatabaseWrapper, *, first: date, months: int) -> list[str]:
    """Make the tables of `months` months from the month of `first` on; those that exist stay as they are.

    Entries that have already gone to the table of strays are moved. Each month is one transaction.

    Returns: the names of the tables made. Raises DatabaseError without the owner's rights. (A3)
    """
    start = first.replace(day=1)
    every = [add_months(start, step) for step in range(months)]
    return [name_of(month) for month in every if _make(connection, month)]


def _make(connection: BaseDatabaseWrapper, month: date) -> bool:
    name, (begin, end) = name_of(month), bounds(month)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return False
        # A table of its own that is attached when ready: nobody who writes has to wait for it.
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        withdraw_rights(connection, name)
        cursor.execute(f"SELECT EXISTS (SELECT FROM {STRAYS} WHERE at >= %s AND at < %s)", [begin, end])  # noqa: S608
        if cursor.fetchone()[0]:
            cursor.execute(f"ALTER TABLE {STRAYS} DISABLE TRIGGER USER")
            cursor.execute(
                f"WITH moved AS (DELETE FROM {STRAYS} WHERE at >= %s AND at < %s RETURNING *) "  # noqa: S608
                f"INSERT INTO {name} SELECT * FROM moved",
                [begin, end],
            )
            cursor.execute(f"ALTER TABLE {STRAYS} ENABLE TRIGGER USER")
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", [begin, end]
        )
    return True


def withdraw_rights(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take every right on `table` from both logins: new tables of the owner come with some by default."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for role in (settings.DATABASE_APP_ROLE, settings.DATABASE_SEALER_ROLE):
            cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {quote(role)}")
        cursor.execute(f"REVOKE ALL ON {quote(table)} FROM PUBLIC")
