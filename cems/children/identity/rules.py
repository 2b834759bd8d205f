"""Checks of what identifies a child (C1)."""

import re
import unicodedata
from datetime import date

from anyascii import anyascii
from stdnum.exceptions import ValidationError as NumberError
from stdnum.gb import nhs, upn

from cems.base.errors import Invalid
from cems.children.choices import IdentifierKind

# BS7666, as the postcode standard writes it; the special GIR 0AA is no home.
_POSTCODE = re.compile(r"^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})$")
_APOSTROPHES = re.compile(r"['’ʼ`´.]")
_KEY = 170  # letters of a search key, as in its column
_MAX_AGE = 26  # followed to the day before the 22nd birthday, care leavers to 25


def age_on(born: date, day: date) -> int:
    """Whole years lived on `day`. A birthday on 29 February comes on 1 March in other years, as the law counts it."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_birth(born: date, today: date) -> None:
    """C1: a birth lies in the past, and within the years a child's service can know (floor-f1)."""
    if born > today:
        raise Invalid("The date of birth is in the future. Check the year.", field="date_of_birth")
    if age_on(born, today) >= _MAX_AGE:
        raise Invalid(
            f"The date of birth makes this person {age_on(born, today)}. CEMS is for children and young people"
            f" under {_MAX_AGE}. Check the year.",
            field="date_of_birth",
        )


def check_identifier(kind: str, value: str) -> str:
    """C1: the identifier in its compact form, checked by its own rule (floor-f2).

    Raises Invalid, saying how a right one looks.
    """
    compact = re.sub(r"[\s-]", "", value).upper()
    if kind == IdentifierKind.NHS:
        return _checked(
            nhs,
            compact,
            "An NHS number has 10 digits, such as 999 123 4578. This one does not add up: check each digit.",
            "nhs",
        )
    if kind == IdentifierKind.UPN:
        return _checked(
            upn,
            compact,
            "A UPN has a letter and 12 digits, such as F840200016001. This one does not add up: check it.",
            "upn",
        )
    if not re.fullmatch(r"[A-Z0-9/_.]{2,40}", compact):
        raise Invalid("Use 2 to 40 letters, digits, points and strokes.", field=kind)
    return compact


def _checked(module: object, compact: str, message: str, field: str) -> str:
    try:
        return str(module.validate(compact))  # type: ignore[attr-defined]
    except NumberError as fault:
        raise Invalid(message, field=field) from fault


def check_postcode(value: str) -> str:
    """C1: the postcode in its usual spelling ("DH1 5UL"), or empty. Raises Invalid (floor-f2)."""
    compact = re.sub(r"\s", "", value).upper()
    if not compact:
        return ""
    match = _POSTCODE.match(compact)
    if not match:
        raise Invalid("A postcode looks like DH1 5UL. Check the letters and digits.", field="postcode")
    return f"{match.group(1)} {match.group(2)}"


def search_key(name: str) -> str:
    """C1: a name as search compares it: in Latin letters of ASCII, small, its words in order of the alphabet.

    Accents, case, apostrophes and the order of words make no difference: "Jones Amy" finds "Amy Jones". Every script
    is brought to Latin letters, one by one, as anyascii knows them: "Олександр" is "oleksandr". What is not written
    is not guessed: of Arabic and Hebrew the short vowels are missing ("محمد" is "mhmd"), and Chinese characters are
    read as Mandarin. Symbols (emoji) are no part of a name. Empty only for a name without letters or digits.
    """
    key = " ".join(sorted(_latin(word) for word in _words(name)))
    # Cut between words, so that the key of a key is the same key.
    return key if len(key) <= _KEY else key[: _KEY + 1].rpartition(" ")[0] or key[:_KEY]


def written(name: str) -> str:
    """C1: a name as exact comparison takes it: as the search key, but in the script it was written in.

    Two characters may sound alike, and so the names of two children, of twins even: where a record is taken
    without anybody looking at it, an equal search key is not enough.
    """
    return " ".join(sorted(_bare(unicodedata.normalize("NFKD", word)) for word in _words(name)))


def _words(name: str) -> list[str]:
    """The words of a name in its own script, without case, apostrophes, symbols and marks that stand alone."""
    plain = unicodedata.normalize("NFKC", _APOSTROPHES.sub("", name)).casefold()
    # Composed, and only then without marks: to search "й" is a letter of its own, not "и" with an accent.
    plain = _bare(unicodedata.normalize("NFKC", plain))
    return "".join(_part(letter) for letter in plain).split()


def _bare(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def _part(letter: str) -> str:
    """The letter, mark or digit itself; a gap for anything else."""
    return letter if unicodedata.category(letter)[0] in "LMN" else " "


def _latin(word: str) -> str:
    """The word in Latin letters. One that has none (a rare Chinese character) stands as its numbers in Unicode:
    it is found as it was written, and nobody's name is refused."""
    return re.sub(r"[^a-z0-9]", "", anyascii(word).lower()) or "".join(f"u{ord(letter):x}" for letter in word)
