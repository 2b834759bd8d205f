"""What upper apps hang on lower pages: content of a child's page, of the first page, and reference data.

Each app fills these in `AppConfig.ready`; a guard fails any model that reaches a child and is
covered by no `ChildContent`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from cems.base.regimes import Regime


@dataclass(frozen=True)
class Panel:
    """A block of a child's page. `context(user, opened)` returns what `template` needs, or None to stay out;
    `opened` is the child as the person has opened it, and remembers what was read of it for this page."""

    key: str
    title: str
    part: str
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    order: int = 100


@dataclass(frozen=True)
class Happening:
    """One line of a child's chronology (C5): when it happened apart from when it was recorded.

    Who did it is given by row number, `by_id`: only a page that shows names asks for them, for all its lines
    at once. `by` is for whoever has none.
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
    order: int = 100


@dataclass(frozen=True)
class NowLine:
    """One of the lines "what matters now" at the top of a child's page, shown to those who may see `part`.

    `line(opened)` returns label, text and perhaps an address, or None where there is nothing to say.
    """

    key: str
    part: str
    line: Callable[[Any], tuple[str, str, str] | None]
    order: int = 100


@dataclass(frozen=True)
class ChildContent:
    """All that one app adds to a child: what it shows, tells, exports and keeps.

    `models` are the models covered; `chronology(opened, since)` yields happenings, with `since` at
    least all from that instant on (a page asks only for what it shows);
    `subject_access(child_ids)` yields plain rows for the child's own copy of the record;
    `retention` names, for each model, the period of the retention schedule, `regimes` the law it is kept
    under, and `rows` the model that each kind of row of the child's own copy is of. `merge_preview(child_ids)`
    says what a merge of these records brings together, `merge_blockers` what must be settled before it.
    """

    app: str
    models: tuple[type[models.Model], ...]
    subject_access: Callable[[Sequence[int]], Iterable[dict[str, Any]]]
    retention: dict[str, str]
    regimes: dict[str, Regime] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    chronology: Callable[[Any, datetime | None], Iterable[Happening]] | None = None
    merge_preview: Callable[[Sequence[int]], Iterable[str]] | None = None
    merge_blockers: Callable[[Sequence[int]], Iterable[str]] | None = None
    panels: tuple[Panel, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()
    now: tuple[NowLine, ...] = ()


def of_record(url: str, child: UUID | None) -> bool:
    """Whether an address is one of this child's record, whose door asks who may see the child."""
    return child is not None and str(child) in url


@dataclass(frozen=True)
class WorkItem:
    """One line of a person's work list: what, why now, until when, one thing to do.

    `child` is a public id; the page shows a name only where the reader may see the child, and leaves out
    what `needs_child` where they may not.
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


@dataclass(frozen=True)
class StartButton:
    """The main job of a role, as the big button of the first page."""

    label: str
    url_name: str
    work: str
    order: int = 100


@dataclass(frozen=True)
class Place:
    """A page that stands in the header of everybody whose roles do one of these kinds of work."""

    label: str
    url_name: str
    works: tuple[str, ...]
    order: int = 100


@dataclass(frozen=True)
class HomeContent:
    """What one app adds to a person's first page and to the header.

    `items(user, now)` lists the person's own work.
    """

    app: str
    items: Callable[[Any, datetime], Iterable[WorkItem]]
    buttons: tuple[StartButton, ...] = field(default=())
    places: tuple[Place, ...] = field(default=())


child_content: dict[str, ChildContent] = {}
home_content: dict[str, HomeContent] = {}
reference_data: dict[str, Callable[[], str]] = {}
# Each compares something kept for speed with what it was computed from (`manage.py check_derived`),
# and returns a plain sentence for each difference.
derived_checks: dict[str, Callable[[], list[str]]] = {}
# Asked with an opened child: the newest submitted level and when it was submitted (C4: shown until agreed).
submitted_level: list[Callable[[Any], tuple[int, datetime] | None]] = []
# Asked with a person, an opened child and a sent matrix: what an app above the matrix shows on the matrix's own
# page, as title, template and what the template needs; None to stay out.
submission_panels: list[Callable[[Any, Any, Any], tuple[str, str, dict[str, Any]] | None]] = []
# Asked with a child: how long the child has been missing, in words; "" when not missing.
missing_now: list[Callable[[Any], str]] = []


def add_child_content(content: ChildContent) -> None:
    child_content[content.app] = content


def add_home_content(content: HomeContent) -> None:
    home_content[content.app] = content


def add_reference_data(app: str, sync: Callable[[], str]) -> None:
    """`sync()` writes the app's reference rows idempotently and returns one line of what it did."""
    reference_data[app] = sync


def regime_of(label: str) -> Regime | None:
    """The default regime of a model by its label, such as "children.casenote"; None where no app names it."""
    app, _, name = label.partition(".")
    content = child_content.get(app)
    regimes = content.regimes if content else {}
    return next((regime for model, regime in regimes.items() if model.lower() == name.lower()), None)


def own_copy(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    """Every app's rows for the child's own copy of the record, each with its regime (A2, A4).

    A guard sees to it that every kind of row has one; a copy that is asked for is never refused for want of it.
    """
    for content in child_content.values():
        for row in content.subject_access(child_ids):
            regime = content.regimes.get(content.rows.get(row["kind"], ""))
            yield row | {"regime": regime.sentence if regime else ""}


def panels() -> list[Panel]:
    """Every registered panel in page order."""
    return sorted((p for c in child_content.values() for p in c.panels), key=lambda p: (p.order, p.key))


def navigation() -> list[NavigationItem]:
    """Every registered tab in order."""
    return sorted((n for c in child_content.values() for n in c.navigation), key=lambda n: (n.order, n.label))


def now_lines() -> list[NowLine]:
    """Every registered line of "what matters now" in order."""
    return sorted((n for c in child_content.values() for n in c.now), key=lambda n: (n.order, n.key))


def places() -> list[Place]:
    """Every registered place of the header in order."""
    return sorted((p for c in home_content.values() for p in c.places), key=lambda p: (p.order, p.label))
