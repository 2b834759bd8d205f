"""The watch: what dies comes back, more slowly each time; the end keeps its order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cems.local import process
from cems.local.folders import Folders, kept_secrets, make_private
from cems.local.parts import Process
from cems.local.run import settings_for, stop_all
from cems.local.tail import Tail
from cems.local.trouble import Trouble
from cems.local.watch import FIRST_WAIT, LONGEST_WAIT, WELL_AFTER, Watch
from tests.local.conftest import HANGS


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    made = Folders(tmp_path, tmp_path / "s")
    make_private(made.state)
    yield made


def part(folders: Folders, name: str, code: str) -> Process:
    return Process(name, ["-c", code], folders, {"PATH": "/usr/bin:/bin"})


def fall(watch: Watch) -> None:
    """Wait until the part of this watch has ended."""
    assert isinstance(watch.part, Process)
    assert watch.part.child is not None
    watch.part.child.wait(10)


def test_what_dies_is_started_again_after_its_wait(
    folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = Watch(part(folders, "worker", "raise SystemExit(3)"))
    watch.start(at=100)
    fall(watch)
    watch.look(at=101)
    assert "worker ended by itself with exit code 3. Starting it again in 1 s" in capsys.readouterr().out
    first = watch.part.child
    watch.look(at=101.5)
    assert watch.part.child is first
    watch.look(at=102)
    assert watch.part.child is not first
    assert "worker is running again." in capsys.readouterr().out


def test_what_dies_again_and_again_waits_longer_up_to_a_bound(folders: Folders) -> None:
    watch = Watch(part(folders, "worker", "pass"))
    watch.start(at=0)
    waits, now = [], 0.0
    for _ in range(7):
        fall(watch)
        watch.look(now)
        assert watch.again_at is not None
        waits.append(watch.again_at - now)
        now = watch.again_at
        watch.look(now)
    assert waits == [1, 2, 4, 8, 16, LONGEST_WAIT, LONGEST_WAIT]
    fall(watch)
    watch.look(now + WELL_AFTER + 1)
    assert watch.again_at == now + WELL_AFTER + 1 + FIRST_WAIT


def test_what_lives_is_left_alone(folders: Folders) -> None:
    watch = Watch(part(folders, "web", "import time; time.sleep(600)"))
    watch.start(at=0)
    child = watch.part.child
    watch.look(at=1000)
    assert watch.part.child is child
    watch.part.stop()
    assert child is not None
    assert child.returncode == -15


def test_the_end_goes_from_the_last_started_to_the_first(
    folders: Folders, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = folders.home / "ended"
    code = (
        "import signal, sys, pathlib, time\n"
        f"def end(*_):\n    open({str(ended)!r}, 'a').write({{name!r}} + ' ')\n    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"pathlib.Path({str(folders.home)!r}, {{name!r}}).touch()\n"
        "time.sleep(600)\n"
    )
    monkeypatch.setattr("cems.local.run.signal.signal", lambda *_: None)
    watches = []
    for name in ("postgres", "valkey", "web", "worker", "beat"):
        watches.append(Watch(part(folders, name, code.replace("{name!r}", repr(name)))))
        watches[-1].start(0)
    names = [watch.part.name for watch in watches]
    assert process.wait_until(lambda: all((folders.home / name).exists() for name in names), HANGS)
    stop_all(None, watches)
    assert ended.read_text().split() == ["beat", "worker", "web", "valkey", "postgres"]
    assert "Stopped." in capsys.readouterr().out


def test_one_that_does_not_listen_is_ended_by_force(folders: Folders) -> None:
    deaf = part(
        folders,
        "web",
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(600)",
    )
    deaf.patience = 0.2
    deaf.start()
    assert process.wait_until(lambda: deaf.log.exists() and deaf.log.read_text() == "1\n", HANGS)
    deaf.stop()
    assert deaf.child is not None
    assert deaf.child.returncode == -9


def test_secrets_are_made_once_and_are_private(folders: Folders) -> None:
    made = kept_secrets(folders.state)
    assert set(made) == {"CEMS_SECRET_KEY", "CEMS_AUDIT_KEY"}
    assert len(set(made.values())) == 2
    assert min(len(secret) for secret in made.values()) >= 50
    assert kept_secrets(folders.state) == made
    assert {path.stat().st_mode & 0o777 for path in folders.state.iterdir()} == {0o600}


def test_a_given_database_is_used_and_gets_no_demonstration(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CEMS_DEMO", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL"):
        monkeypatch.setenv(name, f"postgresql://elsewhere.invalid/{name.lower()}")
    given = settings_for(folders, 8000)
    assert given["DATABASE_OWNER_URL"] == "postgresql://elsewhere.invalid/database_owner_url"
    assert given["CEMS_DEMO"] == "0"
    monkeypatch.delenv("DATABASE_SEALER_URL")
    with pytest.raises(Trouble, match="DATABASE_SEALER_URL must be too"):
        settings_for(folders, 8000)


def test_without_one_the_embedded_servers_are_offered(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL", "REDIS_URL", "CEMS_DEMO"):
        monkeypatch.delenv(name, raising=False)
    offered = settings_for(folders, 8000)
    assert offered["DATABASE_URL"].startswith("postgresql://cems_app@%2F")
    assert offered["DATABASE_OWNER_URL"].startswith("postgresql://cems_owner@%2F")
    assert offered["REDIS_URL"] == f"redis+socket://{folders.sockets}/valkey.sock?virtual_host=0"
    assert offered["CEMS_DEMO"] == "1"


def test_progress_is_shown_line_by_line_and_only_what_is_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "seed.log"
    log.write_text("of an earlier run\n")
    tail = Tail(log, "> ")
    with log.open("a") as file:
        file.write("\r10 %\r20 %\nhal")
        file.flush()
        tail.show()
        file.write("f done\n")
        file.flush()
        tail.show(final=True)
    assert capsys.readouterr().out.splitlines() == ["> 10 %", "> 20 %", "> half done"]
