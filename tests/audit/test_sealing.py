"""Sealing: nobody who commits late is missed, one chain, heads outside (floor-f13)."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import Settings

from cems.audit.choices import Verb
from cems.audit.models import Entry, Seal
from cems.audit.selectors import unsealed_age
from cems.audit.services import record
from cems.audit.tasks import seal as seal_task
from cems.base.time import now
from tests.audit.conftest import SEALING, findings, seal_all, seal_now, sealer_rights, tamper, until

pytestmark = [SEALING, pytest.mark.requirement("A3")]


def sealed_entries() -> int:
    return sum(count for seal in Seal.objects.all() for count, _ in seal.months.values())


@contextmanager
def another_connection() -> Iterator[BaseDatabaseWrapper]:
    other = connection.copy()
    with closing(other):
        other.set_autocommit(False)
        yield other


def write_through(other: BaseDatabaseWrapper) -> None:
    with other.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (at, recorded_at, verb, subject_kind, subject_id, part, reason, detail,"
            " request_reference) VALUES (%s, %s, 'viewed', '', '', '', '', '{}', '')",
            [now(), now()],
        )


def test_floor_f13_a_writer_who_commits_late_is_not_missed() -> None:
    with another_connection() as other:
        write_through(other)  # the lower number, not committed
        record(None, verb=Verb.VIEWED)  # the higher number, committed
        seal_now()
        assert sealed_entries() == 0, "sealing past an open writer would miss it"
        assert Entry.objects.count() == 1
        other.commit()
    seal_all()
    assert sealed_entries() == Entry.objects.count() == 2
    assert findings() == []


def test_floor_f13_a_writer_who_gives_up_leaves_nothing() -> None:
    with another_connection() as other:
        write_through(other)
        record(None, verb=Verb.VIEWED)
        other.rollback()
    seal_all()
    assert sealed_entries() == 1
    assert findings() == []


def test_batches_are_of_whole_transactions_and_make_one_chain() -> None:
    for _ in range(5):
        record(None, verb=Verb.VIEWED)
    with transaction.atomic():
        for _ in range(7):
            record(None, verb=Verb.VIEWED)
    seal_all(batch=2)
    seals = list(Seal.objects.order_by("number"))
    assert [seal.number for seal in seals] == list(range(1, len(seals) + 1))
    assert len(seals) >= 4
    assert sealed_entries() == 12
    assert max(count for seal in seals for count, _ in seal.months.values()) == 7
    assert findings() == []


def test_nothing_new_makes_no_seal() -> None:
    record(None, verb=Verb.VIEWED)
    seal_all()
    before = Seal.objects.count()
    seal_now()
    assert Seal.objects.count() == before


def test_two_sealers_do_not_get_in_each_others_way() -> None:
    record(None, verb=Verb.VIEWED)
    with another_connection() as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('cems audit sealing', 0))")
        seal_now()
        assert not Seal.objects.exists()
        other.commit()
    seal_all()
    assert sealed_entries() == 1


def test_the_heads_are_exported_and_catch_up(heads_place: Path) -> None:
    record(None, verb=Verb.VIEWED)
    seal_all()
    record(None, verb=Verb.VIEWED)
    seal_all()
    lines = [json.loads(line) for line in heads_place.read_text().splitlines()]
    kept = list(Seal.objects.order_by("number").values_list("number", "digest"))
    assert [(line["seal"], line["digest"]) for line in lines] == kept
    whole = heads_place.read_bytes()
    heads_place.write_bytes(whole[:-10])  # a crash in the middle of a line
    seal_now()
    assert heads_place.read_bytes() == whole
    heads_place.unlink()
    assert findings() == [
        "The exported heads (seal-heads.jsonl) are missing, so seals taken away at the end can't be seen."
    ]
    seal_now()
    assert heads_place.read_bytes() == whole
    assert findings() == []


def test_the_age_of_what_is_not_sealed_goes_by_when_it_was_written() -> None:
    assert unsealed_age() is None
    record(None, verb=Verb.VIEWED, at=now() - timedelta(days=300))
    age = unsealed_age()
    assert age is not None
    assert age < timedelta(minutes=1)
    later = unsealed_age(now() + timedelta(minutes=5))
    assert later is not None
    assert later > timedelta(minutes=4)
    seal_all()
    assert unsealed_age() is None


def test_keys_rotate(settings: Settings) -> None:
    first, second = "a" * 40, "b" * 40
    settings.AUDIT_KEYS = [first]
    record(None, verb=Verb.VIEWED)
    seal_all()
    settings.AUDIT_KEYS = [second, first]
    record(None, verb=Verb.VIEWED)
    seal_all()
    assert len(set(Seal.objects.values_list("key_id", flat=True))) == 2
    assert findings() == []
    settings.AUDIT_KEYS = [second]
    assert len(findings()) == 1
    assert "key that is not known" in findings()[0]


def test_entries_of_another_server_are_sealed_and_do_not_disturb_this_ones() -> None:
    """As after a restore from a dump: its transactions' numbers are higher than this server will reach."""
    record(None, verb=Verb.VIEWED, child=uuid4())
    record(None, verb=Verb.VIEWED, child=uuid4())
    tamper("UPDATE audit_entry SET cluster = 42, xid = xid + 1000000000")
    record(None, verb=Verb.CHANGED)
    seal_all()
    record(None, verb=Verb.CHANGED)
    seal_all()
    assert set(Seal.objects.values_list("cluster", flat=True)) > {42}
    assert sealed_entries() == 4
    assert findings() == []
    tamper("DELETE FROM audit_entry WHERE cluster = 42 AND id = (SELECT min(id) FROM audit_entry)")
    assert len(findings()) == 1


def test_the_task_and_the_commands() -> None:
    def sealed() -> bool:
        with sealer_rights():
            seal_task()
        return unsealed_age() is None

    record(None, verb=Verb.VIEWED)
    until(sealed)
    with sealer_rights():
        call_command("seal_audit", verbosity=0)
        call_command("verify_audit")
    tamper("UPDATE audit_entry SET part = 'other'")
    with sealer_rights(), pytest.raises(CommandError) as ended:
        call_command("verify_audit")
    assert ended.value.returncode == 1
    with pytest.raises(CommandError) as ended:
        call_command("verify_audit", "--heads", "no-such-file")
    assert ended.value.returncode == 2
