"""Run one command beside a PostgreSQL and a Valkey of its own, which are gone when it ends.

    python -m cems.local.with_servers [--migrated] -- pytest tests/local

With --migrated the server has the database that tests are copied from, kept from an earlier run where the migrations
are the same (cems/local/migrated.py).
The command gets the addresses as settings (DATABASE_URL, DATABASE_OWNER_URL, DATABASE_SEALER_URL,
REDIS_URL), CEMS_MODE=test and fresh secrets, with the programs of this virtual environment first on PATH.
The exit code is the command's. Nothing is kept.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from cems.local.binaries import ends_with_parent
from cems.local.folders import (
    Folders,
    check_socket_path,
    kept_secrets,
    make_private,
    remove,
    temporary_folders,
)
from cems.local.migrated import copy_into
from cems.local.postgres import Postgres
from cems.local.trouble import Trouble
from cems.local.valkey import Valkey

# The command may itself need to tidy up (browsers, temporary databases).
PATIENCE = 20


def environment(folders: Folders) -> dict[str, str]:
    """The settings by which a command finds these servers, on top of the ones we were given."""
    programs = str(Path(sys.executable).parent)
    return {
        **os.environ,
        **kept_secrets(folders.state),
        "PATH": os.pathsep.join((programs, os.environ.get("PATH", os.defpath))),
        "CEMS_MODE": "test",
        "CEMS_STATE_DIR": str(folders.state),
        "DATABASE_URL": folders.database_url("cems_app"),
        "DATABASE_OWNER_URL": folders.database_url("cems_owner"),
        "DATABASE_SEALER_URL": folders.database_url("cems_sealer"),
        "REDIS_URL": folders.redis_url(),
    }


def run(command: Sequence[str], *, migrated: bool = False) -> int:
    """Start the servers, run the command, stop the servers.

    Args:
        command: what to run beside them.
        migrated: whether the server begins with a migrated database for tests to copy.

    Returns:
        The command's exit code; 128 and the signal's number if a signal ended it, as a shell says it.

    Raises:
        Trouble: the servers cannot be started, or there is no such command.
    """
    folders = temporary_folders()
    servers = (Postgres(folders, lasting=False), Valkey(folders, lasting=False))
    try:
        for folder in (folders.state, folders.logs):
            make_private(folder)
        check_socket_path(folders.sockets)
        if migrated:
            copy_into(folders.postgres, environment(folders))
        for server in servers:
            server.start()
        servers[0].prepare()
        return _run_beside(command, environment(folders))
    finally:
        for server in reversed(servers):
            server.stop()
        remove(folders.home)


def _run_beside(command: Sequence[str], settings: dict[str, str]) -> int:
    # In our own process group, so that Ctrl-C reaches the command as it would without us. The command is
    # looked up on the PATH it will have, hence env(1).
    child = subprocess.Popen(ends_with_parent(["env", "--", *command], "TERM"), env=settings)
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue  # the command had it too, and decides when it is done
        except _Ended:
            child.terminate()
            try:
                code = child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                code = child.wait()
        return code if code >= 0 else 128 - code


class _Ended(Exception):
    """We were asked to end."""


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise _Ended


def main(arguments: Sequence[str]) -> int:
    """Run what follows `--`; the exit code."""
    migrated = list(arguments[:1]) == ["--migrated"]
    rest = list(arguments[1:] if migrated else arguments)
    command = rest[1:] if rest[:1] == ["--"] else rest
    if not command:
        print(
            "usage: python -m cems.local.with_servers [--migrated] -- COMMAND [ARGUMENT ...]", file=sys.stderr
        )
        return 2
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    try:
        return run(command, migrated=migrated)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return trouble.code
    except (_Ended, KeyboardInterrupt):
        return 143


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
