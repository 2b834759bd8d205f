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


class HeadsDiffer(Exception):
    """The last exported head is of no seal that is here: an older copy of the database was put in this one's place."""


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
    Raises HeadsDiffer where the last line is of a seal that is not here: after a restore from a dump the numbers
    come again, and an administrator says that it was one (cems.audit.restore). Until then nothing is added.
    """
    place = path()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = _last(file)
        number = last.number if last else 0
        here = Seal.objects.using(using).filter(number=number, digest=last.digest) if last else None
        if here is not None and not here.exists():
            raise HeadsDiffer(f"seal {number} is exported, and not the one that is here")
        count = 0
        for seal in Seal.objects.using(using).filter(number__gt=number).order_by("number").iterator():
            head = {"seal": seal.number, "digest": seal.digest, "sealed_at": seal.sealed_at.isoformat()}
            file.write(json.dumps(head).encode() + b"\n")
            count += 1
        file.flush()
        if count:
            os.fsync(file.fileno())
    return count


@dataclass(frozen=True)
class Lost:
    """The seals from `first` to `last` that were exported and are no longer here, and the file that still has them."""

    first: int
    last: int
    kept_in: Path


def lost(using: str) -> Lost | None:
    """Which exported heads are of seals that are not here; None where there are none."""
    place = path()
    if not place.exists():
        return None
    with place.open("rb") as file:
        lines = [head for head in exported(file, place.stat().st_size) if not isinstance(head, int)]
    here = dict(Seal.objects.using(using).values_list("number", "digest"))
    gone = [head.number for head in lines if here.get(head.number) != head.digest]
    if not gone:
        return None
    kept_in = place.with_name(f"seal-heads-until-{lines[-1].number}-{lines[-1].digest[:12]}.jsonl")
    return Lost(min(gone), max(gone), kept_in)


def start_anew(using: str, gone: Lost) -> None:
    """Put the exported heads aside, never away, and export those of the seals that are here."""
    path().rename(gone.kept_in)
    export(using)


def _last(file: BinaryIO) -> ExportedHead | None:
    """The last whole line, None in an empty file; cuts off what follows it."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 4096)
    file.seek(start)
    tail = file.read()
    whole = tail.rfind(b"\n") + 1
    file.truncate(start + whole)
    file.seek(0, os.SEEK_END)
    lines = tail[:whole].splitlines()
    if not lines:
        return None
    head = json.loads(lines[-1])
    return ExportedHead(int(head["seal"]), str(head["digest"]), str(head["sealed_at"]))


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
