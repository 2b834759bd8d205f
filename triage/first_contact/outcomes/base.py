"""What an outcome of a referral is: one class a kind, which form, check, service and papers read (T1).

To add one: a subclass, and `register` it in this package. Nothing else names the kinds there are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from cems.accounts.models import Team, User
from cems.base.errors import Invalid
from cems.children.choices import StatusKind
from plans.models import Referral
from triage.first_contact.rules.threshold import THRESHOLDS, ThresholdKind

LONGEST_KEY = 14  # as the column that keeps it


@dataclass(frozen=True)
class Case:
    """What was found of the referral that is decided, and whether a status is to be opened with it."""

    threshold: str = ""
    to_team: Team | None = None
    open_status: bool = False


class ReferralOutcomeKind:
    """One kind of outcome. What differs is overridden; the rest is the same for all."""

    key: ClassVar[str] = ""  # kept with each referral; never reused for another kind
    label: ClassVar[str] = ""  # what First Contact ticks, and the referrer and every later reader see
    # What may be found where this is decided; the first stands where nothing was written down.
    thresholds: ClassVar[tuple[ThresholdKind, ...]] = ()
    status: ClassVar[StatusKind | None] = None  # that may be opened with it; offered, never forced
    # A child at Significant may be decided so only by a manager's named reason, once the strategy meeting is answered;
    # at a threshold below statutory intervention every outcome is.
    below_significant: ClassVar[bool] = False
    passes_on: ClassVar[bool] = False  # a team may take the child with it

    def threshold(self, found: str) -> ThresholdKind | None:
        """The threshold kept with this outcome, or None where the one found contradicts it."""
        if not found:
            return self.thresholds[0]
        return next((kind for kind in self.thresholds if kind.key == found), None)

    def check(self, case: Case) -> ThresholdKind:
        """The threshold kept with this outcome.

        Raises Invalid, with the field to mend, where the case contradicts it.
        """
        threshold = self.threshold(case.threshold)
        if threshold is None:
            raise Invalid(
                f"You found {THRESHOLDS.label(case.threshold)}, which does not go with this. Change what you"
                " found, or choose another outcome.",
                field="outcome",
            )
        if case.to_team and not self.passes_on:
            raise Invalid(
                f"You chose {case.to_team} to take the child, which does not go with this. Take the team out of"
                " what you found, or choose another outcome.",
                field="outcome",
            )
        if case.open_status and self.status is None:
            raise Invalid(
                "No status goes with this outcome. Record it on the child's record.", field="open_status"
            )
        return threshold

    def start(self, user: User, referral: Referral, at: datetime) -> None:
        """Start what follows from it beside the team and the status; in the transaction of the decision."""


OUTCOMES: Final[dict[str, ReferralOutcomeKind]] = {}


def register(kind: ReferralOutcomeKind) -> ReferralOutcomeKind:
    """Make a kind known, and return it. Raises ValueError where it can't be told or goes with no threshold."""
    fits = 0 < len(kind.key) <= LONGEST_KEY and kind.label and kind.thresholds
    if not fits or kind.key in OUTCOMES:
        raise ValueError(
            f"{type(kind).__name__} needs a key of its own (at most {LONGEST_KEY} letters), a label, and its thresholds"
        )
    OUTCOMES[kind.key] = kind
    return kind
