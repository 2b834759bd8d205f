"""Shows what a command that runs beside us writes to its log, on a terminal or into a file."""

import re
import sys
from pathlib import Path

ENDS = re.compile(r"[\r\n]+")


class Tail:
    """What is new in a log since we last looked.

    Args:
        log: the file; may not exist yet.
        label: put before each line.
    """

    def __init__(self, log: Path, label: str) -> None:
        self.log = log
        self.label = label
        # What an earlier run wrote is not news.
        self.offset = log.stat().st_size if log.exists() else 0
        self.rest = ""

    def show(self, *, final: bool = False) -> None:
        """Write the new lines. On a terminal a line that only overwrites another is overwritten too.

        Args:
            final: also show a last line that was never ended.
        """
        if not self.log.exists():
            return
        with self.log.open("rb") as file:
            file.seek(self.offset)
            news = file.read()
        self.offset += len(news)
        text = self.rest + news.decode("utf-8", errors="replace")
        *whole, self.rest = ENDS.split(text)
        if final:
            whole, self.rest = [*whole, self.rest], ""
        lines = [line for line in whole if line.strip()]
        for line in lines:
            sys.stdout.write(f"{self.label}{line}\n")
        if lines:
            sys.stdout.flush()
