"""What everybody at the table asks every few seconds about one child: as few reads as it takes (T3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cems.accounts.models import User
from cems.base.services.presence import Present, here
from cems.children.access_control import OpenChild
from cems.meetings.choices import MeetingForum
from cems.meetings.models import Meeting
from triage.cevt.selectors.contribution import Said, answers_by_agency, said_by
from triage.models import Item

PLACES = {"say": "what their agency knows", "decision": "in the decision"}


@dataclass(frozen=True)
class Live:
    """What others said by now, which items are still open, and where the meeting stands."""

    said: Sequence[Said]
    items: str
    meeting: Meeting | None
    people: Sequence[str]

    @property
    def mark(self) -> str:
        """The same for as long as nothing on the sheet has changed."""
        lines = (f"{line.agency.pk}:{line.mark}" for line in self.said)
        return "|".join([*lines, self.items, meeting_mark(self.meeting), *self.people])


def live_state(user: User, opened: OpenChild, *, place: str, typing: bool) -> Live:
    """The state of one child's sheet in a handful of reads, each by an index.

    `place` (a key of PLACES) and `typing` are where the reader is: the others are told.
    """
    items = Item.objects.filter(child__in=opened.cluster, closed_at__isnull=True)
    open_items = list(items.order_by("received_at", "pk").only("pk", "public_id"))
    lines = [line for line in said_by(user, (), answers_by_agency(open_items)) if not line.own]
    there = here(user, subject=f"cevt:{opened.child.public_id}", place=place, typing=typing)
    return Live(lines, items_mark(open_items), _open_meeting(opened), [_there(person) for person in there])


def _there(person: Present) -> str:
    """ "Robin Example is typing in the decision"."""
    if person.typing and person.place in PLACES:
        return f"{person.name} is typing {PLACES[person.place]}"
    return f"{person.name} has this sheet open"


def items_mark(items: Sequence[Item]) -> str:
    """Another one as soon as an item is decided, withdrawn, or a newer matrix comes."""
    return ",".join(str(item.pk) for item in items)


def meeting_mark(meeting: Meeting | None) -> str:
    """Another one as soon as somebody comes, goes or notes something."""
    return f"{meeting.pk}.{meeting.version}" if meeting else ""


def _open_meeting(opened: OpenChild) -> Meeting | None:
    rows = Meeting.objects.filter(
        forum=MeetingForum.CEVT, authority=opened.child.area_id, ended_at__isnull=True
    )
    return rows.first()
