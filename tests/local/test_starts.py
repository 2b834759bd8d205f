"""Starts on what is damaged or half there: mended where nothing is lost by it, else told in plain words (safe-f36)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cems.local import filling
from cems.local.filling import Filling
from cems.local.folders import Folders, kept_secrets, make_private, remove, temporary_folders
from cems.local.gate import only_one
from cems.local.postgres import Postgres
from cems.local.trouble import Trouble
from cems.local.valkey import Valkey


@pytest.fixture
def folders() -> Iterator[Folders]:
    made = temporary_folders()
    for folder in (made.state, made.logs):
        make_private(folder)
    yield made
    remove(made.home)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("*.incr.aof", b"*1\r\nXYZ\r\n"),
        ("*.incr.aof", b"no such file was ever written\n"),
        ("*.manifest", b"nothing of a manifest\n"),
    ],
)
def test_a_damaged_queue_is_put_aside_and_starts_empty(
    folders: Folders, capsys: pytest.CaptureFixture[str], name: str, damage: bytes
) -> None:
    first = Valkey(folders, lasting=True)
    first.start()
    first.stop()
    kept = next(folders.valkey.rglob(name))
    kept.write_bytes(damage + b"\xff" * 200)
    again = Valkey(folders, lasting=True)
    try:
        again.start()
        assert again.answers()
    finally:
        again.stop()
    aside = folders.valkey.with_name("valkey.damaged")
    assert next(aside.rglob(name)).read_bytes().startswith(damage)
    assert "Valkey's file is damaged. It holds nothing that is not in the database" in capsys.readouterr().out


def test_data_without_its_version_is_told_and_left_alone(folders: Folders) -> None:
    make_private(folders.postgres)
    (folders.postgres / "base").mkdir()
    with pytest.raises(Trouble, match="is not whole: its file PG_VERSION is missing") as raised:
        Postgres(folders, lasting=True).start()
    assert "docs/operations.md, Restore" in str(raised.value)
    assert (folders.postgres / "base").is_dir()


def test_a_version_that_is_no_text_is_told(folders: Folders) -> None:
    make_private(folders.postgres)
    (folders.postgres / "PG_VERSION").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Trouble, match="was made by PostgreSQL"):
        Postgres(folders, lasting=True).start()


def test_a_key_that_is_no_text_is_told_and_not_made_anew(folders: Folders) -> None:
    first = kept_secrets(folders.state)
    damaged = next(path for path in folders.state.iterdir() if path.read_text() in first.values())
    damaged.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(Trouble, match="is damaged. Put it back from a backup") as raised:
        kept_secrets(folders.state)
    assert str(damaged) in str(raised.value)
    assert damaged.read_bytes() == b"\xff\xfe\x00\x80"


def test_a_lock_that_is_no_text_is_taken(folders: Folders) -> None:
    (folders.home / "lock").write_bytes(b"\xff\xfe\x80 was here")
    with only_one(folders, "http://127.0.0.1:8000") as was_cut_off:
        assert was_cut_off
        assert "http://127.0.0.1:8000" in (folders.home / "lock").read_text(errors="replace")


class Seed:
    """A filling that fails so often, then succeeds."""

    def __init__(self, log: Path, failures: int) -> None:
        self.log, self.failures, self.starts = log, failures, 0
        self.child: Seed | None = None

    def start(self) -> None:
        self.starts += 1
        self.child = self

    def poll(self) -> int:
        return 1 if self.starts <= self.failures else 0


@pytest.mark.parametrize(("failures", "starts", "well"), [(0, 1, True), (2, 3, True), (99, 6, False)])
def test_the_demonstration_goes_on_filling_after_what_it_needs_fell(
    folders: Folders,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    failures: int,
    starts: int,
    well: bool,
) -> None:
    at = 1000.0
    monkeypatch.setattr(filling.time, "monotonic", lambda: at)
    running = Filling(folders, {"CEMS_STATE_DIR": str(folders.state)})
    seed = Seed(folders.logs / "seed.log", failures)
    monkeypatch.setattr(running, "seed", seed)
    running.start()
    for _ in range(400):
        running.look()
        at += 0.5
    output = capsys.readouterr().out
    assert (seed.starts, running.over) == (starts, True)
    assert output.count("It goes on in") == starts - 1
    assert ("The demonstration was not filled" in output) is not well
