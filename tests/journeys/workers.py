"""Real Celery: a worker, a beat and a Valkey of their own, on the test's database, by the application's login."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from cems.local import process
from cems.local.folders import Folders, make_private, remove, temporary_folders
from cems.local.valkey import Valkey

PATIENCE = 40  # seconds; on a busy machine a worker needs some to start


@dataclass
class Workers:
    """The processes behind the clocks, to be stopped, killed and started again one by one."""

    folders: Folders
    valkey: Valkey
    environment: dict[str, str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start `worker`, `beat`, or both."""
        rest = {
            "worker": [
                "worker",
                "--concurrency=1",
                "--without-gossip",
                "--without-mingle",
                "--loglevel=WARNING",
            ],
            "beat": ["beat", "--pidfile", "", "--loglevel=WARNING"],
        }
        for name in names:
            command = [sys.executable, "-m", "celery", "-A", "cems.celery", *rest[name]]
            self.running[name] = process.start(command, self._log(name), environment=self.environment)

    def kill(self, name: str) -> None:
        """End a process and its children as a power cut would: no word, no tidying."""
        child = self.running.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def stop(self) -> None:
        """End everything, by process id."""
        for name in ("beat", "worker"):
            if name in self.running:
                process.stop(self.running.pop(name), signal.SIGTERM, 10)
        self.valkey.stop()

    def wait_for(self, what: Callable[[], bool], words: str) -> None:
        """Ask the database until `what` is true; fails in words, with the ends of the logs."""
        if not process.wait_until(what, PATIENCE):
            ends = "\n".join(f"{name}: {process.last_lines(self._log(name))}" for name in ("worker", "beat"))
            raise AssertionError(f"In {PATIENCE} seconds, {words} did not happen.\n{ends}")

    def _log(self, name: str) -> Path:
        return self.folders.logs / f"{name}.log"


@contextmanager
def real_workers() -> Iterator[Workers]:
    """Valkey is up, nothing else yet; everything is ended at the end of the block."""
    folders = temporary_folders()
    for folder in (folders.state, folders.logs):
        make_private(folder)
    workers = Workers(folders, Valkey(folders, lasting=False), _environment(folders))
    try:
        workers.valkey.start()
        yield workers
    finally:
        workers.stop()
        remove(folders.home)


def _environment(folders: Folders) -> dict[str, str]:
    """The settings of a running system, on the database of this test."""
    database = str(connection.settings_dict["NAME"])
    urls = {
        name: urlunsplit(urlsplit(os.environ[name])._replace(path=f"/{database}"))
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL")
    }
    return {
        **os.environ,
        **urls,
        "CEMS_MODE": "local",
        "CEMS_STATE_DIR": str(folders.state),
        "CEMS_SWEEP_SECONDS": "1",
        "CEMS_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "REDIS_URL": folders.redis_url(),
    }
