"""What the evidence profile suggests, and the judgement beside it (M3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cems.base.words import counted
from cems.children.choices import RiskLevel
from matrix.choices import Counts, Seen
from matrix.instrument import Condition, Suggestion
from matrix.rules.evidence import Evidence, day_words, within_months

NOTHING = "Nothing that counts towards a level has been marked as seen."
NOT_ENOUGH = "What has been marked as seen suggests no level by itself."
_NOUNS = {
    Counts.HARM: ("sign of harm that has happened", "signs of harm that has happened"),
    Counts.DANGER: ("report of imminent danger", "reports of imminent danger"),
    Counts.CONTACT: ("concern of contact or control", "concerns of contact or control"),
    Counts.SIGN: ("warning sign", "warning signs"),
    Counts.CONCERN: ("concern", "concerns"),
    Counts.VULNERABILITY: ("vulnerability", "vulnerabilities"),
}


@dataclass(frozen=True)
class Suggested:
    """The level the profile suggests, why, and by which version of the rule. Never a score."""

    level: RiskLevel
    reasons: tuple[str, ...]
    rule_version: int


def suggest(answers: Iterable[Evidence], today: date, rule: Suggestion) -> Suggested:
    """The level suggested by what was seen, with the reasons in plain sentences (M3, Decision).

    The rule is the instrument's data: the first step, from the highest level, one of whose
    conditions holds. Where a rule counts concerns of every kind, harm is one. Strengths, and what is
    not seen, not known or usual for this child, lift nothing and lower nothing. Something seen but not
    dated counts only where age does not matter. Raises ValueError when evidence is dated after `today`.
    """
    given = list(answers)
    seen = [answer for answer in given if answer.seen == Seen.SEEN]
    if any(answer.on and answer.on > today for answer in seen):
        raise ValueError(f"evidence is dated after {today}")
    reasons: list[str] = []
    missed: list[str] = []
    matched = False
    for step in rule.steps:
        matches = [(condition, _matching(seen, condition, today)) for condition in step.any_of]
        reasons = [
            _held(condition, match) for condition, match in matches if len(match) >= condition.at_least
        ]
        matched = matched or any(match for _, match in matches)
        if reasons or not step.any_of:
            break
        # Only the nearest higher level is explained: the others would need still more.
        missed = [_missed(step.level, condition, match) for condition, match in matches]
    reasons = reasons or [NOT_ENOUGH if matched else NOTHING]
    notes = [*_undated(seen, rule), *_usual(sum(answer.seen == Seen.USUAL for answer in given))]
    return Suggested(step.level, (*reasons, *missed, *notes), rule.version)


def rule_words(rule: Suggestion) -> list[tuple[RiskLevel, str]]:
    """The whole rule in words, the highest level first, for the page that shows what it suggests (M3)."""
    explained = []
    for step in rule.steps:
        parts = [
            f"{condition.at_least} or more {_NOUNS[condition.counts][1]} {_window(condition)}"
            for condition in step.any_of
        ]
        explained.append((step.level, "; or ".join(parts) if parts else "none of these"))
    return explained


def reason_needed(judged: RiskLevel, suggested: RiskLevel) -> bool:
    """Whether the practitioner must say why the judgement differs, either way (M3)."""
    return judged != suggested


def judgement_problem(judged: RiskLevel, suggested: RiskLevel, reason: str) -> str | None:
    """What is still wanted before the judgement can be submitted, or None (M3)."""
    if reason_needed(judged, suggested) and not reason.strip():
        return (
            f"You judge {judged.label} and the evidence suggests {suggested.label}."
            " Write why your judgement differs."
        )
    return None


def _matching(seen: list[Evidence], condition: Condition, today: date) -> list[Evidence]:
    return [answer for answer in seen if _is(answer, condition.counts) and _recent(answer, condition, today)]


def _is(answer: Evidence, counts: Counts) -> bool:
    return answer.kind.is_concern if counts is Counts.CONCERN else answer.kind.value == counts.value


def _recent(answer: Evidence, condition: Condition, today: date) -> bool:
    if condition.within_months is None:
        return True
    return answer.on is not None and within_months(answer.on, condition.within_months, today)


def _held(condition: Condition, match: list[Evidence]) -> str:
    """For example: 2 concerns seen within 3 months (newest 3 March 2026, oldest 1 February 2026)."""
    return f"{_quantity(len(match), condition.counts)} seen {_window(condition)}{_dates(match)}."


def _missed(level: RiskLevel, condition: Condition, match: list[Evidence]) -> str:
    needed = _quantity(condition.at_least, condition.counts)
    window = _window(condition)
    return f"{level.label} would take {needed} seen {window}; there {_was(len(match))} here."


def _was(count: int) -> str:
    return f"{'is' if count == 1 else 'are'} {count or 'none'}"


def _quantity(count: int, counts: Counts) -> str:
    singular, plural = _NOUNS[counts]
    return f"{count} {singular if count == 1 else plural}"


def _window(condition: Condition) -> str:
    if condition.within_months is None:
        return "at any time"
    return f"within {counted(condition.within_months, 'month')}"


def _dates(match: list[Evidence]) -> str:
    days = sorted({answer.on for answer in match if answer.on})
    if not days:
        return ""
    if len(days) == 1:
        return f" ({day_words(days[0])})"
    return f" (newest {day_words(days[-1])}, oldest {day_words(days[0])})"


def _usual(count: int) -> list[str]:
    if not count:
        return []
    what = "1 sign is" if count == 1 else f"{count} signs are"
    return [f"{what} usual for this child, and counted for nothing."]


def _undated(seen: list[Evidence], rule: Suggestion) -> list[str]:
    counted = {condition.counts for step in rule.steps for condition in step.any_of}
    waiting = sum(
        answer.on is None and not answer.standing and any(_is(answer, counts) for counts in counted)
        for answer in seen
    )
    if not waiting:
        return []
    what = "1 answer marked as seen has" if waiting == 1 else f"{waiting} answers marked as seen have"
    return [f"{what} no date yet; with a date the suggestion may be higher."]
