"""The months of the trail: made ahead, nothing lost without one, let go when their time is over."""

import io
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import pairwise

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from cems.audit.choices import Verb
from cems.audit.models import Entry, Seal
from cems.audit.partitions import bounds, make_partitions, name_of
from cems.audit.retention import KEPT_MONTHS, retire_month
from cems.audit.selectors import months_ahead, strays
from cems.audit.services import record
from cems.base.errors import Conflict, Invalid
from cems.base.months import add_months
from cems.base.time import now
from tests.audit.conftest import SEALING, findings, seal_all
from tests.conftest import owner_rights

OLD = datetime(2016, 3, 31, 23, 30, tzinfo=UTC)


def tables(month: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name_of(month)])
        return bool(cursor.fetchone()[0])


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)))
def test_months_leave_no_gap(day: date) -> None:
    months = [bounds(add_months(day.replace(day=1), step)) for step in range(14)]
    assert all(before[1] == after[0] for before, after in pairwise(months))
    assert months[0][0] <= datetime(day.year, day.month, day.day, tzinfo=UTC) < months[0][1]


@pytest.mark.django_db
def test_two_years_back_and_a_year_ahead_have_their_tables(settings: Settings) -> None:
    settings.TESTING = False
    first_migration = import_module("cems.audit.migrations.0001_initial")
    with owner_rights(), connection.schema_editor() as editor:
        first_migration.make_months(apps, editor)
    today = now().date().replace(day=1)
    assert all(tables(add_months(today, step)) for step in range(-24, 16))
    assert months_ahead() == 15
    assert months_ahead(now() + timedelta(days=3650)) == 0


@pytest.mark.django_db
def test_a_month_without_a_table_loses_nothing_and_is_told() -> None:
    assert not strays()
    entry = record(None, verb=Verb.VIEWED, at=OLD)
    beside = record(None, verb=Verb.VIEWED, at=OLD + timedelta(hours=1))
    assert strays()
    with owner_rights():
        assert make_partitions(connection, first=OLD.date(), months=1) == ["audit_entry_2016_03"]
        assert make_partitions(connection, first=OLD.date(), months=1) == []
    assert Entry.objects.get(pk=entry.pk).at == OLD
    assert strays(), "the first of April is still one"
    with owner_rights():
        make_partitions(connection, first=OLD.date(), months=2)
    assert not strays()
    assert set(Entry.objects.values_list("pk", flat=True)) == {entry.pk, beside.pk}


@pytest.mark.django_db
def test_months_of_a_past_that_is_entered_are_made_up_to_the_coming_ones() -> None:
    since = add_months(now().date(), -30)
    with owner_rights():
        out = io.StringIO()
        call_command("make_partitions", "--since", since.isoformat(), stdout=out)
        again = io.StringIO()
        call_command("make_partitions", "--since", since.isoformat(), stdout=again)
        with pytest.raises(CommandError, match="a day to come"):
            call_command("make_partitions", "--since", add_months(now().date(), 1).isoformat())
    assert all(name_of(add_months(since, step)) in out.getvalue() for step in range(28))
    assert again.getvalue() == "Nothing to make.\n"
    record(None, verb=Verb.VIEWED, at=datetime.combine(since, datetime.min.time(), UTC))
    assert not strays()


@pytest.mark.django_db
def test_a_new_month_takes_entries_and_refuses_changes() -> None:
    with owner_rights():
        out = io.StringIO()
        call_command("make_partitions", "--ahead", "17", stdout=out)
    assert "audit_entry_" in out.getvalue()
    at = datetime.combine(add_months(now().date(), 17), datetime.min.time(), UTC)
    entry = record(None, verb=Verb.VIEWED, at=at)
    assert not strays()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [name_of(at.date())],
        )
        assert cursor.fetchone()[0] == 1
        cursor.execute(
            "SELECT has_table_privilege(%s, 'INSERT') OR has_table_privilege(%s, 'SELECT')",
            [name_of(at.date())] * 2,
        )
        assert cursor.fetchone()[0] is False
    assert Entry.objects.filter(pk=entry.pk).exists()


@SEALING
@pytest.mark.requirement("A3", "A4")
def test_a_month_let_go_leaves_its_seals_and_no_finding() -> None:
    later = datetime(2024, 1, 1, tzinfo=UTC)
    with owner_rights():
        make_partitions(connection, first=OLD.date(), months=1)
    try:
        record(None, verb=Verb.VIEWED, at=OLD)
        record(None, verb=Verb.VIEWED, at=OLD)
        record(None, verb=Verb.VIEWED)
        with owner_rights(), pytest.raises(Conflict):
            retire_month(None, month=OLD.date(), reason="schedule", at=later)
        seal_all()
        with owner_rights():
            assert retire_month(None, month=OLD.date(), reason="schedule", at=later) == 2
        assert not tables(OLD.date())
        assert findings() == []
        assert Seal.objects.order_by("number").last().retired == "2016-03"  # type: ignore[union-attr]
        assert Entry.objects.get(verb=Verb.RETIRED).detail == {"month": "2016-03", "count": 2}
        seal_all()
        assert findings() == []
    finally:
        with owner_rights(), connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name_of(OLD.date())}")


@pytest.mark.django_db
def test_a_month_that_must_be_kept_stays(settings: Settings) -> None:
    today = now().date()
    too_young = add_months(today, -KEPT_MONTHS)
    with owner_rights():
        make_partitions(connection, first=too_young, months=1)
        with pytest.raises(Invalid, match="kept for 7 years"):
            retire_month(None, month=too_young, reason="schedule")
        with pytest.raises(Invalid, match="who decided"):
            retire_month(None, month=date(2000, 1, 1), reason=" ")
        with pytest.raises(Invalid, match="no table"):
            retire_month(None, month=date(2000, 1, 1), reason="schedule")
    settings.DATABASE_ROLE = "app"
    with pytest.raises(CommandError, match="owner"):
        call_command("retire_audit_month", "2000-01", "--reason", "schedule")
