"""What each login may do to the trail: rights first, triggers as the second line."""

import pytest
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.audit.partitions import name_of
from cems.audit.services import record
from cems.base.time import now
from tests.audit.conftest import role
from tests.conftest import owner_rights

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A3")]

SEAL = (
    "INSERT INTO audit_seal (number, cluster, from_xid, to_xid, months, retired, previous_digest, digest,"
    " key_id, sealed_at) VALUES (1, 1, 0, 1, '{}', '', '', '', '', '2026-05-01')"
)
ENTRY = (
    "INSERT INTO audit_entry (at, recorded_at, verb, subject_kind, subject_id, part, reason, detail,"
    " request_reference{column}) {overriding} VALUES ('2026-05-01', '2026-05-01', 'viewed', '', '', '', '',"
    " '{{}}', ''{value})"
)


def refused(statement: str, match: str) -> None:
    with pytest.raises(ProgrammingError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("login", [settings.DATABASE_APP_ROLE, settings.DATABASE_SEALER_ROLE])
@pytest.mark.parametrize("table", ["audit_entry", "audit_seal", "audit_entry_default", name_of(now().date())])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET cluster = 1", "DELETE FROM {}", "TRUNCATE {}", "ALTER TABLE {} DISABLE TRIGGER USER"],
)
def test_neither_login_changes_or_empties_the_trail(login: str, table: str, statement: str) -> None:
    record(None, verb=Verb.VIEWED)
    with role(login):
        refused(statement.format(table), "permission denied|must be owner")
    assert Entry.objects.exists()


def test_the_application_seals_nothing_and_the_sealer_writes_no_entries() -> None:
    refused(SEAL, "permission denied")
    with role(settings.DATABASE_SEALER_ROLE):
        refused(ENTRY.format(column="", overriding="", value=""), "permission denied")


@pytest.mark.parametrize(("column", "value"), [("xid", "5"), ("cluster", "5"), ("id", "5")])
def test_the_application_does_not_choose_what_sealing_goes_by(column: str, value: str) -> None:
    overriding = "OVERRIDING SYSTEM VALUE" if column == "id" else ""
    refused(
        ENTRY.format(column=f", {column}", overriding=overriding, value=f", {value}"), "permission denied"
    )


def test_nobody_writes_past_the_parent_table() -> None:
    for table in (name_of(now().date()), "audit_entry_default"):
        refused(f"INSERT INTO {table} DEFAULT VALUES", "permission denied")
    refused(f"SELECT FROM {name_of(now().date())}", "permission denied")


@pytest.mark.parametrize("statement", ["UPDATE {} SET cluster = 1", "DELETE FROM {}"])
def test_a_right_given_by_mistake_still_meets_the_trigger(statement: str) -> None:
    record(None, verb=Verb.VIEWED)
    with role(settings.DATABASE_SEALER_ROLE), connection.cursor() as cursor:
        cursor.execute(SEAL)
    for table in ("audit_entry", "audit_seal", name_of(now().date())):
        with owner_rights(), connection.cursor() as cursor:
            cursor.execute(f"GRANT ALL ON {table} TO {settings.DATABASE_APP_ROLE}")
        refused(statement.format(table), "append-only")
    for table in ("audit_entry", "audit_seal"):
        refused(f"TRUNCATE {table}", "append-only")


def test_no_audit_no_page() -> None:
    with owner_rights(), connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON audit_entry FROM {settings.DATABASE_APP_ROLE}")
    with pytest.raises(DatabaseError), transaction.atomic():
        record(None, verb=Verb.VIEWED)
