"""What must hold before anything is started: one CEMS a folder, and a port of its own."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator

from cems.local import process
from cems.local.folders import Folders, explain
from cems.local.trouble import Trouble


@contextlib.contextmanager
def only_one(folders: Folders, address: str) -> Iterator[bool]:
    """Hold this project's lock; gives whether the run before this one was cut off.

    Raises:
        Trouble: CEMS already runs from this folder, and where it can be seen.
    """
    path = folders.home / "lock"
    try:
        file = path.open("a+", encoding="utf-8", errors="replace")
    except OSError as error:
        raise Trouble(explain(error, path)) from None
    with file:
        file.seek(0)
        before = file.read().strip()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble(
                f"CEMS is already running from this folder: {before or 'it is just starting'}."
            ) from None
        file.truncate(0)
        file.write(f"{address} (process {os.getpid()})\n")
        file.flush()
        try:
            yield bool(before)
        finally:
            file.truncate(0)


def check_port(port: int, patience: float) -> None:
    """Make sure that nobody else listens where the web server is to listen.

    Args:
        patience: seconds to wait for the web server of a run that was cut off.

    Raises:
        Trouble: someone does, with a port that is free.
    """
    if not process.wait_until(lambda: _is_free(port), patience):
        other = next((number for number in range(port + 1, port + 100) if _is_free(number)), None)
        advice = f", or choose another port: make run PORT={other}" if other else ""
        raise Trouble(f"Port {port} is in use by another program. End that program{advice}.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Trouble(
                f"Port {port} is reserved for the system. Choose one above 1023: make run PORT=8000."
            ) from None
        except OSError:
            return False
    return True


def port_wanted() -> int:
    """The port of the web server: PORT, or 8000. Raises Trouble if PORT is no port."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(f"PORT={text} is not a port. Choose a whole number from 1024 to 65535.")
    return int(text)
