"""What an outcome of CEVT is: one class a kind, which form, API, check, preview, service, letter and figures read (T4).

To add one: a subclass, and `register` it in this package. Nothing else names the kinds there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Final

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, Locality, Team, User
from cems.base.calendar import close_of_business, say
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.services.owners import lead_of
from plans.models import Provider
from triage.models import AdviceVersion, Outcome


@dataclass(frozen=True)
class Offer:
    """What a chair may choose from for this child on a day; `chosen` are the lines that are ticked already."""

    localities: Sequence[Locality] = ()
    advice: Sequence[AdviceVersion] = ()
    providers: Sequence[Provider] = ()
    on: date = date.min
    chosen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ask:
    """One thing an outcome asks the chair for: words, or a choice where there are `choices`.

    `missing` is what is said when it is left empty and may not be. The answer to "why" stands in the
    outcome's own column; what a kind asks beside it is kept under its name.
    """

    name: str
    label: str
    missing: str = ""
    choices: Sequence[tuple[str, str]] | None = None
    many: bool = False
    empty: str = "Choose"
    initial: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Wish:
    """One outcome a chair asks for. `owner` has the action it starts, where the chair names somebody."""

    kind: OutcomeKind
    why: str = ""
    ceg_reason: str = ""
    locality: Locality | None = None
    for_parents: bool = False
    provider: Provider | None = None
    advice: Sequence[AdviceVersion] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    owner: User | Team | None = None

    @property
    def slot(self) -> str:
        """The kind's own name on a form, with the provider's where there are several."""
        return f"{self.kind.key}-{self.provider.code}" if self.provider else self.kind.key

    def value(self, name: str) -> str:
        """What was answered to this question of the kind."""
        return self.why if name == "why" else self.details.get(name, "").strip()


@dataclass(frozen=True)
class Case:
    """What a decision is about, as the checks look at it; `asked` are the keys of all its outcomes, `known` is
    whether any service knows the child."""

    level: RiskLevel
    harms: Collection[str]
    age: int
    on: date
    asked: frozenset[str] = frozenset()
    known: bool = True


@dataclass(frozen=True)
class Problem:
    """What is wrong with an outcome, in a plain sentence, and which of its questions it is about ("": the choice)."""

    words: str
    about: str = ""


@dataclass(frozen=True)
class Plan:
    """The action an outcome starts: what is to be done, who has it, in how many working days."""

    title: str
    owner: User | Team
    working_days: int
    detail: str = ""


@dataclass(frozen=True)
class Effect:
    """One thing that a decision starts: what, who has it then, until when."""

    what: str
    who: str = ""
    until: str = ""


class OutcomeKind:
    """One kind of outcome. What differs is overridden; the rest is the same for all."""

    key: ClassVar[str] = ""  # kept with each outcome; never reused for another kind
    label: str = ""  # what the chair ticks, and every later reader sees
    figure: ClassVar[str] = ""  # what the figures call it
    asks_why: ClassVar[str] = "What is wanted, and why"
    why_missing: ClassVar[str] = "Say what is wanted, and why."  # "": it may be left empty
    task: ClassVar[str] = ""  # the action it starts; "": none
    working_days: ClassVar[int] = 5  # that the action has
    always_at: ClassVar[frozenset[RiskLevel]] = frozenset()  # the levels that start it by themselves
    stands: ClassVar[bool] = False  # one of a provisional decision stands when that is confirmed
    referrer_reads: ClassVar[frozenset[str]] = frozenset()  # its answers that whoever sent the matrix reads
    puts_on_board: ClassVar[bool] = False
    takes_off_board: ClassVar[bool] = False
    tells: ClassVar[str] = ""  # whom it tells beside the owner of an action, as the minutes say it
    columns: ClassVar[frozenset[str]] = frozenset()  # its questions whose answers have a column of their own
    many: ClassVar[frozenset[str]] = frozenset()  # its questions with several answers

    # --- what is asked, and what was answered -------------------------------------------------------

    def offered(self, offer: Offer) -> Sequence[OutcomeKind]:
        """The lines of the form this kind stands on; a kind with providers has one for each."""
        return [self]

    @property
    def slot(self) -> str:
        """Its name on the form."""
        return self.key

    def asks(self, offer: Offer) -> Sequence[Ask]:
        """What the chair is asked where this is chosen."""
        return [Ask("why", self.asks_why, self.why_missing)]

    def wishes(self, values: Mapping[str, Any], offer: Offer) -> list[Wish]:
        """What was answered, by the names of the questions, as what is asked for."""
        details = {name: str(value) for name, value in values.items() if name != "why"}
        return [Wish(self, values.get("why", ""), details=details)]

    def completed(self, wish: Wish, child: Child, level: RiskLevel) -> Wish:
        """The same with what goes without saying for this child."""
        return wish

    # --- the check: pure, `case` passed in --------------------------------------------------------------

    def problem(self, wish: Wish, case: Case) -> Problem | None:
        """What is wrong with this wish in this case, or None."""
        return self.refusal(wish, case) or self._unanswered(wish)

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        """What this kind alone refuses."""
        return None

    def _unanswered(self, wish: Wish) -> Problem | None:
        asks = {ask.name: ask for ask in self.asks(Offer()) if ask.name not in self.columns}
        for name in wish.details:
            if name not in asks:
                return Problem(f"“{self.label}” does not ask for this.", name)
        for name, ask in asks.items():
            value = wish.value(name)
            if ask.missing and not value:
                return Problem(ask.missing, name)
            if name in wish.details and value and ask.choices and value not in dict(ask.choices):
                return Problem(f"{ask.label}: choose one of those offered.", name)
        return None

    # --- what it starts ---------------------------------------------------------------------------------

    def owner(self, child: Child) -> User | Team:
        """Who has what follows: the lead practitioner, or ERASE's desk where there is none."""
        return lead_of(child) or desk_of(Duty.ERASE, child.area_id)

    def plan(self, wish: Wish, child: Child) -> Plan | None:
        """The action this starts, or None; the same before a decision, to be shown, and when it is made."""
        if not self.task:
            return None
        return Plan(self.task, wish.owner or self.owner(child), self.working_days, self.detail(wish))

    def detail(self, wish: Wish) -> str:
        """What the owner of the action reads: why, and the answers to what else was asked."""
        answers = (f"{label}: {value}" for label, value in self.answers(wish.details))
        return "\n".join(filter(None, [wish.why, *answers]))

    def effects(self, wish: Wish, child: Child, level: RiskLevel, at: datetime) -> Iterator[Effect]:
        """What the chair reads of it before deciding on this level."""
        if plan := self.plan(wish, child):
            yield Effect(plan.title, str(plan.owner), until(at, plan.working_days))

    def start(self, user: User, row: Outcome, wish: Wish, at: datetime) -> None:
        """Start what is more than an action; in the transaction of the decision."""

    def told(self, user: User, child: Child) -> str:
        """Whom it tells beside the owner of an action, as the chair reads it before deciding; "" for nobody."""
        return ""

    # --- afterwards: `row` is one that was decided ----------------------------------------------------------

    def named(self, wish: Wish) -> str:
        """What it is called in all that is written of it, kept with the decision."""
        return self.label

    def sentence(self, row: Outcome) -> str:
        """What the letter to the user who sent the matrix says of it."""
        return f"{row.label}, {row.locality}" if row.locality else row.label

    def for_referrer(self, row: Outcome) -> list[tuple[str, str]]:
        """What whoever sent the matrix reads of it beside the sentence: each question's label with the answer."""
        answers = {"why": row.why, **row.details}
        return [
            (ask.label, words)
            for ask in self.asks(Offer())
            if ask.name in self.referrer_reads and (words := answers.get(ask.name, ""))
        ]

    def minute(self, row: Outcome) -> str:
        """What the minutes and those who may read the decision read of it."""
        answers = (f"{label}: {value}" for label, value in self.answers(row.details))
        return ": ".join(filter(None, [self.sentence(row), "; ".join(filter(None, [row.why, *answers]))]))

    def figure_of(self, label: str) -> str:
        """What the figures call the outcomes of this kind that were decided as `label`."""
        return self.figure

    def answers(self, details: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The answers to what this kind asks beside why: each question's label with what was said."""
        asks = {ask.name: ask for ask in self.asks(Offer())}
        for name, value in details.items():
            ask = asks.get(name)
            if value:
                yield (ask.label, dict(ask.choices or ()).get(value, value)) if ask else (name, value)


class _Unregistered(OutcomeKind):
    """An outcome of a kind there is no more: it reads as it was decided."""

    def __init__(self, label: str) -> None:
        self.label = label

    def figure_of(self, label: str) -> str:
        return label


OUTCOMES: Final[dict[str, OutcomeKind]] = {}


def register(kind: OutcomeKind) -> OutcomeKind:
    """Make a kind known, and give it back. Raises ValueError where it can't be told, counted or acted on."""
    inherited = (OutcomeKind.effects, OutcomeKind.plan)
    silent = not kind.task and (type(kind).effects, type(kind).plan) == inherited
    if not (kind.key and kind.figure) or kind.key in OUTCOMES or silent:
        raise ValueError(f"{type(kind).__name__} needs a key of its own, a figure, and to say what it starts")
    OUTCOMES[kind.key] = kind
    return kind


def kind_of(row: Outcome) -> OutcomeKind:
    """The kind of an outcome that was decided."""
    return OUTCOMES.get(row.kind) or _Unregistered(row.label)


def until(at: datetime, working_days: int, word: str = "agreed") -> str:
    """The end of so many working days, in words."""
    return say(close_of_business(at, working_days, word=word).due_at)
