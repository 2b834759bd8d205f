"""The parts of a running CEMS that are watched: what each is started with and how it ends."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from cems.local import process
from cems.local.folders import PROJECT, Folders


class Watched(Protocol):
    """What the watch needs of a server or a process."""

    name: str
    log: Path
    child: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start it, and wait where others depend on it. Raises Trouble."""

    def stop(self) -> None:
        """Stop it and wait for its end; safe to call again."""


class Process:
    """A process of CEMS itself.

    Args:
        name: what people call it, and the name of its log.
        arguments: what follows `python`.
        settings: its environment.
        patience: how many seconds it may take to finish what it is doing.
    """

    def __init__(
        self,
        name: str,
        arguments: list[str],
        folders: Folders,
        settings: Mapping[str, str],
        patience: float = 15,
    ) -> None:
        self.name = name
        self.command = [sys.executable, *arguments]
        self.log = folders.logs / f"{name}.log"
        self.settings = settings
        self.patience = patience
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in the project's folder. Raises Trouble."""
        self.child = process.start(self.command, self.log, environment=self.settings, folder=PROJECT)

    def stop(self) -> None:
        """Let it finish, then end it."""
        if self.child is not None:
            process.stop(self.child, signal.SIGTERM, self.patience)


def web(folders: Folders, settings: Mapping[str, str]) -> Process:
    """The web server."""
    return Process(
        "web", ["-m", "gunicorn", "-c", "python:cems.local.gunicorn_conf", "cems.wsgi"], folders, settings
    )


def worker(folders: Folders, settings: Mapping[str, str]) -> Process:
    """The worker: short, repeatable tasks, one at a time for each of its two processes."""
    arguments = ["-m", "celery", "-A", "cems.celery", "worker", "--concurrency", "2"]
    return Process("worker", [*arguments, "--without-gossip", "--without-mingle"], folders, settings)


def beat(folders: Folders, settings: Mapping[str, str]) -> Process:
    """The clock that asks what is due. No pid file: a stale one would keep it from starting."""
    arguments = ["-m", "celery", "-A", "cems.celery", "beat", "--pidfile", ""]
    return Process("beat", arguments, folders, settings, patience=5)


def manage(folders: Folders, settings: Mapping[str, str], *words: str) -> Process:
    """A management command of CEMS that runs beside the others and ends by itself."""
    return Process(words[0], ["manage.py", *words], folders, settings, patience=5)


def as_owner(settings: Mapping[str, str]) -> dict[str, str]:
    """These settings, with the database reached as the owner of its structure."""
    return {**settings, "CEMS_DATABASE_ROLE": "owner"}
