"""A decision with all that it starts, against the bare inserts of the same rows (board, worker, advice, two tasks)."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from bench.cast import Cast
from bench.sending import taken_back, writes
from bench.table import Table
from bench.timing import counted
from cems.children.choices import HarmForm, RiskLevel
from cems.meetings.models import Meeting
from matrix.unread import last_entered
from triage.cevt.outcomes import ADVICE, Wish
from triage.cevt.services.decision import Ruling, Task, decision_make
from triage.choices import ReturnReason


@dataclass(frozen=True)
class Decided:
    """What a decision takes for the bare inserts, by the clock on the wall; and the statements of both."""

    ratio: float
    statements: int
    bare: int


def measure(cast: Cast, table: Table, turns: int) -> Decided:
    """The service with everything in it, and the rows it wrote, one statement a table, in turn; all taken back."""
    last = last_entered(cast.child)
    ruling = Ruling(
        level=RiskLevel.SIGNIFICANT,
        rationale="Agreed on what the table knows",
        feedback="Clear and dated",
        forms=[HarmForm.CRIMINAL],
        outcomes=[
            Wish(
                ADVICE,
                why="Talk about debts, and what happens if one is not paid",
                details={"support": "The youth club of the town"},
            )
        ],
        tasks=[Task("Talk with the school", table.people[1]), Task("Visit the home", cast.worker)],
        seen=last.public_id if last else None,
        returned_because=ReturnReason.NEW_INFORMATION,
    )
    meeting = Meeting.objects.get(chair=table.chair, ended_at=None)

    def service() -> None:
        decision_make(table.chair, child=cast.child, ruling=ruling, meeting=meeting)

    with taken_back(), counted() as tally:
        service()
    rows = [(words, given) for words, given in writes(tally.statements) if not words.startswith("UPDATE")]

    def bare() -> None:
        with connection.cursor() as cursor:
            for words, given in rows:
                cursor.execute(words, given)

    # Each at its fastest: what the machine did besides falls away.
    ours, theirs = map(
        min, zip(*((_seconds(service), _seconds(bare)) for _ in range(turns + 2)), strict=True)
    )
    return Decided(ours / theirs, len(tally.statements), len(rows))


def _seconds(act: Callable[[], None]) -> float:
    with taken_back():
        begun = time.perf_counter()
        act()
        return time.perf_counter() - begun
