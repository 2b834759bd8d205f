"""Whether two records may be of one child (C1): one rule for the queue and for what is offered before a new record."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from itertools import permutations

from cems.children.identity.rules import search_key

CLOSE = 0.85
_LEAST = 3  # letters of a family name that two names may share, and consonants by which a short name is told
_WORDS = 8  # of a name: one that has more is compared as it is written
_VOWELS = "aeiou"
# Names whose spelling goes by no rule.
_BY_EAR = {"sean": "shon", "shaun": "shon", "shawn": "shon", "lewis": "luis", "louis": "luis"}
_SPELT = (
    *((r"([^aeiou])\1+", r"\1"), (r"ph|v", "f"), (r"ck|qu?", "k"), (r"ch(?=[lr])", "k")),
    *((r"c(?=[eiy])", "s"), (r"c(?!h)", "k"), (r"x", "ks"), (r"z", "s"), (r"th", "t")),
    *((r"[ae]?igh", "i"), (r"(?<=[aeiou])h(?![aeiou])|(?<=[tgkr])h", ""), (r"j|g(?=[ei])", "j")),
    *((r"oey?$", "oi"), (r"[aei]i|ay|ey|a(?=[ei])", "a"), (r"ee|ea|ie|y", "i"), (r"o[uo]|u", "u")),
    *((r"w", ""), (r"(.)\1+", r"\1")),
)


@dataclass(frozen=True)
class Named:
    """A child as names tell of them: every name in full as search keys; the first given name and the family name as one
    key each, where they are known apart; the sex, where that is known."""

    names: tuple[str, ...]
    given: str = ""
    family: str = ""
    sex: str = ""


def named(given: str, family: str, *others: str, sex: str = "") -> Named:
    """C1: a child by what forms and records say; of several given names the first one tells twins apart."""
    keys = dict.fromkeys(search_key(name) for name in (f"{given} {family}", *others))
    return Named(tuple(keys), search_key(" ".join(given.split()[:1])), search_key(family), sex)


def alike(names: Iterable[str], others: Iterable[str]) -> bool:
    """C1: whether a name of one is close to a name of the other, however their words are ordered.

    Each word of the shorter name has its like in the longer one: so a middle name or half of a double-barrelled one
    may be missing, and a first letter may stand for a name. Twins differ in a word that neither lacks.
    """
    theirs = list(others)
    return any(_close(name.split(), other.split()) for name in names for other in theirs)


def same_person(one: Named, other: Named) -> bool:
    """C1: as `alike`; or the first names are alike and the family names share a word, whatever stands beside them.

    A brother and a sister of one day, "Michael" and "Michelle", are two, however their names sound.
    """
    if {one.sex, other.sex} == {"M", "F"} and not set(one.names) & set(other.names):
        return False
    if alike(one.names, other.names):
        return True
    if not (one.given and other.given):
        return False
    return any(
        word_alike(a, b) for a in one.given.split() for b in other.given.split() if len(a) > 1 < len(b)
    ) and any(
        word_alike(a, b)
        for a in one.family.split()
        for b in other.family.split()
        if min(len(a), len(b)) >= _LEAST
    )


def near_birth(one: date, other: date) -> str:
    """C1: how two birth dates may be one that was mistyped, in words; "" where they may not."""
    if one == other:
        return "born on the same day"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "day and month turned"
    if (one.month, one.day) == (other.month, other.day) and abs(one.year - other.year) == 1:
        return "born a year apart"
    return ""


def near_births(born: date) -> list[date]:
    """C1: the days that `near_birth` takes for this one, itself first."""
    days = [born]
    for year, month, day in (
        (born.year, born.day, born.month),
        (born.year - 1, born.month, born.day),
        (born.year + 1, born.month, born.day),
    ):
        try:
            days.append(date(year, month, day))
        except ValueError:  # no such day: nobody can have typed it
            continue
    return list(dict.fromkeys(days))


def word_alike(one: str, other: str) -> bool:
    """C1: whether two words of names may be one: written alike, sounding alike, or the first letter of the other.

    Names that differ by a vowel in their middle or by their first letter are those of twins ("Molly" and "Millie",
    "Jayden" and "Hayden"), unless both are long.
    """
    if one == other:
        return True
    if min(len(one), len(other)) == 1:
        return one[:1] == other[:1]
    a, b = _spelt(one), _spelt(other)
    if a == b:
        return True
    skeleton = _consonants(a)
    if skeleton == _consonants(b):
        if len(skeleton) > _LEAST:
            return True
        first, second = ([sign for sign in word if sign in _VOWELS] for word in (a, b))
        return len(skeleton) > 1 and len(first) == len(second) and first[:1] == second[:1]
    return a[:1] == b[:1] and SequenceMatcher(None, a, b, autojunk=False).ratio() >= CLOSE


def pair(one: int, other: int) -> tuple[int, int]:
    """Two records as one key, whichever was looked at first."""
    return (one, other) if one < other else (other, one)


def _close(words: Sequence[str], others: Sequence[str]) -> bool:
    if len(words) > len(others):
        words, others = others, words
    if "".join(words) == "".join(others):
        return True
    if len(words) < 2 and len(others) > 1:
        return False
    if not any(len(word) > 1 for word in words) or len(others) > _WORDS:
        return False
    return _each_has_its_like(list(words), list(others))


def _each_has_its_like(words: list[str], others: list[str]) -> bool:
    """Names have few words: every way of pairing them is tried, two that are written as one among them."""
    if not words:
        return True
    word, *rest = words
    if any(
        word_alike(word, other) and _each_has_its_like(rest, others[:at] + others[at + 1 :])
        for at, other in enumerate(others)
    ):
        return True
    joined = [pair for pair in permutations(others, 2) if len(others) > len(words) and "".join(pair) == word]
    return any(_each_has_its_like(rest, [other for other in others if other not in pair]) for pair in joined)


def _spelt(word: str) -> str:
    """The word as it would be spelt by its sound: "caitie" is "kati", "phillip" "filip"."""
    word = _BY_EAR.get(word, word)
    for pattern, sound in _SPELT:
        word = re.sub(pattern, sound, word)
    return word


def _consonants(word: str) -> str:
    """What is left without vowels; a vowel at the beginning stands as one."""
    first = "a" if word[:1] in tuple(_VOWELS) else ""
    return first + re.sub(r"(.)\1+", r"\1", "".join(sign for sign in word if sign not in _VOWELS))
