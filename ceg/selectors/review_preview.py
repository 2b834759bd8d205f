"""What a board's agreement would do, before it is done (G2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ceg.models import BoardEntry
from ceg.policy import WORKER_ENDS_DAYS
from cems.accounts.models import User
from cems.base.calendar import close_of_business, say, say_day
from cems.base.words import counted
from cems.children.choices import RiskLevel
from cems.children.history.models.level import Forum
from cems.children.models import Child
from cems.children.policy import FORUM_REACH_DAYS
from triage.allocation.selectors.wait import waits_by_board
from triage.allocation.services.wait import waiting_length
from triage.cevt.selectors.hearers import LEAD, Hearer, hearers
from triage.models import Allocation


@dataclass(frozen=True)
class Preview:
    """What follows, and who is told."""

    effects: list[str]
    told: list[Hearer]


def preview(
    user: User, primary: Child, entry: BoardEntry, *, level: RiskLevel, next_on: date | None, at: datetime
) -> Preview:
    """Of a child who stays (`next_on` is a day) or is stepped out (None)."""
    told = hearers(user, primary, at)
    return Preview(list(_effects(primary, entry, level, next_on, told, at)), told)


def _effects(
    primary: Child,
    entry: BoardEntry,
    level: RiskLevel,
    next_on: date | None,
    told: Sequence[Hearer],
    at: datetime,
) -> Iterator[str]:
    before = RiskLevel(primary.current_level.level) if primary.current_level else None
    yield (
        f"{level.label} is the agreed level, as before"
        if level is before
        else f"{level.label} is the agreed level{f', before it was {before.label}' if before else ''}"
    )
    if next_on is not None:
        yield f"The child stays on the board of {entry.locality}; the next review is on {say_day(next_on, True)}"
        if waits_by_board(primary, Forum.CEG, level):
            days = waiting_length(level, at, primary.area_id).value
            due = close_of_business(at, days, word="agreed").due_at
            yield f"The child waits for a child exploitation worker, whom ERASE gives by {say(due)}"
        return
    days = FORUM_REACH_DAYS.at(at)
    more = counted(days, "more day")
    yield f"The child leaves the board of {entry.locality}, whose people read the record for {more}"
    lead = next((hearer.person for hearer in told if hearer.as_what == LEAD), None)
    yield (
        f"{lead} leads the work with the child and reads the note"
        if lead
        else "Nobody is recorded as leading the work with the child, so the note is for anybody who opens the record"
    )
    if level < RiskLevel.MODERATE:
        yield "The exploitation concern is closed, and no review of the matrix is due any more"
    else:
        yield "Reviews of the matrix go to CEVT from now on"
    if worker := Allocation.objects.of(primary).running().select_related("worker").first():
        due = close_of_business(at, WORKER_ENDS_DAYS.at(at, primary.area_id), word="stepped out").due_at
        yield (
            f"{worker.worker} has the child. ERASE ends the allocation or says why it goes on, by {say(due)}"
        )
