"""Whatever is done to sealed rows behind the product's back is found (floor-f13)."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings

from cems.audit.choices import Verb
from cems.audit.models import Entry, Seal
from cems.audit.partitions import make_partitions, name_of
from cems.audit.services import record
from cems.base.time import now
from tests.audit.conftest import SEALING, findings, seal_all, seal_on, tamper
from tests.conftest import owner_rights
from tests.factories.people import make_user

pytestmark = [SEALING, pytest.mark.requirement("A3")]


@pytest.fixture
def sealed() -> list[Entry]:
    """Six entries under three seals, in this month and on the last day of the one before."""
    user = make_user()
    at = now()
    entries = []
    for turn in range(3):
        for days in (0, at.day):
            entries.append(
                record(
                    user,
                    verb=Verb.VIEWED,
                    child=uuid4(),
                    part="overview",
                    reason="allocated worker",
                    detail={"turn": turn},
                    at=at - timedelta(days=days),
                )
            )
        seal_all()
    assert findings() == []
    return entries


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "at + interval '1 microsecond'"),
        ("recorded_at", "recorded_at + interval '1 microsecond'"),
        ("actor_id", "NULL"),
        ("verb", "'changed'"),
        ("subject_kind", "'x'"),
        ("subject_id", "'x'"),
        ("child", "gen_random_uuid()"),
        ("part", "'Overview'"),
        ("reason", "reason || ' '"),
        ("detail", "'{\"turn\": 9}'"),
        ("detail", '\'{"turn": "0"}\''),
        ("request_reference", "'x'"),
        ("xid", "xid + 1000000000"),
        ("cluster", "cluster + 1"),
        ("id", "DEFAULT"),
    ],
)
def test_floor_f13_any_column_changed_is_found(sealed: list[Entry], column: str, value: str) -> None:
    tamper(f"UPDATE audit_entry SET {column} = {value} WHERE id = %s", sealed[0].pk)  # noqa: S608
    assert [line for line in findings() if line.startswith("Under seal 1,")]


def test_floor_f13_a_value_moved_from_one_column_to_the_next_is_found(sealed: list[Entry]) -> None:
    tamper("UPDATE audit_entry SET part = '', reason = part || reason WHERE id = %s", sealed[2].pk)
    assert len(findings()) == 1


def test_floor_f13_a_deleted_row_is_found(sealed: list[Entry]) -> None:
    tamper("DELETE FROM audit_entry WHERE id = %s", sealed[4].pk)
    month = f"{sealed[4].at:%Y-%m}"
    problems = findings()
    assert len(problems) == 1
    assert month in problems[0]
    assert "some were deleted" in problems[0]


def test_floor_f13_a_row_put_in_is_found(sealed: list[Entry]) -> None:
    tamper(
        "INSERT INTO audit_entry OVERRIDING SYSTEM VALUE"
        " SELECT (jsonb_populate_record(e, '{\"id\": 999999999}')).* FROM audit_entry e WHERE id = %s",
        sealed[0].pk,
    )
    assert len(findings()) == 1
    assert "some were inserted" in findings()[0]


def test_floor_f13_a_row_put_in_where_there_was_none_is_found(sealed: list[Entry]) -> None:
    """Between two transactions that wrote entries, under a number that wrote none."""
    tamper(
        "INSERT INTO audit_entry (at, recorded_at, verb, subject_kind, subject_id, part, reason, detail,"
        " request_reference, xid) SELECT at, at, 'viewed', '', '', '', '', '{}', '', xid - 1 FROM audit_entry"
        " WHERE id = %s",
        sealed[0].pk,
    )
    assert any("some were inserted" in line for line in findings())


def test_floor_f13_two_rows_exchanged_are_found(sealed: list[Entry]) -> None:
    tamper(
        "UPDATE audit_entry e SET actor_id = NULL, child = other.child FROM audit_entry other"
        " WHERE e.id = %s AND other.id = %s",
        sealed[0].pk,
        sealed[2].pk,
    )
    assert len(findings()) == 1


@pytest.mark.parametrize("table", ["audit_entry", "one month"])
def test_floor_f13_truncation_is_found(sealed: list[Entry], table: str) -> None:
    tamper(f"TRUNCATE {name_of(sealed[1].at.date()) if table == 'one month' else table}")
    problems = findings()
    assert len(problems) == (3 if table == "one month" else 6)
    assert all("1 were sealed, 0 are left" in line for line in problems)


def test_floor_f13_a_month_dropped_without_a_seal_that_says_so_is_found(sealed: list[Entry]) -> None:
    with owner_rights(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name_of(sealed[1].at.date())}")
    try:
        assert len(findings()) == 3
    finally:
        _make_again(sealed[1])


def _make_again(entry: Entry) -> None:
    with owner_rights():
        make_partitions(connection, first=entry.at.date(), months=1)


def test_floor_f13_the_last_seal_taken_away_is_found_by_the_exported_heads(sealed: list[Entry]) -> None:
    tamper("DELETE FROM audit_seal WHERE number = 3")
    assert findings() == [
        "Seal 3 is exported but no longer here: seals were taken away or an older copy was put back."
    ]


def test_floor_f13_an_older_copy_put_back_and_gone_on_with_is_found(
    sealed: list[Entry], heads_place: Path
) -> None:
    tamper("DELETE FROM audit_seal WHERE number > 1")
    tamper("DELETE FROM audit_entry WHERE id = %s", sealed[4].pk)
    seal_on()
    problems = findings()
    assert any(line.startswith("Seal 2 is not the one exported on") for line in problems)


def test_floor_f13_everything_taken_away_is_found(sealed: list[Entry]) -> None:
    tamper("TRUNCATE audit_entry, audit_seal")
    assert findings() == [
        "Seals 1 to 3 are exported but no longer here: seals were taken away or an older copy was put back."
    ]


def test_floor_f13_a_seal_taken_out_of_the_middle_is_found(sealed: list[Entry]) -> None:
    tamper("DELETE FROM audit_seal WHERE number = 2")
    assert "Seal 2 is missing." in findings()


def test_floor_f13_a_true_seal_put_into_another_chain_is_found(sealed: list[Entry]) -> None:
    """Seal 3 was made with the key, but after another seal 2 than the one that is there."""
    third = Seal.objects.get(number=3)
    tamper("DELETE FROM audit_seal WHERE number > 1")
    seal_on()
    assert Seal.objects.count() == 2
    with owner_rights():
        third.save(force_insert=True)
    assert "Seal 3 does not follow from the seal before it." in findings()


@pytest.mark.parametrize(
    "change",
    [
        "months = '{}'",
        "months = jsonb_set(months, ARRAY[(SELECT min(k) FROM jsonb_object_keys(months) k), '0'], '5')",
        "sealed_at = sealed_at + interval '1 second'",
        "to_xid = to_xid + 1",
        "digest = previous_digest",
    ],
)
def test_floor_f13_a_changed_seal_is_found(sealed: list[Entry], change: str) -> None:
    tamper(f"UPDATE audit_seal SET {change} WHERE number = 2")  # noqa: S608
    assert "Seal 2 was changed." in findings()


def test_floor_f13_a_seal_made_without_the_key_is_found(sealed: list[Entry]) -> None:
    """The owner of the database deletes a row and seals again, but has not the key."""
    tamper("DELETE FROM audit_seal WHERE number = 3")
    tamper("DELETE FROM audit_entry WHERE id = %s", sealed[4].pk)
    with override_settings(AUDIT_KEYS=["not the key of this partnership"]):
        seal_on()
    assert any("key that is not known" in line for line in findings())
    tamper(
        "UPDATE audit_seal SET key_id = (SELECT key_id FROM audit_seal WHERE number = 1) WHERE number >= 3"
    )
    assert "Seal 3 was changed." in findings()


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda lines: [lines[0], "{not json", *lines[1:]], "Line 2 of the exported heads can't be read."),
        (
            lambda lines: [lines[0].replace(json.loads(lines[0])["digest"], "0" * 64), *lines[1:]],
            "Seal 1 is not the one exported on",
        ),
    ],
)
def test_exported_heads_that_do_not_fit_are_told(
    sealed: list[Entry], heads_place: Path, edit: Callable[[list[str]], list[str]], expected: str
) -> None:
    elsewhere = heads_place.with_name("copy.jsonl")
    lines = heads_place.read_text().splitlines()
    elsewhere.write_text("".join(f"{line}\n" for line in lines))
    assert findings(elsewhere) == []
    elsewhere.write_text("".join(f"{line}\n" for line in edit(lines)))
    assert any(line.startswith(expected) for line in findings(elsewhere))


def test_what_is_not_sealed_yet_is_no_finding(sealed: list[Entry]) -> None:
    record(None, verb=Verb.VIEWED)
    assert findings() == []
    assert Seal.objects.count() == 3
