"""Whether what somebody wrote says anything: a reason of a full stop, or of letters that nobody sees, is none."""

import unicodedata

# Letters by their category, which no font draws: fillers of Hangul, and their narrow form.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")


def says_nothing(text: str) -> bool:
    """Whether there is no letter and no figure in it that can be seen, in any script."""
    return not any(unicodedata.category(sign)[0] in "LN" and sign not in _UNSEEN for sign in text)


# Words whose plural is not theirs with an s.
_PLURALS = {
    "child": "children",
    "agency": "agencies",
    "matrix": "matrices",
    "person": "people",
    "reply": "replies",
}


def counted(number: float, unit: str) -> str:
    """A number with what it counts, as people say it: "1 hour", "1.5 hours", "7 children", "2 working days"."""
    shown = f"{number:g}" if number % 1 else f"{number:.0f}"
    return f"{shown} {unit_for(number, unit)}"


def unit_for(number: float, unit: str) -> str:
    """What is counted in the form that its number asks for; the last word of several takes the plural."""
    if number == 1:
        return unit
    before, _, last = unit.rpartition(" ")
    return f"{before} {_PLURALS.get(last, f'{last}s')}".lstrip()
