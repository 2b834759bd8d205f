"""Whether what somebody wrote says anything: a reason of a full stop, or of letters that nobody sees, is none."""

import unicodedata

# Letters by their category, which no font draws: fillers of Hangul, and their narrow form.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")


def says_nothing(text: str) -> bool:
    """Whether there is no letter and no figure in it that can be seen, in any script."""
    return not any(unicodedata.category(sign)[0] in "LN" and sign not in _UNSEEN for sign in text)
