"""A PostgreSQL data folder with a migrated database in it, kept between runs of the tests.

It is copied for each run, so that no run changes it, and named by what it was made of: a migration that is added,
edited or removed, a module of ours that one calls, other settings, rights or versions of packages, and another month
(the audit has a table a month) make another. What is half made has another name, and is taken away by the next who
makes one.
"""

import ast
import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cems.local import postgres, process
from cems.local.binaries import must_hand_over
from cems.local.folders import PROJECT, Folders, make_private, remove, temporary_folders
from cems.local.postgres import ROLES, Postgres
from cems.local.trouble import Trouble

FOLDER = PROJECT / ".local" / "migrated"
DATABASE = "test_cems_migrated"  # tests/conftest.py copies each test database from it


def fingerprint() -> str:
    """What a migrated database depends on."""
    outside = {".venv", ".local", "node_modules"}
    migrations = [
        path
        for path in PROJECT.glob("**/migrations/*.py")
        if outside.isdisjoint(path.relative_to(PROJECT).parts)
    ]
    called = {module for migration in migrations for module in _called(migration)}
    host = (
        PROJECT / "requirements.txt",
        PROJECT / "cems/settings.py",
        ROLES,
        Path(postgres.__file__),
        Path(__file__),
    )
    digest = hashlib.sha256(f"{must_hand_over()!r} {time.strftime('%Y-%m', time.gmtime())}".encode())
    for path in sorted({*host, *migrations, *called}):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(PROJECT)} {len(content)} ".encode() + content)
    return digest.hexdigest()[:20]


def _called(migration: Path) -> Iterator[Path]:
    """The modules of ours that a migration imports."""
    for node in ast.walk(ast.parse(migration.read_bytes())):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
        for name in names:
            module = PROJECT.joinpath(*name.split("."))
            yield from filter(Path.is_file, (module.with_suffix(".py"), module / "__init__.py"))


def copy_into(data: Path, settings: Mapping[str, str]) -> None:
    """Let `data` be a copy of the kept folder, made first where there is none.

    Raises:
        Trouble: it cannot be made or copied.
    """
    make_private(FOLDER)
    with _turn():
        kept = FOLDER / fingerprint()
        if not kept.exists():
            _make(kept, settings)
        _copy(kept, data)


def _copy(source: Path, target: Path) -> None:
    """With its owner, who may be another user than we are."""
    done = subprocess.run(["cp", "-a", str(source), str(target)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        remove(target)
        raise Trouble(f"The migrated database could not be copied to {target}: {done.stderr.strip()}")


@contextmanager
def _turn() -> Iterator[None]:
    """One at a time: a second run waits until the first has made the folder."""
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(kept: Path, settings: Mapping[str, str]) -> None:
    for old in FOLDER.iterdir():  # of other migrations, or half made
        if old.is_dir():
            remove(old)
    folders = temporary_folders()
    try:
        _migrate(folders, settings)
        part = kept.with_name("part")
        _copy(folders.postgres, part)
        if fingerprint() != kept.name:
            remove(part)
            raise Trouble("The code changed while the tests' database was made of it. Run it again.")
        os.sync()  # whole on the disk before it has its name
        part.rename(kept)
    finally:
        remove(folders.home)


def _migrate(folders: Folders, settings: Mapping[str, str]) -> None:
    for folder in (folders.state, folders.logs):
        make_private(folder)
    server = Postgres(folders, lasting=False)
    try:
        server.start()
        server.prepare()
        with server.connect("postgres") as start:
            start.execute(f"CREATE DATABASE {DATABASE} OWNER cems_owner")
        logins = {
            "DATABASE_URL": "cems_app",
            "DATABASE_OWNER_URL": "cems_owner",
            "DATABASE_SEALER_URL": "cems_sealer",
        }
        addresses = {name: folders.database_url(role, DATABASE) for name, role in logins.items()}
        log = folders.logs / "migrate.log"
        owner = {**os.environ, **settings, **addresses, "CEMS_DATABASE_ROLE": "owner", "CEMS_MODE": "test"}
        command = [sys.executable, "manage.py", "migrate", "--no-input"]
        child = process.start(command, log, environment=owner, folder=PROJECT)
        try:
            if child.wait() != 0:
                raise Trouble(f"The database could not be migrated:\n{process.last_lines(log, 15)}")
        finally:
            process.stop(child, signal.SIGTERM, 5)
    finally:
        server.stop(cleanly=True)
