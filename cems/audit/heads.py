"""The exported heads of the chain: one line a seal, in a file the database can't reach (floor-f13).

Somebody who can rewrite the database can take the last seals away or put an older copy back. The exported heads
tell. They go to the log as well; copy both to where the database's administrators have no rights.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from cems.audit.models import Seal


@dataclass(frozen=True)
class ExportedHead:
    """One line of the file."""

    number: int
    digest: str
    sealed_at: str


def path() -> Path:
    """Where this machine keeps the heads."""
    return Path(settings.STATE_DIR) / "seal-heads.jsonl"


def export(using: str) -> int:
    """Append the heads of all seals made since the last line; returns how many. Raises OSError.

    A line cut off by a crash is dropped and written anew. A missing file is written from the first seal on.
    """
    place = path()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        number = _last_number(file)
        count = 0
        for seal in Seal.objects.using(using).filter(number__gt=number).order_by("number").iterator():
            head = {"seal": seal.number, "digest": seal.digest, "sealed_at": seal.sealed_at.isoformat()}
            file.write(json.dumps(head).encode() + b"\n")
            count += 1
        file.flush()
        if count:
            os.fsync(file.fileno())
    return count


def _last_number(file: BinaryIO) -> int:
    """The number of the last whole line, 0 in an empty file; cuts off what follows it."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 4096)
    file.seek(start)
    tail = file.read()
    whole = tail.rfind(b"\n") + 1
    file.truncate(start + whole)
    file.seek(0, os.SEEK_END)
    lines = tail[:whole].splitlines()
    return int(json.loads(lines[-1])["seal"]) if lines else 0


def exported(file: BinaryIO, size: int) -> Iterator[ExportedHead | int]:
    """The heads in the first `size` bytes of `file`; for a line that can't be read, its line number."""
    for line_number, line in enumerate(file, start=1):
        size -= len(line)
        if size < 0:
            return
        try:
            head = json.loads(line)
            yield ExportedHead(int(head["seal"]), str(head["digest"]), str(head["sealed_at"]))
        except (ValueError, KeyError, TypeError):
            yield line_number
