"""Alive is not working: a worker or beat whose work stands still ends itself, and is started again by its keeper.

Each piece of work writes the time into a small file, in whichever process of the part it is done. A watch in the
part's first process looks at it. The container's health check reads the same file: `python -m cems.local.stalled`.
"""

import atexit
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

FILE = "CEMS_ALIVE_FILE"
STALLED_SECONDS = 120
# What others did meanwhile excuses a part for so many times as long, not for ever.
EXCUSED = 5
FAULT = 70

log = logging.getLogger(__name__)


def allowed() -> float:
    """How many seconds may pass without any work done."""
    return float(os.environ.get("CEMS_STALLED_SECONDS") or STALLED_SECONDS)


def touch() -> None:
    """Note that work is being done. By the time since the machine started, which nobody sets back."""
    name = os.environ.get(FILE)
    if name:
        Path(name).write_text(f"{time.monotonic():.3f}", encoding="ascii")


def silence() -> float:
    """For how many seconds no work was done; without end where none ever was."""
    try:
        return time.monotonic() - float(Path(os.environ[FILE]).read_text(encoding="ascii"))
    except (KeyError, OSError, ValueError):
        return float("inf")


def must_end(silent: float, others_silent: float, limit: float) -> bool:
    """Whether a part must end: it did nothing for too long, and the work of all stands still, or it for longer yet.

    One of ten workers may be idle for two minutes because the others were quicker.
    """
    return silent > limit and (others_silent > limit or silent > EXCUSED * limit)


def watch(others_silent: Callable[[], float], end: Callable[[], None]) -> None:
    """Start the watch over this process and those it starts.

    Args:
        others_silent: for how many seconds the work of all processes stands still.
        end: ends the processes this one started.
    """
    if FILE not in os.environ:
        file = Path(tempfile.gettempdir()) / f"cems-alive-{os.getpid()}"
        os.environ[FILE] = str(file)
        atexit.register(file.unlink, missing_ok=True)
    touch()
    threading.Thread(target=_look, args=(others_silent, end), name="stalled", daemon=True).start()


def _look(others_silent: Callable[[], float], end: Callable[[], None]) -> None:
    limit = allowed()
    pause = threading.Event()
    while not pause.wait(min(limit / 4, 15)):
        silent = silence()
        if silent > limit and must_end(silent, others_silent(), limit):
            log.critical("no work was done for %.0f seconds: this process ends, to be started anew", silent)
            end()
            if os.environ[FILE].endswith(f"cems-alive-{os.getpid()}"):
                Path(os.environ[FILE]).unlink(missing_ok=True)
            os._exit(FAULT)  # nothing of it answers any more, so nothing is asked to tidy up


def main() -> int:
    """The health check of a worker's and beat's container: 0 while work is done."""
    silent = silence()
    if silent > allowed():
        sys.stderr.write(f"no work was done for {silent:.0f} seconds\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
