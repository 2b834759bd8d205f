"""The child goes to the locality's CEG board, or does not, and why (T4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cems.accounts.models import Locality, User
from cems.children.access.services.matter import matter_open, matters_open
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child
from triage.cevt.outcomes.base import Ask, Case, Effect, Offer, OutcomeKind, Problem, Wish
from triage.choices import CegReason
from triage.models import Outcome
from triage.practice_lists import CEG_REASONS


class Board(OutcomeKind):
    """The CEG board of the child's locality takes the child; at Significant always."""

    key = "ceg"
    label = "To the locality's CEG board"
    figure = "To a CEG board"
    asks_why = "Why the board should follow the child"
    always_at = frozenset({RiskLevel.SIGNIFICANT})
    puts_on_board = True
    columns = frozenset({"locality", "reason"})

    def asks(self, offer: Offer) -> Sequence[Ask]:
        places = [(str(locality.pk), locality.name) for locality in offer.localities]
        return [
            Ask(
                "locality",
                "Board of",
                choices=places,
                empty="The board that has the child, else of their own locality",
            ),
            Ask("reason", "Reason for the board", choices=CEG_REASONS.choices()),
            Ask("why", self.asks_why),
        ]

    def wishes(self, values: Mapping[str, Any], offer: Offer) -> list[Wish]:
        places = {str(locality.pk): locality for locality in offer.localities}
        locality = places.get(values["locality"])
        return [Wish(self, values["why"], ceg_reason=values["reason"], locality=locality)]

    def completed(self, wish: Wish, child: Child, level: RiskLevel) -> Wish:
        """The board that has the child, else that of their own locality, and Significant as the reason, unless
        something else is said."""
        usual = CegReason.SIGNIFICANT if level is RiskLevel.SIGNIFICANT else ""
        locality = wish.locality or _board_of(child) or child.locality
        return replace(wish, locality=locality, ceg_reason=wish.ceg_reason or usual)

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        if wish.locality is None:
            return Problem("Choose the locality whose CEG board takes the child.", "locality")
        if not wish.ceg_reason:
            return Problem("Say why the child goes to the board.", "reason")
        if not CEG_REASONS.offers(wish.ceg_reason, case.on):
            return Problem("This reason is not offered any more. Choose another.", "reason")
        if wish.ceg_reason == CegReason.SIGNIFICANT and case.level is not RiskLevel.SIGNIFICANT:
            return Problem(
                "The agreed level is not Significant. Choose another reason for the board.", "reason"
            )
        if wish.ceg_reason != CegReason.SIGNIFICANT and not wish.why:
            return Problem("Say in a sentence why the board should follow the child.", "why")
        return None

    def effects(self, wish: Wish, child: Child, level: RiskLevel, at: datetime) -> Iterator[Effect]:
        why = CEG_REASONS.label(wish.ceg_reason).lower()
        yield Effect(f"The child goes on the CEG board of {wish.locality} ({why})")

    def start(self, user: User, row: Outcome, wish: Wish, at: datetime) -> None:
        matter_open(user, child=row.child, kind=MatterKind.CEG, locality=wish.locality, at=at)

    def minute(self, row: Outcome) -> str:
        where = f"{self.sentence(row)} ({row.get_ceg_reason_display().lower()})"
        return ": ".join(filter(None, [where, row.why]))


def _board_of(child: Child) -> Locality | None:
    """The locality whose board follows the child already."""
    return next((row.locality for row in matters_open(child, MatterKind.CEG) if row.locality), None)


class NotForBoard(OutcomeKind):
    """The child does not go to the board, or leaves it, with the rationale."""

    key = "not_ceg"
    label = "Not for CEG"
    figure = "Not for CEG"
    asks_why = "Why the child does not go to the board"
    why_missing = "Say why the child does not go to the CEG board."
    takes_off_board = True
    referrer_reads = frozenset({"why", "context", "plan"})

    def asks(self, offer: Offer) -> Sequence[Ask]:
        return [
            *super().asks(offer),
            Ask(
                "context",
                "Contextual safeguarding advice for the person who sent the matrix",
                "Write contextual safeguarding advice: which places, friends and adults to work with.",
                hint="Which places, friends and adults to work with. They read it with the decision.",
            ),
            Ask("plan", "What the care plan must hold before CEG looks again"),
        ]

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        if case.level is RiskLevel.SIGNIFICANT:
            return Problem("A child at Significant always goes to the CEG board.")
        if Board.key in case.asked:
            return Problem("Choose either the CEG board or “Not for CEG”, not both.")
        return None

    def effects(self, wish: Wish, child: Child, level: RiskLevel, at: datetime) -> Iterator[Effect]:
        yield Effect("The child does not go to the CEG board; why is recorded")
