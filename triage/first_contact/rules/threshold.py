"""The levels of need First Contact decides on a referral: one object a kind (T1). Pure.

To add one: `register` it here, and name it in the outcomes it goes with (`triage/first_contact/outcomes`).
"""

from dataclasses import dataclass
from typing import Final

from cems.children.choices import CaseRole

LONGEST_KEY = 10  # as the column that keeps it


@dataclass(frozen=True)
class ThresholdKind:
    """One level of need: its words, what the team that takes the child then is, whether the approach goes with it.

    One that a partnership gives up stays registered, not `offered`: what was found before reads as it was.
    """

    key: str  # kept with each assessment; never reused for another
    label: str
    case_role: CaseRole = CaseRole.SOCIAL_WORKER
    takes_approach: bool = False  # the Harm Outside the Home approach may go with it
    below_statutory: bool = False  # a child at Significant is not held here, whatever is decided
    offered: bool = True


class Thresholds:
    """The thresholds there are, in the order First Contact reads them."""

    def __init__(self) -> None:
        self._kinds: dict[str, ThresholdKind] = {}

    def register(self, kind: ThresholdKind) -> ThresholdKind:
        """Make a kind known, and return it. Raises ValueError for a key that is taken or too long."""
        if not 0 < len(kind.key) <= LONGEST_KEY or kind.key in self._kinds:
            raise ValueError(f"{kind.label} needs a key of its own, of at most {LONGEST_KEY} letters")
        self._kinds[kind.key] = kind
        return kind

    def get(self, key: str) -> ThresholdKind | None:
        """The kind of this key."""
        return self._kinds.get(key)

    def offered(self, kept: str = "") -> list[ThresholdKind]:
        """Those one may choose, with the one that is written down already."""
        return [kind for kind in self._kinds.values() if kind.offered or kind.key == kept]

    def label(self, key: str) -> str:
        """A threshold in words; its key where no kind has it."""
        kind = self._kinds.get(key)
        return kind.label if kind else key

    def labels(self) -> list[tuple[str, str]]:
        """Every threshold with its words."""
        return [(kind.key, kind.label) for kind in self._kinds.values()]


THRESHOLDS: Final = Thresholds()
UNIVERSAL = THRESHOLDS.register(
    ThresholdKind("universal", "Universal or additional needs", below_statutory=True)
)
EARLY_HELP = THRESHOLDS.register(
    ThresholdKind("early_help", "Early help", CaseRole.EARLY_HELP, takes_approach=True, below_statutory=True)
)
SECTION_17 = THRESHOLDS.register(
    ThresholdKind("section_17", "Child in need (section 17)", takes_approach=True)
)
SECTION_47 = THRESHOLDS.register(ThresholdKind("section_47", "Section 47 enquiry"))
