"""What ending a meeting of CEVT would leave undone: who is undecided and when that is due, what is provisional (T3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cems.accounts.models import User
from cems.base.calendar import closes
from cems.base.services.presence import typing_at
from cems.base.time import local_date
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.meetings.models import Meeting
from cems.meetings.selectors import Table, attendance_of
from triage.cevt.selectors.decision import unconfirmed
from triage.cevt.selectors.listing import listing, whole
from triage.cevt.selectors.listing_rows import Row
from triage.models import Decision


@dataclass(frozen=True)
class Undecided:
    """A child who waits for a decision: the row of the list, its clock as it stands, and the level submitted."""

    row: Row
    clock: dict[str, Any] | None
    level: RiskLevel | None


@dataclass(frozen=True)
class MeetingEnd:
    """What a chair looks at before a meeting ends, in the order of the list: due first, then by level."""

    table: Table
    due_now: Sequence[Undecided]  # due by the close of business today, or late already
    due_later: Sequence[Undecided]
    decided: int
    provisional: Sequence[tuple[Decision, Child]]
    restricted: int
    typing: Sequence[str]

    @property
    def undecided(self) -> list[Undecided]:
        """All that is undecided."""
        return [*self.due_now, *self.due_later]

    @property
    def children(self) -> list[Child]:
        """Every child the page shows."""
        shown = [line.row.child for line in self.undecided] + [child for _, child in self.provisional]
        return list({child.pk: child for child in shown}.values())


def meeting_end_page(user: User, meeting: Meeting, at: datetime) -> MeetingEnd:
    """What is undecided at the CEVT of this meeting, of the children open to the chair."""
    today = listing(user, at)
    rows = [
        row
        for row in whole(today.open)
        if any(item.authority_id == meeting.authority_id for item in row.items)
    ]
    lines = [Undecided(row, row.clock(at), row.level) for row in rows]
    last = closes(local_date(at))
    provisional = unconfirmed(user, meeting=meeting).rows
    return MeetingEnd(
        attendance_of(meeting, at),
        [line for line in lines if line.row.due_at <= last],
        [line for line in lines if line.row.due_at > last],
        Decision.objects.filter(meeting=meeting).count(),
        provisional,
        today.restricted,
        typing_at([f"cevt:{row.child.public_id}" for row in rows], user, at),
    )
