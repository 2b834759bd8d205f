"""One child process: started with its own log, ended by the signal it understands."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cems.local.binaries import ends_with_parent
from cems.local.folders import explain
from cems.local.trouble import Trouble

PAUSE = 0.05


def start(
    command: list[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    prefix: tuple[str, ...] = (),
    orphan_signal: str = "TERM",
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches us alone and we choose the order.

    Args:
        prefix: what stands before the command (another user); the orphan signal is set after it, since a
            change of user would clear it.
        orphan_signal: what the child gets if we are gone without stopping it.
        folder: where it runs; ours, if not said.

    Raises:
        Trouble: the log cannot be written or the program cannot be started.
    """
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("ab") as output:
            return subprocess.Popen(
                [*prefix, *ends_with_parent(command, orphan_signal)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
    except OSError as error:
        raise Trouble(explain(error, log)) from None


def stop(child: subprocess.Popen[bytes], how: signal.Signals, patience: float) -> bool:
    """Ask a child to end, wait, and end its whole session by force when patience runs out.

    Returns:
        Whether it ended when asked.
    """
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(how)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(patience)
        return True
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return False


def wait_until(
    ready: Callable[[], bool], patience: float, child: subprocess.Popen[Any] | None = None
) -> bool:
    """Ask `ready` again and again until it says so, patience runs out, or the child has ended."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if ready():
            return True
        if child is not None and child.poll() is not None:
            return False
        time.sleep(PAUSE)
    return False


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, for the person who must find out why a process did not start."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def disk_is_full(text: str) -> bool:
    """Whether a server's own words say that the disk, or what we may use of it, is full."""
    return any(word in text for word in ("No space left on device", "File too large", "Disk quota exceeded"))
