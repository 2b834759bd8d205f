"""From saved answers to the rules' plain values, for pages and for submission alike."""

from collections.abc import Iterable
from datetime import date

from matrix.choices import Seen
from matrix.instrument import Instrument
from matrix.models import Answer
from matrix.rules import Evidence, Suggested, suggest


def evidence_of(instrument: Instrument, answers: Iterable[Answer]) -> list[Evidence]:
    """Each answer as the rules see it, in the instrument's order."""
    by_code = {answer.code: answer for answer in answers}
    return [
        Evidence.of(one, Seen(by_code[one.code].seen), by_code[one.code].seen_on)
        for one in instrument.indicators
        if one.code in by_code
    ]


def suggestion_of(instrument: Instrument, answers: Iterable[Answer], today: date) -> Suggested:
    """What the saved answers suggest today (M3)."""
    return suggest(evidence_of(instrument, answers), today, instrument.suggestion)
