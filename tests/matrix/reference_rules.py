"""The rules of the matrix once more, slow and obvious, to hold the real ones against."""

from datetime import date, timedelta

from cems.children.choices import RiskLevel
from matrix.choices import IndicatorKind, Seen
from matrix.rules import Evidence


def month_later(day: date) -> date:
    """The same day of the next month; the last of it when there is no such day."""
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, day.day)


def months_bound(day: date, months: int) -> date:
    """The last day on which `day` is at most so many months old."""
    later = day
    for _ in range(months):
        later = month_later(later.replace(day=1))
    while later.day < day.day and (later + timedelta(days=1)).month == later.month:
        later += timedelta(days=1)
    return later


def band(day: date, today: date) -> str:
    """The band, by trying each bound."""
    for name, months in (("month", 1), ("quarter", 3), ("half", 6)):
        if today <= months_bound(day, months):
            return name
    return "older"


def level(answers: list[Evidence], today: date) -> RiskLevel:
    """The partnership's decision of version 2, word for word."""
    seen = [answer for answer in answers if answer.seen == Seen.SEEN]

    def so_many(kind: IndicatorKind, *bands: str) -> int:
        count = 0
        for answer in seen:
            if answer.kind == kind and answer.on and not answer.standing and band(answer.on, today) in bands:
                count += 1
        return count

    if so_many(IndicatorKind.HARM, "month", "quarter") > 0:
        return RiskLevel.SIGNIFICANT
    if so_many(IndicatorKind.DANGER, "month", "quarter") > 0:
        return RiskLevel.SIGNIFICANT
    if so_many(IndicatorKind.CONTACT, "month") >= 3:
        return RiskLevel.SIGNIFICANT
    if so_many(IndicatorKind.CONTACT, "month", "quarter") > 0:
        return RiskLevel.MODERATE
    for item in seen:  # older, or not dated yet
        if item.kind in (IndicatorKind.HARM, IndicatorKind.DANGER, IndicatorKind.CONTACT):
            return RiskLevel.LOW
    if so_many(IndicatorKind.SIGN, "month", "quarter", "half") >= 2:
        return RiskLevel.LOW
    return RiskLevel.NONE


def first_level(answers: list[Evidence], today: date) -> RiskLevel:
    """The decision of version 1, which its matrices keep."""
    seen = [answer for answer in answers if answer.seen == Seen.SEEN]
    concerns = [answer for answer in seen if answer.kind in (IndicatorKind.CONCERN, IndicatorKind.HARM)]
    month = [concern for concern in concerns if concern.on and band(concern.on, today) == "month"]
    quarter = [
        concern for concern in concerns if concern.on and band(concern.on, today) in ("month", "quarter")
    ]
    if any(answer.kind == IndicatorKind.HARM for answer in quarter) or len(month) >= 3:
        return RiskLevel.SIGNIFICANT
    if quarter:
        return RiskLevel.MODERATE
    if concerns or any(answer.kind == IndicatorKind.VULNERABILITY for answer in seen):
        return RiskLevel.LOW
    return RiskLevel.NONE


def changed(before: list[Evidence], after: list[Evidence], before_on: date, after_on: date) -> dict[str, str]:
    """What changed, one indicator at a time."""
    changes = {}
    for code in {answer.code for answer in before} | {answer.code for answer in after}:
        old = [answer for answer in before if answer.code == code and answer.seen == Seen.SEEN]
        new = [answer for answer in after if answer.code == code and answer.seen == Seen.SEEN]
        denied = [answer for answer in after if answer.code == code and answer.seen == Seen.NOT_SEEN]
        usual = [answer for answer in after if answer.code == code and answer.seen == Seen.USUAL]
        if new and not old:
            changes[code] = "newly_seen"
        if old and not new:
            changes[code] = "found_usual" if usual else "no_longer_seen" if denied else "no_longer_known"
        if old and new and old[0].on and new[0].on:
            if new[0].on > old[0].on:
                changes[code] = "newer_evidence"
            elif new[0].on < old[0].on:
                changes[code] = "dated_earlier"
            elif band(old[0].on, before_on) != band(new[0].on, after_on):
                changes[code] = "aged"
    return changes
