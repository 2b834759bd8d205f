"""`make run`: everything CEMS needs on one machine, started, watched and ended as one."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from cems.local import parts, process
from cems.local.filling import SINCE, Filling
from cems.local.folders import (
    PROJECT,
    Folders,
    check_socket_path,
    explain,
    kept_secrets,
    make_private,
    project_folders,
)
from cems.local.gate import check_port, only_one, port_wanted
from cems.local.health import readiness
from cems.local.postgres import Postgres
from cems.local.system import prepare_pdfs
from cems.local.trouble import Trouble
from cems.local.valkey import Valkey
from cems.local.watch import Watch, keep, say

ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL")
PR_SET_PDEATHSIG = 1


class Ended(BaseException):
    """We were asked to end; not an Exception, so that nothing on the way takes it for a fault."""


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise Ended


def settings_for(folders: Folders, port: int) -> dict[str, str]:
    """The environment of CEMS: what the person set comes first, then what the embedded servers offer.

    The demonstration is on unless a database was given: nobody's own data is mixed with invented people
    without being asked (CEMS_DEMO=1).

    Raises:
        Trouble: some but not all of the database's addresses were given.
    """
    given = [name for name in ADDRESSES if os.environ.get(name)]
    if given and len(given) < len(ADDRESSES):
        missing = ", ".join(name for name in ADDRESSES if name not in given)
        raise Trouble(f"{given[0]} is set, so {missing} must be too (docs/operations.md, Settings).")
    roles = ("cems_app", "cems_owner", "cems_sealer")
    offered = {name: folders.database_url(role) for name, role in zip(ADDRESSES, roles, strict=True)}
    return {
        **kept_secrets(folders.state),
        **offered,
        "REDIS_URL": folders.redis_url(),
        "CEMS_MODE": "local",
        "CEMS_DEMO": "0" if given else "1",
        "CEMS_BASE_URL": f"http://127.0.0.1:{port}",
        "CEMS_STATE_DIR": str(folders.state),
        **{name: value for name, value in os.environ.items() if value},
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


def finish(command: parts.Process, what: str) -> None:
    """Run one of CEMS's own commands to its end.

    Raises:
        Trouble: it failed, with the end of its log.
    """
    say(f"{what} ...")
    try:
        command.start()
        if command.child is not None and (code := command.child.wait()) != 0:
            words = process.last_lines(command.log, 15)
            if process.disk_is_full(words):
                raise Trouble(f"{what}: the disk is full. Make some room and start again.")
            raise Trouble(f"{what} failed with exit code {code}. The end of {command.log}:\n{words}")
    finally:
        command.stop()


def stop_all(filling: Filling | None, watches: Sequence[Watch]) -> None:
    """Stop everything in the order in which nothing is lost: beat, worker, web, Valkey, PostgreSQL."""
    # A second Ctrl-C must not leave half of it running.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if watches:
        say("\nStopping ...")
    if filling is not None:
        filling.stop()
    for watch in reversed(watches):
        watch.part.stop()
    if watches:
        say("Stopped.")


def serve(folders: Folders, settings: dict[str, str], port: int) -> None:
    """Start everything, say where it is, and watch it until we are asked to end.

    Raises:
        Trouble: something cannot be started.
        Ended: we were asked to end; everything is stopped by then.
    """
    watches: list[Watch] = []
    filling: Filling | None = None

    def add(part: parts.Watched) -> None:
        watches.append(Watch(part))
        watches[-1].start(time.monotonic())

    try:
        if not os.environ.get("DATABASE_URL"):
            say("Starting PostgreSQL ...")
            database = Postgres(folders, lasting=True)
            add(database)
            database.prepare()
        if not os.environ.get("REDIS_URL"):
            say("Starting Valkey ...")
            add(Valkey(folders, lasting=True))
        owner = parts.as_owner(settings)
        finish(parts.manage(folders, owner, "migrate", "--no-input"), "Bringing the database up to date")
        past = ("--since", SINCE) if settings["CEMS_DEMO"] == "1" else ()
        finish(parts.manage(folders, owner, "make_partitions", *past), "Making room in the audit trail")
        finish(parts.manage(folders, settings, "sync_reference"), "Bringing reference data up to date")
        for make in (parts.web, parts.worker, parts.beat):
            add(make(folders, settings))
        _greet(watches, port)
        if settings["CEMS_DEMO"] == "1":
            filling = Filling(folders, settings)
            filling.start()
        keep(watches, filling.look if filling is not None else lambda: None)
    finally:
        stop_all(filling, watches)


def _greet(watches: list[Watch], port: int) -> None:
    web = next(watch.part for watch in watches if watch.part.name == "web")
    if not process.wait_until(lambda: readiness(port)[0] == 200, 45, web.child):
        status, words = readiness(port)
        if not status:
            raise Trouble(
                f"The web server did not start. The end of {web.log}:\n{process.last_lines(web.log, 15)}"
            )
        say(f"The web server answers, but is not ready yet (/readyz says {status}): {words}")
    say(f"\nCEMS is at http://127.0.0.1:{port}   (Ctrl-C ends it; logs are in {web.log.parent})\n")


def main() -> int:
    """Start CEMS and stay until it is ended; the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        # Killed with -9, make cannot pass the news on; the kernel then tells us, and we end as on Ctrl-C.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.chdir(PROJECT)
    folders = project_folders()
    try:
        port = port_wanted()
        for folder in (folders.home, folders.state, folders.logs):
            make_private(folder)
        check_socket_path(folders.sockets)
        with only_one(folders, f"http://127.0.0.1:{port}") as cut_off:
            check_port(port, 6 if cut_off else 0.2)
            prepare_pdfs()
            serve(folders, settings_for(folders, port), port)
    except Trouble as trouble:
        sys.stderr.write(f"\n{trouble}\n")
        return trouble.code
    except OSError as error:
        sys.stderr.write(f"\n{explain(error, folders.home)}\n")
        return 1
    except Ended:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
