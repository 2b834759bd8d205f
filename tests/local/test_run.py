"""`make run` as a whole: it comes up, mends what is killed, and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cems.local import process
from cems.local.folders import PROJECT
from cems.local.health import readiness
from tests.local.conftest import Copy
from tests.local.test_faults import free_port
from tests.local.test_with_servers import processes_of

KEPT_OUT = (
    ".git",
    ".venv",
    ".local",
    "node_modules",
    "screenshots",
    "__pycache__",
    "*.pyc",
    ".*_cache",
    "tests",
)


class Running:
    """A started CEMS and everything it has said so far."""

    def __init__(self, child: subprocess.Popen[str], port: int) -> None:
        self.child = child
        self.port = port
        self.said = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self.said += line

    def wait_for(self, words: str, patience: float = 60) -> None:
        assert process.wait_until(lambda: words in self.said, patience, self.child), self.said

    def numbers(self, word: str) -> list[int]:
        """The process numbers of its direct children whose command line holds this word."""
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.child.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        return [int(line.split()[0]) for line in listed.splitlines() if word in line]


@pytest.fixture
def running(project: Copy) -> Iterator[Running]:
    shutil.copytree(PROJECT, project.folder, ignore=shutil.ignore_patterns(*KEPT_OUT), dirs_exist_ok=True)
    port = free_port()
    run = Running(
        project.start("-m", "cems.local.run", PORT=str(port), CEMS_DEMO="0", PYTHONUNBUFFERED="1"), port
    )
    run.wait_for("CEMS is at ")
    yield run


@pytest.mark.workers
def test_floor_f14_what_is_killed_comes_back_and_the_end_is_clean(running: Running, project: Copy) -> None:
    assert readiness(running.port)[0] == 200, running.said
    for word in ("postgres", "valkey", "gunicorn", "worker", "beat"):
        (number,) = running.numbers(word)
        os.kill(number, signal.SIGKILL)
    for name in ("PostgreSQL", "Valkey", "web", "worker", "beat"):
        running.wait_for(f"{name} is running again.", 30)
    assert process.wait_until(lambda: readiness(running.port)[0] == 200, 30), readiness(running.port)

    running.child.send_signal(signal.SIGTERM)
    assert running.child.wait(40) == 0
    running.reader.join(5)
    assert running.said.endswith("Stopped.\n")
    assert processes_of(project.folder) == []
    assert processes_of(project.temporary) == []


@pytest.mark.workers
def test_floor_f14_killed_whole_it_leaves_nothing_and_starts_again(running: Running, project: Copy) -> None:
    running.child.kill()
    running.child.wait()
    again = Running(
        project.start("-m", "cems.local.run", PORT=str(running.port), CEMS_DEMO="0", PYTHONUNBUFFERED="1"),
        running.port,
    )
    again.wait_for("CEMS is at ")
    again.child.send_signal(signal.SIGTERM)
    assert again.child.wait(40) == 0
    assert process.wait_until(lambda: not processes_of(project.folder), 5), processes_of(project.folder)


def test_the_access_log_keeps_no_search_words(tmp_path: Path, project: Copy) -> None:
    (project.folder / "hello.py").write_text(
        "def application(_, start):\n    start('200 OK', [])\n    return [b'hello']\n"
    )
    port = free_port()
    arguments = ("-m", "gunicorn", "-c", "python:cems.local.gunicorn_conf", "hello")
    child = project.start(*arguments, PORT=str(port), CEMS_WEB_WORKERS="1")
    assert process.wait_until(lambda: readiness(port)[0] == 200, 10, child)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/children/?name=Somebody") as answer:
        assert answer.read() == b"hello"
    child.send_signal(signal.SIGTERM)
    said, _ = child.communicate(timeout=20)
    assert '"path":"/children/","status":"200"' in said
    assert "Somebody" not in said
