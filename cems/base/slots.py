"""Slots of the whole product: the first page, the header, reference data, what is kept about a child."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cems.base.extension import Many, One
from cems.base.first_page import Place, StartButton, WorkItem

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cems.base.calendar import Office
    from cems.base.kept import Kept

FIRST_PAGE_LINES: Many[Callable[[Any, datetime], Iterable[WorkItem]]] = Many(
    "base.first_page_lines",
    "Lines of a person's own work for the first page, asked with the person and the instant.",
)
FIRST_PAGE_COUNTS: Many[Callable[[Any, datetime], Iterable[QuerySet[Any, Any] | int]]] = Many(
    "base.first_page_counts",
    "How much of that waits: rows that are counted all in one statement, or a number.",
)
START_BUTTONS: Many[StartButton] = Many(
    "base.start_buttons",
    "The main job of a role, as the big button of the first page.",
    name_of=lambda button: button.url_name,
)
NAVIGATION: Many[Place] = Many(
    "base.navigation",
    "A page in the header of everybody who does one of its kinds of work.",
    name_of=lambda place: place.url_name,
)
REFERENCE_DATA: Many[Callable[[], str]] = Many(
    "base.reference_data",
    "Writes the app's reference rows from its files, harmless to repeat, and returns one line of what it did.",
)


@dataclass(frozen=True)
class DerivedCheck:
    """Compares what is kept for speed with what it was computed from: a plain sentence for each difference."""

    name: str
    differences: Callable[[], list[str]]


DERIVED_CHECKS: Many[DerivedCheck] = Many(
    "base.derived_checks",
    "A comparison for `manage.py check_derived` of what is kept for speed with what it was computed from.",
    name_of=lambda check: check.name,
)
KEPT: Many[Kept] = Many(
    "base.kept",
    "A kind of row about a child: its retention, the law, the child's own copy, a merge, the data dictionary.",
    name_of=lambda kept: kept.model._meta.label_lower,
)
ERROR_PAGE_DESKS: One[Callable[[], Sequence[Any]]] = One(
    "base.error_page_desks",
    "The desks to ring, with authority, name, number and hours, for pages of an error on our side; asks no database.",
)
OFFICE: One[Office] = One(
    "base.office",
    "When the partnership works: opening and closing time of a day, and the days it is shut.",
)
