"""Lists of the partnership about the CE Matrix: the occasions on which one is made (M4)."""

from cems.policy.lists import Entry, Mark, PracticeList
from matrix.choices import Occasion

REQUIRES = "requires"
# Somebody makes one unasked, or at a review; the other occasions require a matrix or its update.
_UNASKED = frozenset({Occasion.CONCERN, Occasion.REVIEW})
# What a matrix is started with unasked, what its review is, and what First Contact's assessment raises.
_NAMED = _UNASKED | {Occasion.ASSESSMENT}

OCCASIONS = PracticeList(
    key="matrix.occasions",
    title="Occasions of a CE Matrix",
    explanation="Why a matrix is made now. What requires one may be recorded for a child, and starts a clock.",
    source="Child Exploitation Procedures, When to complete a matrix",
    begins_with=[
        Entry(
            occasion.value,
            occasion.label,
            marks=frozenset() if occasion in _UNASKED else frozenset({REQUIRES}),
            fixed=occasion in _NAMED,
        )
        for occasion in Occasion
    ],
    longest_key=20,
    marks=[Mark(REQUIRES, "It requires a matrix or its update")],
)
LISTS = (OCCASIONS,)
