"""The demonstration: a synthetic partnership that fills beside the running system."""

import time
from pathlib import Path

from cems.local import parts
from cems.local.folders import Folders
from cems.local.tail import Tail
from cems.local.watch import say

YEAR = "2023-24"  # the reporting year that is filled in besides the present
SINCE = "2023-01-01"  # nothing of it lies before
WAITS = (5, 10, 20, 40, 60)  # seconds until it is taken up again


class Filling:
    """The synthetic partnership that goes on filling while people already use CEMS, and its sign-ins.

    Args:
        folders: where its log and the demo password are.
        settings: the environment of CEMS.
    """

    def __init__(self, folders: Folders, settings: dict[str, str]) -> None:
        self.seed = parts.manage(folders, settings, "seed_demo", "--year", YEAR)
        self.sign_ins = parts.manage(folders, settings, "demo_sign_ins")
        self.password = Path(settings["CEMS_STATE_DIR"]) / "demo-password"
        self.tail = Tail(self.seed.log, "  demonstration: ")
        self.table = Tail(self.sign_ins.log, "  ")
        self.shown = False
        self.over = False
        self.waits = list(WAITS)
        self.again_at: float | None = None

    def start(self) -> None:
        """Start filling. Raises Trouble."""
        self.seed.start()

    def look(self) -> None:
        """Show progress; show the sign-ins once there are any; say how it ended."""
        code = self.seed.child.poll() if self.seed.child else None
        if not self.over:
            self.tail.show(final=code is not None)
            if code is not None:
                self._ended(code, time.monotonic())
        if not self.shown and self.password.exists():
            self._look_for_sign_ins()

    def _ended(self, code: int, at: float) -> None:
        """It is filled; or it goes on where it stopped, since what it needs (PostgreSQL) may have fallen."""
        if self.again_at is not None:
            if at >= self.again_at:
                self.again_at = None
                self.seed.start()
        elif code != 0 and self.waits:
            wait = self.waits.pop(0)
            self.again_at = at + wait
            say(f"The demonstration stopped filling (exit code {code}). It goes on in {wait} s.")
        else:
            self.over = True
            if code != 0:
                say(f"The demonstration was not filled (exit code {code}); its log is {self.seed.log}")

    def _look_for_sign_ins(self) -> None:
        if self.sign_ins.child is None:
            self.sign_ins.start()
        elif (code := self.sign_ins.child.poll()) is not None:
            # Until the first people are made the command fails; once all is over it has had its chance.
            self.shown = code == 0 or self.over
            if code == 0:
                self.table.show(final=True)
            elif not self.over:
                self.table = Tail(self.sign_ins.log, "  ")
            self.sign_ins.child = None

    def stop(self) -> None:
        """End what still runs; what was filled stays, and the next start goes on."""
        self.seed.stop()
        self.sign_ins.stop()
