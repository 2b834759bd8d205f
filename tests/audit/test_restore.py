"""Restored from a dump on another server, where transactions count from the beginning again (floor-f13)."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from cems.audit.choices import Verb
from cems.audit.models import Seal
from cems.audit.sealing import seal
from cems.audit.services import record
from cems.audit.verification import verify
from cems.local.binaries import postgres_program
from cems.local.folders import make_private, remove, temporary_folders
from cems.local.postgres import Postgres
from tests.audit.conftest import SEALING, findings, seal_all

pytestmark = [SEALING, pytest.mark.requirement("A3")]


@pytest.fixture
def other_server() -> Iterator[Postgres]:
    folders = temporary_folders()
    server = Postgres(folders, lasting=False)
    try:
        for folder in (folders.sockets, folders.state, folders.logs):
            make_private(folder)
        server.start()
        server.prepare()
        yield server
    finally:
        server.stop()
        remove(folders.home)


def restore_to(server: Postgres, dump: Path) -> None:
    here = connection.settings_dict
    ask = [postgres_program("pg_dump"), "-Fc", "-h", here["HOST"], "-U", here["USER"], "-f", str(dump)]
    subprocess.run([*ask, *(["-p", str(here["PORT"])] if here["PORT"] else []), here["NAME"]], check=True)
    there = ["-h", str(server.folders.sockets), "-U", "postgres", "-d", "cems"]
    subprocess.run([postgres_program("pg_restore"), "--exit-on-error", *there, str(dump)], check=True)


def sealer_of(server: Postgres) -> BaseDatabaseWrapper:
    wrapper = connection.copy("sealer")
    wrapper.settings_dict |= {
        "HOST": str(server.folders.sockets), "NAME": "cems", "USER": "cems_sealer", "PORT": "",
    }  # fmt: skip
    return wrapper


def test_floor_f13_after_a_restore_the_trail_goes_on_and_is_still_proved(
    other_server: Postgres, tmp_path: Path
) -> None:
    for _ in range(3):
        record(None, verb=Verb.VIEWED, child=uuid4())
        seal_all()
    record(None, verb=Verb.VIEWED)  # not sealed when the dump is taken
    last = Seal.objects.order_by("number").last()
    restore_to(other_server, tmp_path / "dump")

    first_sealer, connections["sealer"] = connections["sealer"], sealer_of(other_server)
    try:
        assert verify() == []
        with psycopg.connect(
            host=str(other_server.folders.sockets), user="cems_app", dbname="cems", autocommit=True
        ) as app:
            row = app.execute(
                "INSERT INTO audit_entry (at, recorded_at, verb, subject_kind, subject_id, part, reason,"
                " detail, request_reference) SELECT at, at, 'changed', '', '', '', '', '{}', ''"
                " FROM audit_entry LIMIT 1 RETURNING xid"
            ).fetchone()
        assert row is not None
        assert last is not None
        assert seal() == 2, "what the old server left unsealed, and what this one wrote"
        assert verify() == []
        newest = Seal.objects.using("sealer").order_by("-number")[0]
        assert newest.cluster != last.cluster
        assert newest.number == last.number + 2
        with psycopg.connect(
            host=str(other_server.folders.sockets), user="postgres", dbname="cems", autocommit=True
        ) as owner:
            owner.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
            owner.execute("UPDATE audit_entry SET part = 'other' WHERE verb = 'changed'")
            owner.execute("DELETE FROM audit_entry WHERE id = (SELECT min(id) FROM audit_entry)")
        assert len(verify()) == 2
    finally:
        connections["sealer"].close()
        connections["sealer"] = first_sealer
    assert findings() == [
        f"Seals {last.number + 1} to {last.number + 2} are exported but no longer here: "
        "seals were taken away or an older copy was put back."
    ], "the server that was left behind no longer fits the exported heads"
