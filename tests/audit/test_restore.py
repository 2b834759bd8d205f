"""Restored from a dump on another server, where transactions count from the beginning again (floor-f13)."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from cems.audit import heads
from cems.audit.choices import Verb
from cems.audit.models import Entry, Seal
from cems.audit.sealing import seal
from cems.audit.services import record
from cems.audit.verification import verify
from cems.base.slots import DERIVED_CHECKS
from cems.children.choices import RiskLevel
from cems.children.models import AgreedLevel, ChildUserObjectPermission, Matter
from cems.clocks.models import Clock, Transition
from cems.local.binaries import postgres_program
from cems.local.folders import PROJECT, make_private, remove, temporary_folders
from cems.local.postgres import ROLES, Postgres
from matrix.models import Answer, Submission
from tests.audit.conftest import SEALING, findings, seal_all
from tests.factories.children import agree_level, involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_user

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


def login_of(server: Postgres, alias: str, user: str) -> BaseDatabaseWrapper:
    wrapper = connection.copy(alias)
    wrapper.settings_dict |= {
        "HOST": str(server.folders.sockets), "NAME": "cems", "USER": user, "PORT": "",
    }  # fmt: skip
    return wrapper


@contextmanager
def working_on(server: Postgres) -> Iterator[None]:
    """The application and the sealer work on the other server for the block."""
    logins = {"default": "cems_app", "sealer": "cems_sealer"}
    here = {alias: connections[alias] for alias in logins}
    try:
        for alias, user in logins.items():
            connections[alias] = login_of(server, alias, user)
        yield
    finally:
        for alias, wrapper in here.items():
            connections[alias].close()
            connections[alias] = wrapper


def test_floor_f13_a_restored_record_is_whole_and_agrees_with_itself(
    other_server: Postgres, tmp_path: Path
) -> None:
    """Children with matrices, levels, clocks and grants: the commands an administrator runs after a restore."""
    kept = (ChildUserObjectPermission, Matter, AgreedLevel, Submission, Answer, Clock, Transition)
    for level in (RiskLevel.MODERATE, RiskLevel.SIGNIFICANT):
        child, worker = make_child(), make_user()
        involve(child, worker)
        submit(worker, child, level, call="Rang First Contact at 10:00")
        agree_level(child, level)
    seal_all()
    counted = [model.objects.count() for model in kept]
    assert all(counted)
    restore_to(other_server, tmp_path / "dump")

    with working_on(other_server):
        assert [model.objects.count() for model in kept] == counted
        output = StringIO()
        for command in ("verify_audit", "check_derived", "check_access"):
            call_command(command, stdout=output)
        assert output.getvalue().count(": right") == len(DERIVED_CHECKS.items()) > 0
        ChildUserObjectPermission.objects.all().delete()  # the checks look at the restored rows, not at these
        with pytest.raises(CommandError, match="2 grants differ"):
            call_command("check_access", stdout=output)
    assert ChildUserObjectPermission.objects.count() == counted[0]


def written_steps() -> list[tuple[str, str]]:
    """What is typed under Restore in docs/operations.md: for psql with its database, and for pg_restore."""
    text = (PROJECT / "docs" / "operations.md").read_text("utf-8")
    steps = text.split("## Restore", 1)[1].split("## Upgrade", 1)[0]
    asked = re.findall(r"psql -U postgres(?: -d (\w+))? (?:-c '([^']+)'|-f (\S+))", steps)
    restored = re.findall(r"pg_restore -U postgres (.+?) < cems\.dump", steps)
    assert len(restored) == 1 and [file for _, _, file in asked if file] == ["/cems/roles.sql"]
    before, after = asked[:-1], asked[-1:]
    return [
        *((database or "postgres", words or file) for database, words, file in before),
        ("pg_restore", restored[0]),
        *((database or "postgres", words or file) for database, words, file in after),
    ]


def test_the_steps_of_a_restore_work_as_they_are_written(other_server: Postgres, tmp_path: Path) -> None:
    make_child()
    seal_all()
    here, there = connection.settings_dict, ["-h", str(other_server.folders.sockets), "-U", "postgres"]
    port = ["-p", str(here["PORT"])] if here["PORT"] else []
    dump = [postgres_program("pg_dump"), "-h", here["HOST"], *port, "-U", here["USER"], "-Fc", here["NAME"]]
    (tmp_path / "cems.dump").write_bytes(subprocess.run(dump, check=True, capture_output=True).stdout)
    for program, words in written_steps():
        if program == "pg_restore":
            with (tmp_path / "cems.dump").open("rb") as file:
                command = [postgres_program("pg_restore"), *there, *words.split()]
                subprocess.run(command, check=True, stdin=file)
            with working_on(other_server):
                assert verify() == []
                assert connection.introspection.table_names()
        else:
            with other_server.connect(program) as link:
                link.execute(ROLES.read_bytes() if words == "/cems/roles.sql" else words.encode())


def test_floor_f13_with_heads_newer_than_the_dump_the_trail_goes_on_once_somebody_says_so(
    other_server: Postgres, tmp_path: Path, heads_place: Path
) -> None:
    """safe-f33, as docs/operations.md has it: the state folder is kept, the database is of the day before."""
    for _ in range(2):
        record(None, verb=Verb.VIEWED, child=uuid4())
        seal_all()
    last = Seal.objects.order_by("number").last()
    assert last is not None
    restore_to(other_server, tmp_path / "dump")
    for _ in range(2):  # what the dump lacks
        record(None, verb=Verb.VIEWED, child=uuid4())
        seal_all()
    before = heads_place.read_text()

    with working_on(other_server):
        # sealing goes on under numbers that were exported, and nothing hides it
        record(None, verb=Verb.VIEWED, child=uuid4())
        for _ in range(2):
            with pytest.raises(heads.HeadsDiffer):
                seal()
        assert heads_place.read_text() == before
        assert any("exported" in finding for finding in verify())
        with pytest.raises(CommandError, match="Say who restored what"):
            call_command("accept_restore", reason=" ")
        # until an administrator accepts it, with a reason
        output = StringIO()
        call_command("accept_restore", reason="Disk failed; dump of last night", stdout=output)
        assert f"Seals {last.number + 1} to {last.number + 2} are lost" in output.getvalue()
        kept = next(heads_place.parent.glob("seal-heads-until-*.jsonl"))
        assert kept.read_text() == before
        assert Entry.objects.filter(part="seal heads", reason__startswith="Disk failed").count() == 1
        record(None, verb=Verb.VIEWED, child=uuid4())
        seal()
        assert verify() == []
        assert verify(heads_file=kept), "the copy kept elsewhere still tells of it"
        call_command("accept_restore", reason="Again", stdout=output)
        assert "nothing to accept" in output.getvalue()


def test_floor_f13_after_a_restore_the_trail_goes_on_and_is_still_proved(
    other_server: Postgres, tmp_path: Path
) -> None:
    for _ in range(3):
        record(None, verb=Verb.VIEWED, child=uuid4())
        seal_all()
    record(None, verb=Verb.VIEWED)  # not sealed when the dump is taken
    last = Seal.objects.order_by("number").last()
    restore_to(other_server, tmp_path / "dump")

    first_sealer, connections["sealer"] = (
        connections["sealer"],
        login_of(other_server, "sealer", "cems_sealer"),
    )
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
