"""Invented names, as unevenly spread as real ones: few very common, most rare."""

from functools import cache

_BEGIN = [
    "Ab",
    "Al",
    "Ban",
    "Bel",
    "Bram",
    "Cal",
    "Cor",
    "Dal",
    "Dun",
    "Ed",
    "Fen",
    "Gar",
    "Gil",
    "Hal",
    "Hol",
    "Ing",
    "Jor",
    "Kel",
    "Kir",
    "Lan",
    "Lor",
    "Mar",
    "Mel",
    "Nor",
    "Os",
    "Pem",
    "Quo",
    "Ren",
    "Ros",
    "Sal",
]
_MIDDLE = [
    "a",
    "be",
    "da",
    "do",
    "e",
    "ga",
    "i",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "mi",
    "na",
    "ne",
    "o",
    "ra",
    "ri",
    "ro",
    "sa",
    "ta",
    "ti",
    "va",
    "we",
]
_FAMILY = [
    "beck",
    "bourne",
    "by",
    "combe",
    "croft",
    "dale",
    "den",
    "don",
    "er",
    "field",
    "fold",
    "ford",
    "gate",
    "ham",
    "hurst",
    "ing",
    "land",
    "ley",
    "man",
    "mere",
    "more",
    "mot",
    "nall",
    "ness",
    "or",
    "pole",
    "quist",
    "rick",
    "row",
    "sby",
    "scar",
    "sett",
    "shaw",
    "side",
    "son",
    "stead",
    "stow",
    "thorpe",
    "ton",
    "tree",
    "vane",
    "wall",
    "way",
    "wick",
    "win",
    "with",
    "wold",
    "worth",
    "yard",
]
_GIVEN = [
    "a",
    "an",
    "ana",
    "bert",
    "cy",
    "da",
    "dre",
    "el",
    "en",
    "ette",
    "fa",
    "gan",
    "ia",
    "ica",
    "ie",
    "in",
    "is",
    "ka",
    "la",
    "leigh",
    "lin",
    "lo",
    "mar",
    "mon",
    "na",
    "nor",
    "o",
    "ra",
    "ric",
    "ry",
    "sa",
    "son",
    "th",
    "tia",
    "ven",
    "vi",
    "wen",
    "y",
    "zin",
]


@cache
def families() -> tuple[str, ...]:
    """Every family name, the commonest first."""
    return tuple(_spread([f"{a}{b}{c}" for c in _FAMILY for b in _MIDDLE for a in _BEGIN]))


@cache
def given_names() -> tuple[str, ...]:
    """Every given name, the commonest first."""
    return tuple(_spread([f"{a}{c}" for c in _GIVEN for a in _BEGIN]))


def _spread(names: list[str]) -> list[str]:
    """In an order in which neighbours do not sound alike."""
    step = next(number for number in range(len(names) * 5 // 8, len(names)) if _coprime(number, len(names)))
    return [names[number * step % len(names)] for number in range(len(names))]


def _coprime(a: int, b: int) -> bool:
    while b:
        a, b = b, a % b
    return a == 1


def pick(names: tuple[str, ...], chance: float) -> str:
    """A name for a number from 0 up to 1; a cube makes the first names the common ones."""
    return names[int(len(names) * chance * chance * chance)]
