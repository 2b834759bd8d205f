"""Extension slots: the one way in which an upper app adds to what a lower app shows, asks or does.

The app that reads a slot declares it in its `slots.py`, with what it is for: `One[T]` takes a single answer,
`Many[T]` an entry from each app that has one. An app fills slots in `AppConfig.ready` and gives its own label:

    PANELS.fill(PANEL, by=self.label, before="actions.open")

Where an entry stands among the others is said by naming one of them, never by a number. A slot of one answer
that is filled twice, an entry that is filled twice, and an answer that is needed and missing stop the start.
The table of slots in `docs/architecture.md` is written by `manage.py write_docs`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import autodiscover_modules

T = TypeVar("T")
_declared: dict[str, "Slot"] = {}


class Misfilled(ImproperlyConfigured):
    """A slot holds what it may not hold, or lacks what it needs."""


@dataclass(frozen=True)
class Filling(Generic[T]):
    """One entry of a slot: what it is called, the label of the app that filled it, and where it stands."""

    name: str
    value: T
    by: str
    after: str = ""
    before: str = ""


class Slot(Generic[T]):
    """A named place for what other apps add.

    `name` is the label of the declaring app and the slot's own name, such as "children.panels"; `purpose` says
    in one sentence what an entry is and how it is used.
    """

    takes = ""

    def __init__(self, name: str, purpose: str) -> None:
        if name in _declared:
            raise Misfilled(f"Two slots are called {name}.")
        self.name, self.purpose = name, purpose
        self.fillings: list[Filling[T]] = []
        _declared[name] = self

    @property
    def fillers(self) -> Sequence[str]:
        """The labels of the apps that fill it, each once, in the order in which they did."""
        return list(dict.fromkeys(filling.by for filling in self.fillings))

    def faults(self) -> list[str]:
        """What is wrong with how it is filled, a sentence each."""
        return []


class One(Slot[T]):
    """A slot of a single answer. With `needed`, the product does not start without it."""

    def __init__(self, name: str, purpose: str, *, needed: bool = True) -> None:
        super().__init__(name, purpose)
        self.needed = needed
        self.takes = "one, needed" if needed else "one or none"

    def fill(self, value: T, *, by: str) -> None:
        """Give the answer. Raises Misfilled when another app, or the same one, has given one already."""
        if self.fillings:
            raise Misfilled(
                f"{self.name} takes one answer: {self.fillings[0].by} gave it, and {by} gives another."
            )
        self.fillings.append(Filling(by, value, by))

    @property
    def value(self) -> T | None:
        """The answer; None where no app gave one."""
        return self.fillings[0].value if self.fillings else None

    def get(self) -> T:
        """The answer of a slot that needs one. Raises Misfilled where no app gave it."""
        if not self.fillings:
            raise Misfilled(self.faults()[0] if self.needed else f"{self.name} is filled by no app.")
        return self.fillings[0].value

    def faults(self) -> list[str]:
        """The missing answer, where one is needed."""
        if self.needed and not self.fillings:
            return [f"{self.name} is filled by no app and needs an answer: {self.purpose}"]
        return []


class Many(Slot[T]):
    """A slot of any number of entries, each called by its name: `name_of(value)`, or else the filling app's label."""

    takes = "many"

    def __init__(self, name: str, purpose: str, *, name_of: Callable[[T], str] | None = None) -> None:
        super().__init__(name, purpose)
        self._name_of = name_of
        self._order: dict[str, T] = {}

    def fill(self, *values: T, by: str, after: str = "", before: str = "") -> None:
        """Add entries, in this order: at the end, or directly after or before the entry of that name.

        Raises Misfilled when an entry of the same name is there already.
        """
        for value in values:
            name = self._name_of(value) if self._name_of else by
            earlier = next((filling for filling in self.fillings if filling.name == name), None)
            if earlier:
                raise Misfilled(f"{self.name} has {name} of {earlier.by} already, and {by} fills it again.")
            self.fillings.append(Filling(name, value, by, after, before))
        self._order = {}

    def items(self) -> Sequence[tuple[str, T]]:
        """Every entry with its name, in order. Raises Misfilled when one names another that is not there."""
        if len(self._order) != len(self.fillings):
            self._order = {filling.name: filling.value for filling in _in_order(self.name, self.fillings)}
        return list(self._order.items())

    def __iter__(self) -> Iterator[T]:
        return (value for _, value in self.items())

    def get(self, name: str) -> T | None:
        """The entry of this name; None where no app gave one."""
        self.items()
        return self._order.get(name)

    def faults(self) -> list[str]:
        """An entry that stands after or before one that nobody fills."""
        try:
            _in_order(self.name, self.fillings)
        except Misfilled as fault:
            return [str(fault)]
        return []


def _in_order(slot: str, fillings: Sequence[Filling[T]]) -> list[Filling[T]]:
    """The entries as they were filled, those that name another directly after or before it."""
    placed: list[Filling[T]] = []
    waiting = list(fillings)
    while waiting:
        rest = [filling for filling in waiting if not _place(placed, filling)]
        if len(rest) == len(waiting):
            stray = rest[0]
            raise Misfilled(
                f"{slot}: {stray.name} of {stray.by} names {stray.after or stray.before}, which nobody fills."
            )
        waiting = rest
    return placed


def _place(placed: list[Filling[T]], filling: Filling[T]) -> bool:
    """Put an entry where it says, in place; False when the entry that it names has no place yet."""
    names = [entry.name for entry in placed]
    anchor = filling.after or filling.before
    if not anchor:
        placed.append(filling)
    elif anchor not in names:
        return False
    elif filling.before:
        placed.insert(names.index(anchor), filling)
    else:
        spot, followed = names.index(anchor) + 1, {anchor}
        while spot < len(placed) and placed[spot].after in followed:  # those that came first stand nearer
            followed.add(placed[spot].name)
            spot += 1
        placed.insert(spot, filling)
    return True


def slots() -> Sequence[Slot]:
    """Every slot that an installed app declares in its `slots.py`, by name."""
    autodiscover_modules("slots")
    return [slot for _, slot in sorted(_declared.items())]


def faults() -> list[str]:
    """What is wrong with how the slots are filled, a sentence each."""
    return [fault for slot in slots() for fault in slot.faults()]


def check_filled() -> None:
    """Stop the start of a process whose slots are not filled as they must be. Raises Misfilled."""
    if wrong := faults():
        raise Misfilled(" ".join(wrong))
