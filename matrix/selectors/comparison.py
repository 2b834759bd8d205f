"""A matrix beside the one before it: what changed, how old the evidence was then and is now (M6)."""

from dataclasses import dataclass
from datetime import date

from matrix.choices import Band, Seen, WhenKind
from matrix.instrument import Indicator
from matrix.models import Answer
from matrix.rules import Change, when_words
from matrix.selectors.draft import Filled


@dataclass(frozen=True)
class Beside:
    """One question whose answer changed, in words: as it stood then, as it stands now."""

    indicator: Indicator
    change: Change
    then: str
    now: str


def beside(state: Filled) -> list[Beside]:
    """What changed since the matrix before; ages are reckoned for the day of each."""
    titles = {rule.band: rule.title.lower() for rule in state.instrument.bands}
    return [
        Beside(
            indicator,
            change,
            _words(state.before_answers.get(change.code), change.band_before, titles),
            _words(state.answers.get(change.code), change.band_after, titles),
        )
        for indicator, change in state.changed()
    ]


@dataclass(frozen=True)
class DatedEvidence:
    """A concern that was seen: what, when and how old, who says so; and how it stood in the matrix before."""

    indicator: Indicator
    when: str
    what: str
    who: str
    then: str


def dated_evidence(state: Filled) -> list[DatedEvidence]:
    """The evidence itself of a matrix, beside the last (T3): what is newest at the top, what has no day at the end."""
    titles = {rule.band: rule.title.lower() for rule in state.instrument.bands}
    worries = sorted(
        (worry for worry in state.worries), key=lambda worry: worry.answer.seen_on or date.min, reverse=True
    )
    return [
        DatedEvidence(
            worry.indicator,
            state.seen_words(worry.answer),
            worry.answer.what,
            ", ".join(filter(None, [worry.answer.source, str(worry.answer.agency or "")])),
            _then(state, worry.indicator.code, titles) if state.before else "",
        )
        for worry in worries
    ]


def _then(state: Filled, code: str, titles: dict[Band, str]) -> str:
    answer = state.before_answers.get(code)
    words = _words(answer, None, titles)
    return f"{words}: {answer.what}" if answer and answer.seen == Seen.SEEN and answer.what else words


def _words(answer: Answer | None, band: Band | None, titles: dict[Band, str]) -> str:
    if answer is None:
        return "No answer"
    if answer.seen != Seen.SEEN:
        return Seen(answer.seen).label
    if not answer.seen_on or not answer.when_kind:
        return "Seen, no date yet"
    age = f", {titles[band]} old" if band else ""
    return f"Seen {when_words(WhenKind(answer.when_kind), answer.seen_on)}{age}"
