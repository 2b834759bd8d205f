"""The watch over the parts: what dies is started again, more slowly each time; all are stopped in order."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cems.local.parts import Watched
from cems.local.trouble import Trouble

LOOK_EVERY = 0.5
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
# A part that has run this long is well again: its next fall starts at the shortest wait.
WELL_AFTER = 60.0


def say(words: str) -> None:
    """Tell the person at the terminal something, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@dataclass
class Watch:
    """One part under watch and when it may be started again."""

    part: Watched
    wait: float = FIRST_WAIT
    started: float = 0.0
    again_at: float | None = None

    def start(self, at: float) -> None:
        """Start the part. Raises Trouble."""
        self.part.start()
        self.started, self.again_at = at, None

    def look(self, at: float) -> None:
        """See whether the part is alive; plan its next start or carry it out when that is due."""
        if self.again_at is None:
            code = self.part.child.poll() if self.part.child else 0
            if code is not None:
                self._plan(at, _how_it_ended(code))
        elif at >= self.again_at:
            try:
                self.start(at)
                say(f"{self.part.name} is running again.")
            except Trouble as trouble:
                self._plan(at, f"could not be started: {trouble}")

    def _plan(self, at: float, what: str) -> None:
        if self.started and at - self.started > WELL_AFTER:
            self.wait = FIRST_WAIT
        self.again_at = at + self.wait
        say(f"{self.part.name} {what}. Starting it again in {self.wait:.0f} s; its log is {self.part.log}")
        self.wait = min(self.wait * 2, LONGEST_WAIT)
        # Counted once: a part that cannot be started at all is not well because it once ran.
        self.started = 0.0


def _how_it_ended(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended by itself with exit code {code}"


def keep(watches: Sequence[Watch], each_time: Callable[[], None]) -> None:
    """Watch until an exception (a signal's) ends it.

    Args:
        watches: the servers first, since the others need them.
        each_time: called at every look, for what else must go on.
    """
    while True:
        for watch in watches:
            watch.look(time.monotonic())
        each_time()
        time.sleep(LOOK_EVERY)
