"""Teams that take children of certain ages: First Contact is warned outside them, never stopped (T1). Pure.

Harm Outside the Home Multi-Agency Procedures, The Adolescent Safeguarding and Exploitation Team: ages 14 to 17.
"""

import re
from collections.abc import Iterable


def ages_of(words: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The ages of each team by its code, from words like "aset:14-17" (both ends belong to it)."""
    by_team = {}
    for word in words:
        code, _, ages = word.partition(":")
        least, _, most = ages.partition("-")
        by_team[code] = (int(least), int(most))
    return by_team


def ages_fault(word: str) -> str:
    """What is wrong with one entry such as "aset:14-17", in words; "" where nothing is."""
    fit = re.fullmatch(r"[a-z0-9-]{2,40}:([0-9]{1,2})-([0-9]{1,2})", word)
    if not fit:
        return "write the code of the team and the ages, such as aset:14-17."
    if int(fit[1]) > int(fit[2]):
        return "write the younger age first."
    return ""


def warning(code: str, age: int, ages: dict[str, tuple[int, int]]) -> str:
    """What to say before a child of this age goes to the team with this code; "" where nothing speaks against it."""
    least, most = ages.get(code, (0, age))
    if least <= age <= most:
        return ""
    return f"The child is {age}. This team works with children from {least} to {most}."
