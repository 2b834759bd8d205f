"""What the pages, chronology and merging of a child's record ask of every app."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cems.base.extension import Many, One

if TYPE_CHECKING:
    from cems.accounts.models import User
    from cems.children.access_control import OpenChild
    from cems.children.models import Child


@dataclass(frozen=True)
class Panel:
    """A block of a child's page. `context(user, opened)` returns what `template` needs, or None to stay out;
    `opened` is the child as the person has opened it, and remembers what was read of it for this page."""

    key: str
    title: str
    part: str
    template: str
    context: Callable[[User, OpenChild], dict[str, Any] | None]


@dataclass(frozen=True)
class ChronologyEntry:
    """One line of a child's chronology (C5): when it happened apart from when it was recorded.

    Who did it is given by row number, `by_id`: only a page that shows names asks for them, for all its lines
    at once. `by` is for those who have none.
    """

    happened_at: datetime
    recorded_at: datetime
    kind: str
    title: str
    part: str
    text: str = ""
    by: str = ""
    url: str = ""
    by_id: int | None = None


@dataclass(frozen=True)
class NavigationItem:
    """A tab of a child's sub-navigation, shown to those who may see `part`."""

    label: str
    url_name: str
    part: str


@dataclass(frozen=True)
class NowLine:
    """One of the lines "what matters now" at the top of a child's page, shown to those who may see `part`.

    `line(opened)` returns label, text and perhaps an address, or None where there is nothing to say.
    """

    key: str
    part: str
    line: Callable[[OpenChild], tuple[str, str, str] | None]


@dataclass(frozen=True)
class ChildDocument:
    """A document about a child that can be taken away: the name of its address, what it is called, its part.

    `child_id(public_id)` is the row number of the child whom the document at this address is about; None where
    there is no such document.
    """

    url_name: str
    title: str
    part: str
    child_id: Callable[[UUID], int | None]


DOCUMENTS: Many[ChildDocument] = Many(
    "children.documents",
    "A document about a child that can be taken away; whoever takes it is asked to whom it goes (A4).",
    name_of=lambda document: document.url_name,
)
PANELS: Many[Panel] = Many(
    "children.panels",
    "A block of a child's overview, for those who may see its part.",
    name_of=lambda panel: panel.key,
)
SUB_NAVIGATION: Many[NavigationItem] = Many(
    "children.sub_navigation",
    "A tab of a child's pages, for those who may see its part.",
    name_of=lambda item: item.url_name,
)
NOW_LINES: Many[NowLine] = Many(
    "children.now_lines",
    'A line of "what matters now" at the top of a child\'s overview.',
    name_of=lambda line: line.key,
)
CHRONOLOGY: Many[Callable[[OpenChild, datetime | None], Iterable[ChronologyEntry]]] = Many(
    "children.chronology",
    "What the app's rows tell in a child's chronology; with an instant, at least all from that instant on.",
)
MERGE_BLOCKERS: Many[Callable[[Sequence[int]], Iterable[str]]] = Many(
    "children.merge_blockers",
    "What must be settled before these records become one, a plain sentence each.",
)
SUBMITTED_LEVEL: One[Callable[[OpenChild], tuple[int, datetime] | None]] = One(
    "children.submitted_level",
    "The highest submitted level of a child that waits for a forum, else the newest, and when it was submitted (C4).",
)
SUBMITTED_LEVELS: One[Callable[[Collection[int]], Mapping[int, tuple[int, datetime]]]] = One(
    "children.submitted_levels",
    "The same of each of these children, by row number of the primary record.",
)
MISSING_NOW: One[Callable[[Child], str]] = One(
    "children.missing_now",
    'How long the child has been missing, in words; "" when not missing.',
    needed=False,
)
