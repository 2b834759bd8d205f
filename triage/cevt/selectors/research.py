"""What an agency needs to look a child up before CEVT, and no more: never a confidential address (T3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.calendar import say_day
from cems.base.time import local_date
from cems.children.access.child_access import accesses
from cems.children.identity.whereabouts import confidential_among
from cems.children.models import Child
from cems.meetings.rules import is_answer
from triage.cevt.selectors.agenda import meeting_of
from triage.cevt.selectors.contribution import NOTHING_YET, Answer, answers, heard
from triage.cevt.selectors.listing import listing, open_items
from triage.cevt.selectors.listing_rows import Row


@dataclass(frozen=True)
class Line:
    """One child to look up: identity, and what the agency has said so far, or typed and could not save."""

    row: Row
    address: str
    meeting: str
    said: Answer
    outstanding: bool
    held: str
    text: str
    version: int
    by: str = ""
    theirs: str = ""
    error: str = ""

    @property
    def child(self) -> Child:
        return self.row.child

    @property
    def suffix(self) -> str:
        """How the fields of this child are told from the others'."""
        return str(self.child.public_id)

    def is_as(self, held: str, text: str) -> bool:
        """Whether this is what is saved already, or nothing at all."""
        return (held, text.strip()) == (self.held, self.text)

    def typed(self, problem: Mapping[str, Any] | None) -> "Line":
        """The line with what was typed and why it was not saved."""
        if problem is None:
            return self
        kept = {
            name: problem[name]
            for name in ("held", "text", "version", "by", "theirs", "error")
            if name in problem
        }
        return replace(self, **kept)


def research_list(user: User, at: datetime) -> list[Line]:
    """Every open child on CEVT's list whose identity is open to the person, by the meeting they come to."""
    rows = listing(user, at).open
    reach = accesses(user, [row.child for row in rows], at)
    shown = [row for row in rows if reach[row.child.pk].sees(Part.IDENTITY)]
    prefetch_related_objects([row.child for row in shown], "school", "listed_school")
    hidden = confidential_among([row.child.pk for row in shown], local_date(at))
    for row in shown:
        row.child.whereabouts_confidential = row.child.pk in hidden
    items = [item for row in shown for item in row.items]
    of = {item.public_id: item.child.pk for item in items}
    by_child = answers(items, lambda contribution: of[contribution.about], agency=user.agency_id)
    lines = [_line(row, by_child.get(row.child.pk, NOTHING_YET), at) for row in shown]
    return sorted(lines, key=lambda line: (line.meeting != "Today", line.row.key))


def to_look_up(user: User, at: datetime) -> int:
    """How many children on CEVT's list the person's agency has said nothing of yet: three queries."""
    items = open_items(user, at)
    last = {about: what for about, _, what in heard(items, agency=user.agency_id)}
    answered = {about for about, what in last.items() if is_answer(what)}
    primaries = {item.primary for item in items}
    return len(primaries - {item.primary for item in items if item.public_id in answered})


def _line(row: Row, answer: Answer, at: datetime) -> Line:
    child, own = row.child, answer.row
    day = meeting_of(row.lead.received_at)
    return Line(
        row,
        child.home.replace("\n", ", ") or "Not recorded",
        "Today" if day <= local_date(at) else say_day(day),
        answer,
        not is_answer(answer.last),
        own.held if own else "",
        own.text if own else "",
        own.version if own else 0,
    )
