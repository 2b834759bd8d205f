"""What apps add to a person's first page and to the header: lines of work, start buttons, places."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class WorkItem:
    """One line of a person's work list: what, why now, until when, one thing to do.

    `child` is a public id; the page shows a name only where the reader may see the child, and leaves out
    what `needs_child` where they may not. `mine` tells the person's own from what a team of theirs has. `doing`
    is what the button to `url` says. `today` is for what nobody set a time for, and yet waits for this person now;
    `paused` for what has a time that does not run. What is not `counted` stands in the list alone, since every page
    would have to ask for it.
    """

    what: str
    why: str
    url: str
    due_at: datetime | None = None
    warned: bool = False
    child: UUID | None = None
    reference: str = ""
    owner: str = ""
    clock: Any = None
    needs_child: bool = False
    mine: bool = True
    doing: str = "Open"
    today: bool = False
    paused: bool = False
    counted: bool = True


@dataclass(frozen=True)
class StartButton:
    """The main job of a role, as the big button of the first page.

    `count` says how much waits on its page; `offered` keeps it from people who do the work elsewhere.
    """

    label: str
    url_name: str
    work: str
    also: tuple[str, ...] = ()  # further kinds of work it is the page of
    count: Callable[[Any, datetime], int] | None = None
    offered: Callable[[Any], bool] | None = None

    @property
    def works(self) -> tuple[str, ...]:
        return (self.work, *self.also)


@dataclass(frozen=True)
class Place:
    """A page that stands in the header of everybody whose roles do one of these kinds of work."""

    label: str
    url_name: str
    works: tuple[str, ...]


def of_record(url: str, child: UUID | None) -> bool:
    """Whether an address is one of this child's record, whose access rule asks who may see the child."""
    return child is not None and str(child) in url
