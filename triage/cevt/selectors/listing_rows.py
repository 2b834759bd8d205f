"""The shape of CEVT's list: its rows, the part of it somebody asks for, who waits on whom (T3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypedDict

from cems.accounts.models import Agency
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.clocks.presentation import present
from cems.meetings.models import Meeting
from triage.cevt.rules.eligibility import Passed
from triage.cevt.rules.figures import Return
from triage.cevt.selectors.seats import Seats
from triage.choices import ItemKind
from triage.first_contact.selectors.approach import TAKEN
from triage.models import Decision, InformationRequest, Item

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class Told(TypedDict):
        """What the list reads of an item besides its own columns: the record it is read under, when it is due, and
        the forms of harm its matrix names."""

        primary: int
        due: datetime | None
        forms: Sequence[str] | None

    Lined = WithAnnotations[Item, Told]
else:
    Lined = Item

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One child on the list, with all that is open about them; `decided` is today's decision, if there is one."""

    child: Child
    items: Sequence[Lined]
    passed: Sequence[Passed] = ()
    wanted: Sequence[InformationRequest] = ()
    outstanding: Sequence[Agency] = ()
    back: Return = Return.FIRST
    decided: Decision | None = None
    number: int = 0

    @property
    def lead(self) -> Lined:
        """The item that contributions belong to: the one that waits longest."""
        return self.items[0]

    @property
    def due_at(self) -> datetime:
        dues = [item.due for item in self.items]
        return min(filter(None, dues), default=NEVER)

    @property
    def key(self) -> tuple[datetime, int, int]:
        """The place in the list: what is due first, then the highest level, then the child who was recorded first."""
        return self.due_at, -(self.level or 0), self.child.pk

    @property
    def level(self) -> RiskLevel | None:
        """The highest level submitted with what is open."""
        levels = [item.level for item in self.items if item.level is not None]
        return RiskLevel(max(levels)) if levels else None

    @property
    def forms(self) -> list[str]:
        """The forms of harm named in the matrices that are open."""
        named = {form for item in self.items for form in item.forms or ()}
        return [form for form, _ in HARM_FORMS.labels() if form in named]

    @property
    def form_labels(self) -> list[str]:
        return [HARM_FORMS.label(form) for form in self.forms]

    @property
    def approach(self) -> bool:
        """Whether the Harm Outside the Home approach is taken for the child, which is read with it."""
        return bool(getattr(self.child, TAKEN, False))

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(item.get_kind_display() for item in self.items))

    @property
    def raised(self) -> list[Lined]:
        """What somebody raised without a matrix, of a row that was read `whole`: why, by whom and when."""
        return [item for item in self.items if item.kind == ItemKind.RAISED]

    @property
    def state(self) -> str:
        """A key of STATES."""
        if self.decided:
            return "decided"
        if not self.passed:
            return "first_contact"
        return "information" if self.wanted else "ready"

    @property
    def waits(self) -> str:
        """Who waits on whom, in words."""
        if self.state == "first_contact":
            meanwhile = " The clock runs meanwhile." if any(item.clock_id for item in self.items) else ""
            return f"Waits for First Contact to process the child.{meanwhile}"
        if self.state == "information":
            asked = ", ".join(dict.fromkeys(str(request.agency) for request in self.wanted))
            return f"CEVT waits for {asked}, which it has asked for more information."
        if self.outstanding:
            awaited = ", ".join(str(agency) for agency in self.outstanding)
            return f"CEVT can decide. Not heard from yet: {awaited}."
        return "CEVT can decide. Every agency has answered."

    def clock(self, at: datetime) -> dict[str, Any] | None:
        """The clock that is due first, with how it was reckoned; for a row that was read `whole`."""
        clocks = [item.clock for item in self.items if item.clock]
        return present(min(clocks, key=lambda clock: clock.due_at), at) if clocks else None


STATES = {
    "ready": "CEVT can decide",
    "information": "Waiting for information",
    "first_contact": "Waiting for First Contact",
    "decided": "Decided today",
}


@dataclass(frozen=True)
class Filters:
    """What part of the list somebody asks for; each as it stands in the address."""

    agency: str = ""
    locality: str = ""
    form: str = ""
    level: str = ""
    back: str = ""
    state: str = ""

    def fits(self, row: Row) -> bool:
        """Whether the row is asked for."""
        place = f"{row.child.locality_id or ''}"
        return (
            (not self.agency or any(agency.code == self.agency for agency in row.outstanding))
            and (not self.locality or place == self.locality)
            and (not self.form or self.form in row.forms)
            and (not self.level or (row.level is not None and str(row.level.value) == self.level))
            and (not self.back or row.back == self.back)
            and (not self.state or row.state == self.state)
        )

    @property
    def keys(self) -> dict[str, str]:
        return {name: value for name, value in self.__dict__.items() if value}


@dataclass(frozen=True)
class Listing:
    """The whole list for one person: open rows in order, today's decisions, how many are shut to them, and whether
    more is open, or was decided today, than is read at once."""

    rows: Sequence[Row]
    seats: Seats
    restricted: int
    meetings: Sequence[Meeting]
    cut: bool = False
    decided_cut: bool = False

    @property
    def open(self) -> list[Row]:
        return [row for row in self.rows if row.decided is None]

    @property
    def decided(self) -> list[Row]:
        return [row for row in self.rows if row.decided]

    def of(self, child: Child) -> Row | None:
        """The row of one child; the open one where it was decided today and came again."""
        return next((row for row in (*self.open, *self.decided) if row.child.pk == child.pk), None)

    def part(self, asked: Filters, child: Child) -> "Listing":
        """The rows somebody walks through, numbered: what was asked for, and the child they are at."""
        kept = [row for row in self.rows if row.child.pk == child.pk or asked.fits(row)]
        return replace(self, rows=[replace(row, number=number) for number, row in enumerate(kept, 1)])

    def beside(self, child: Child) -> tuple[Row | None, Row | None]:
        """The open rows before and after a child's, for going from one to the next."""
        row = self.of(child)
        if row is None:
            return None, next(iter(self.open), None)
        before = [other for other in self.open if other.number < row.number]
        after = [other for other in self.open if other.number > row.number]
        return (before[-1] if before else None), (after[0] if after else None)
