"""What a draft would become with the newer questions: shown before anything is done (M1, record-f2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from matrix.evidence import settled
from matrix.instrument import Indicator, Successor, codes_carried
from matrix.selectors.draft import Filled, NoLongerAsked, question_text


@dataclass(frozen=True)
class Moving:
    """The preview: how many answers stay as they are, which stand under another question, which under none.

    `new` are the questions that nothing of the older version became.
    """

    to: Successor
    same: int
    renamed: Sequence[tuple[str, Indicator]]
    gone: Sequence[NoLongerAsked]
    new: Sequence[Indicator]


def moving(state: Filled) -> Moving | None:
    """What moving this draft would do, or None where there is nothing newer."""
    to = state.successor
    if to is None:
        return None
    old, new = state.matrix.instrument_version, to.instrument
    carried = codes_carried(old, new.version)
    asked = {indicator.code: indicator for indicator in new.indicators}
    after = settled(carried, state.answers.values())
    return Moving(
        to,
        same=sum(code == row.code and code in asked for code, row in after.items()),
        renamed=[
            (question_text(row.code, old), asked[code])
            for code, row in after.items()
            if code != row.code and code in asked
        ],
        gone=[
            NoLongerAsked(question_text(row.code, old), row, state.seen_words(row))
            for code, row in after.items()
            if code not in asked
        ],
        new=[indicator for indicator in new.indicators if indicator.code not in carried.values()],
    )
