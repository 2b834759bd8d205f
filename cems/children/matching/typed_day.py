"""A birth date as people type it into a search box, found among the other words (C1)."""

import re
from collections.abc import Iterator
from datetime import date

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ALSO = {"sept": 9, "febuary": 2, "feburary": 2, "agust": 8, "septembre": 9, "setember": 9, "decembre": 12}
_BY_NAME = _ALSO | {
    name[:length]: number for number, name in enumerate(MONTHS, 1) for length in range(3, len(name) + 1)
}
_NAME = "|".join(sorted(_BY_NAME, key=len, reverse=True))
_YEAR = r"(?P<year>\d{4}|['’]?\d{2})(?!\s?[\d/.\-])"
_NUMBER_BEFORE = r"(?<![\d/.\-])(?<!\d )"
_DAY = r"(?P<day>\d{1,2})"
_ORDINAL = r"(?:\s?(?:st|nd|rd|th))?"
_GAP = r"[\s,./\-]*"
# What stands before a date and is no name: "born on Tuesday the 3rd of May 2011", "dob: 3/5/11".
_BEFORE = (
    r"(?:\b(?:born(?:\s+on)?|d\.?o\.?b\.?|date\s+of\s+birth|birth\s*date|b\.)[\s:]*)?"
    r"(?:\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b[\s,]*)?(?:\bthe\s+)?"
)
# Numbers come first: in "Amy May 3.5.11" May is the family name.
_SHAPES = tuple(
    re.compile(_BEFORE + shape, re.IGNORECASE)
    for shape in (
        rf"{_NUMBER_BEFORE}(?P<year>\d{{4}})\s?[/.\-]\s?(?P<month>\d{{1,2}})\s?[/.\-]\s?{_DAY}(?:T[\d:.]+Z?)?(?![\d/.\-])",
        rf"{_NUMBER_BEFORE}{_DAY}(?:\s?[/.\-]\s?|\s)(?P<month>\d{{1,2}})(?:\s?[/.\-]\s?|\s)(?P<year>\d{{4}})(?![\d/.\-])",
        rf"{_NUMBER_BEFORE}{_DAY}(?:\s?[/.\-]\s?|\s)(?P<month>\d{{1,2}})(?:\s?[/.\-]\s?|\s){_YEAR}",
        rf"{_NUMBER_BEFORE}{_DAY}{_ORDINAL}{_GAP}(?:of\s+)?(?P<name>{_NAME})\b{_GAP}{_YEAR}",
        rf"{_NUMBER_BEFORE}{_DAY}{_ORDINAL}{_GAP}(?:of\s+)?(?P<name>{_NAME})(?P<year>\d{{4}})(?!\d)",
        rf"\b(?P<name>{_NAME})\b[\s./\-]*(?:the\s+)?{_DAY}{_ORDINAL}(?:[\s,./\-]+(?:of\s+)?){_YEAR}",
        rf"{_NUMBER_BEFORE}(?P<year>\d{{4}}){_GAP}(?P<name>{_NAME})\b{_GAP}{_DAY}{_ORDINAL}(?!\d)",
    )
)
# Two digits of a year: a child is looked for, whose century is this one.
_CENTURY, _LAST_CENTURY = 2000, 70


def birth_date_in(text: str) -> tuple[date | None, str]:
    """C1: the first day found in what was typed, in figures or words, and the text without it.

    The day comes before the month, as it is written here, unless the year or the name of the month comes first. What
    is no day of the calendar stays in the text.
    """
    text = re.sub("[‐‑‒–—−]", "-", text)
    for match in _matches(text):
        born = _day_of(match)
        if born:
            return born, f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


def _matches(text: str) -> Iterator[re.Match[str]]:
    for shape in _SHAPES:
        yield from shape.finditer(text)


def _day_of(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    month = _BY_NAME.get(parts["name"].casefold(), 0) if parts.get("name") else int(parts["month"])
    digits = parts["year"].strip("'’")
    year = int(digits)
    if len(digits) == 2:
        year += _CENTURY if year < _LAST_CENTURY else _CENTURY - 100
    try:
        return date(year, month, int(parts["day"]))
    except ValueError:
        return None
