"""`make run` as a whole: it comes up, mends what is killed, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest

from cems.local import process
from cems.local.folders import PROJECT
from cems.local.gate import check_port
from cems.local.health import readiness
from tests.local.conftest import HANGS, SOON, Copy
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

    def wait_for(self, words: str, patience: float) -> None:
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


class Started:
    """A whole copy of the project, and how to start CEMS in it."""

    def __init__(self, project: Copy) -> None:
        shutil.copytree(PROJECT, project.folder, ignore=shutil.ignore_patterns(*KEPT_OUT), dirs_exist_ok=True)
        self.project, self.port = project, free_port()

    def start(self) -> Running:
        settings = {"PORT": str(self.port), "CEMS_DEMO": "0", "PYTHONUNBUFFERED": "1"}
        run = Running(self.project.start("-m", "cems.local.run", **settings), self.port)
        run.wait_for("CEMS is at ", HANGS)
        assert readiness(self.port)[0] == 200, run.said
        return run

    def left(self) -> list[str]:
        """What still runs of it."""
        return [*processes_of(self.project.folder), *processes_of(self.project.temporary)]


@pytest.mark.workers
def test_floor_f14_killed_whole_or_in_parts_it_comes_back_and_the_end_is_clean(project: Copy) -> None:
    """One story for one first start, which is dear: it migrates an empty database."""
    copy = Started(project)
    first = copy.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{copy.port}/static/cems/cems.css") as answer:
        assert answer.headers["Content-Type"].startswith("text/css")
        assert answer.read() == (PROJECT / "static/cems/cems.css").read_bytes()

    # killed whole, it starts again on what it had
    first.child.kill()
    first.child.wait()
    running = copy.start()

    # what is killed of it comes back
    for word in ("postgres", "valkey", "gunicorn", "worker", "beat"):
        (number,) = running.numbers(word)
        os.kill(number, signal.SIGKILL)
    for name in ("PostgreSQL", "Valkey", "web", "worker", "beat"):
        running.wait_for(f"{name} is running again.", SOON)
    assert process.wait_until(lambda: readiness(copy.port)[0] == 200, SOON), readiness(copy.port)

    # asked to end, it leaves nothing
    running.child.send_signal(signal.SIGTERM)
    assert running.child.wait(SOON) == 0
    running.reader.join(5)
    assert running.said.endswith("Stopped.\n")
    assert copy.left() == []


def test_the_access_log_keeps_no_search_words(tmp_path: Path, project: Copy) -> None:
    (project.folder / "hello.py").write_text(
        "import os\n\ndef application(_, start):\n"
        "    start('200 OK', [])\n    return [os.environ['CEMS_PART'].encode()]\n"
    )
    port = free_port()
    arguments = ("-m", "gunicorn", "-c", "python:cems.local.gunicorn_conf", "hello")
    child = project.start(*arguments, PORT=str(port), CEMS_WEB_WORKERS="1")
    assert process.wait_until(lambda: readiness(port)[0] == 200, HANGS, child)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/children/?name=Somebody") as answer:
        assert answer.read() == b"web", "the settings ask which part this process is"
    child.send_signal(signal.SIGTERM)
    output, _ = child.communicate(timeout=SOON)
    assert '"path":"/children/","status":"200"' in output
    assert "Somebody" not in output


def test_web_children_left_alone_leave_the_port_at_once(project: Copy) -> None:
    """Also one whose request hangs: the next web server needs the port."""
    (project.folder / "hangs.py").write_text(
        "import threading\n\n\ndef application(environ, start):\n"
        "    if environ['PATH_INFO'] == '/hang':\n        threading.Event().wait()\n"
        "    start('200 OK', [])\n    return [b'hello']\n"
    )
    port = free_port()
    child = project.start("-m", "gunicorn", "-c", "python:cems.local.gunicorn_conf", "hangs", PORT=str(port))
    assert process.wait_until(lambda: readiness(port)[0] == 200, HANGS, child)
    with socket.create_connection(("127.0.0.1", port)) as hung:
        hung.sendall(b"GET /hang HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert readiness(port)[0] == 200
        child.kill()
        child.wait()
        check_port(port, 10)
