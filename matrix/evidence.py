"""From saved answers to the rules' plain values, for pages and for submission alike."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from matrix.choices import Seen
from matrix.instrument import Instrument
from matrix.models import Answer
from matrix.rules import Evidence, Suggested, suggest


def evidence_of(instrument: Instrument, answers: Iterable[Answer]) -> list[Evidence]:
    """Each answer as the rules see it, in the instrument's order."""
    by_code = {answer.code: answer for answer in answers}
    return [
        Evidence.of(indicator, Seen(by_code[indicator.code].seen), by_code[indicator.code].seen_on)
        for indicator in instrument.indicators
        if indicator.code in by_code
    ]


def suggestion_of(instrument: Instrument, answers: Iterable[Answer], today: date) -> Suggested:
    """What the saved answers suggest today (M3)."""
    return suggest(evidence_of(instrument, answers), today, instrument.suggestion)


def settled(carried: Mapping[str, str], answers: Iterable[Answer]) -> dict[str, Answer]:
    """Each answer by the code it stands under in another version (`carried`, from `codes_carried`).

    An answer that finds no question there keeps its old code. Where several questions became one, the answer to
    the question of that very code stands, else what was seen, the newest first; the others keep their old codes.
    """
    answer_by_code: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda row: _weight(carried, row), reverse=True):
        code = carried.get(answer.code, answer.code)
        answer_by_code[answer.code if code in answer_by_code else code] = answer
    return answer_by_code


def _weight(carried: Mapping[str, str], answer: Answer) -> tuple[bool, bool, date, datetime]:
    same = carried.get(answer.code, answer.code) == answer.code
    return same, answer.seen == Seen.SEEN, answer.seen_on or date.min, answer.answered_at
