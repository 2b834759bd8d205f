"""What goes wrong on a real machine, said in plain words; the code is really run."""

import ast
import os
import re
import resource
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cems.local import process
from cems.local.folders import PROJECT, Folders, make_private, remove, temporary_folders
from cems.local.postgres import Postgres
from cems.local.trouble import Trouble
from tests.local.conftest import HANGS, NOBODY, Copy

RUN = ("-m", "cems.local.run")
BESIDE = ("-m", "cems.local.with_servers", "--")
BOOTSTRAP = "cems/local/bootstrap.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def small_files() -> None:
    """As a full disk: nothing can be written past the first megabyte of a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


@pytest.fixture
def lasting() -> Iterator[Folders]:
    folders = temporary_folders()
    yield folders
    remove(folders.home)


def test_floor_f14_a_busy_port_is_named_with_a_free_one(project: Copy) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, output = project.run(*RUN, PORT=str(port))
    assert code == 1
    assert f"Port {port} is in use by another program." in output
    assert (offered := re.search(r"make run PORT=(\d+)", output)) and int(offered[1]) > port
    assert "Traceback" not in output


@pytest.mark.parametrize("port", ["eight", "0", "70000"])
def test_floor_f14_a_port_that_is_none_is_refused(project: Copy, port: str) -> None:
    code, output = project.run(*RUN, PORT=port)
    assert code == 1
    assert output.strip() == f"PORT={port} is not a port. Choose a whole number from 1024 to 65535."


def test_floor_f14_a_second_run_says_where_the_first_is(project: Copy) -> None:
    port = free_port()
    lock = project.folder / ".local" / "lock"
    first = project.start(*RUN, PORT=str(port))
    assert process.wait_until(lambda: lock.exists() and lock.stat().st_size > 0, HANGS)
    code, output = project.run(*RUN, PORT=str(free_port()))
    assert code == 1
    assert output.strip().startswith("CEMS is already running from this folder: http://127.0.0.1:")
    assert f"127.0.0.1:{port} (process {first.pid})" in output
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=HANGS)
    assert first.returncode == 0
    assert lock.read_text() == ""


def test_floor_f14_a_full_disk_is_told_when_starting(project: Copy) -> None:
    code, output = project.run(*RUN, PORT=str(free_port()), limit=small_files)
    assert code == 1
    assert "the disk is full. Make some room and start again." in output
    assert "Traceback" not in output
    assert not (project.folder / ".local" / "pg").exists()


def test_floor_f14_a_full_disk_is_told_beside_a_command(project: Copy) -> None:
    code, output = project.run(*BESIDE, "true", limit=small_files)
    assert code == 1
    assert "the disk is full" in output
    assert "Traceback" not in output
    assert not list(project.temporary.glob("cems-t-*"))


def test_floor_f14_a_folder_that_cannot_be_written_is_told(project: Copy) -> None:
    project.folder.chmod(0o555)
    code, output = project.run(*RUN, user=NOBODY if os.geteuid() == 0 else None, PORT=str(free_port()))
    project.folder.chmod(0o755)
    assert code == 1
    assert output.startswith(f"\nWe are not allowed to write {project.folder / '.local'}.")
    assert "Traceback" not in output


def test_floor_f14_preparing_in_a_folder_that_cannot_be_written_is_told(project: Copy) -> None:
    (project.folder / "requirements.txt").write_text("")
    project.folder.chmod(0o555)
    code, output = project.run(BOOTSTRAP, user=NOBODY if os.geteuid() == 0 else None)
    project.folder.chmod(0o755)
    assert code == 1
    assert f"CEMS cannot be prepared in {project.folder}: Permission denied." in output
    assert "Traceback" not in output


def test_floor_f14_after_a_power_cut_the_data_is_there_again(lasting: Folders) -> None:
    before = Postgres(lasting, lasting=True)
    before.start()
    before.prepare()
    with before.connect("cems") as link:
        link.execute("CREATE TABLE kept AS SELECT 7 AS number")
    assert before.child is not None
    before.child.kill()
    before.child.wait()
    # After a restart of the machine the number in the file may be anybody's: here it is ours.
    pid_file = lasting.postgres / "postmaster.pid"
    words = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *words[1:]]) + "\n")
    (lasting.sockets / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")

    after = Postgres(lasting, lasting=True)
    try:
        after.start()
        after.prepare()
        with after.connect("cems") as link:
            assert link.execute("SELECT number FROM kept").fetchone() == (7,)
    finally:
        after.stop()


def test_floor_f14_a_half_made_data_folder_is_made_again(lasting: Folders) -> None:
    half = lasting.home / "pg.part"
    make_private(half)
    (half / "PG_VERSION").write_text("")
    (half / "base").mkdir()
    server = Postgres(lasting, lasting=True)
    try:
        server.start()
        assert server.answers()
    finally:
        server.stop()
    assert not half.exists()
    assert (lasting.postgres / "PG_VERSION").read_text() == "18\n"


def test_floor_f14_data_of_another_postgresql_is_left_alone(lasting: Folders) -> None:
    make_private(lasting.postgres)
    (lasting.postgres / "PG_VERSION").write_text("17\n")
    with pytest.raises(Trouble, match=r"made by PostgreSQL 17; this is PostgreSQL 18") as raised:
        Postgres(lasting, lasting=True).start()
    assert "docs/operations.md" in str(raised.value)
    assert (lasting.postgres / "PG_VERSION").read_text() == "17\n"


def test_floor_f14_a_python_too_old_is_told(project: Copy) -> None:
    # An old interpreter is rarely at hand: this one is told that it is one, and finds no other on PATH.
    pretend = (
        f"import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path({BOOTSTRAP!r}, run_name='__main__')"
    )
    code, output = project.run("-c", pretend, PATH=str(project.temporary))
    assert code == 1
    assert "CEMS needs Python 3.11 or newer; this is Python 3.9 and no newer one was found." in output
    assert "apt-get install python3 python3-venv" in output
    assert "Traceback" not in output


def test_floor_f14_the_bootstrap_can_be_read_by_an_old_python() -> None:
    ast.parse((PROJECT / BOOTSTRAP).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_floor_f14_a_python_without_venv_is_told(project: Copy) -> None:
    (project.folder / "requirements.txt").write_text("")
    lacking = project.temporary / "lacking"
    lacking.mkdir()
    (lacking / "ensurepip.py").write_text("raise ImportError\n")
    code, output = project.run(BOOTSTRAP, PYTHONPATH=str(lacking))
    assert code == 1
    assert "This Python lacks the venv module" in output
    assert "apt-get install python3-venv" in output
    assert "Traceback" not in output
    assert not (project.folder / ".venv").exists()


def test_floor_f14_a_foreign_folder_in_the_way_of_the_sockets_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "sockets").symlink_to(tmp_path / "real")
    with pytest.raises(Trouble, match="is in the way"):
        make_private(tmp_path / "sockets")
