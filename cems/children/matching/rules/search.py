"""What somebody typed into the search box, taken apart (C1)."""

import re
from dataclasses import dataclass
from datetime import date

from cems.base.errors import Invalid
from cems.children.choices import IdentifierKind
from cems.children.identity.rules import check_identifier, search_key, written
from cems.children.matching.rules.duplicate import Named
from cems.children.matching.typed_day import birth_date_in

LONGEST = 200
_REFERENCE = re.compile(r"\bCHD-\d{4}-\d{5,}\b", re.IGNORECASE)
# "DH1", "DH1 5", "dh15ul": an outward part at least, and nothing else beside it.
_POSTCODE = re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{0,2})?$")

_ONE_NUMBER = re.compile(r"(?=(?:\D*\d){4})[A-Z0-9/_.-]{5,40}")


@dataclass(frozen=True)
class Asked:
    """A search: each kind of clue found in the words, empty where there was none.

    `name` is the key that is compared, `written` the same name in the script it was typed in; `named` says given and
    family name apart, where a form asked for them so.
    """

    name: str = ""
    born: date | None = None
    reference: str = ""
    postcode: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    written: str = ""
    named: Named | None = None

    @property
    def empty(self) -> bool:
        return not (self.name or self.born or self.reference or self.postcode or self.identifiers)

    @property
    def full(self) -> bool:
        """A full name with a birth date: enough to be told that a record may exist."""
        return self.born is not None and len(self.name.split()) > 1


def understand(text: str) -> Asked:
    """C1: find names, a birth date, a reference, identifiers and a (partial) postcode in what was typed.

    Never fails: what makes no sense finds nothing.
    """
    text = "".join(letter if letter.isprintable() else " " for letter in text)[:LONGEST].strip()
    reference = _REFERENCE.search(text)
    if reference:
        return Asked(reference=reference.group().upper())
    born, rest = birth_date_in(text)
    compact = rest.upper().strip()
    return Asked(
        name=search_key(rest),
        born=born,
        postcode=_partial(compact),
        identifiers=tuple(_identifiers(compact)),
        written=written(rest),
    )


def _partial(compact: str) -> str:
    """A postcode as far as it was typed, spaced as records keep it."""
    squeezed = compact.replace(" ", "")
    whole = re.fullmatch(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", squeezed)
    if whole:
        return f"{whole.group(1)} {whole.group(2)}"
    part = _POSTCODE.match(compact)
    if not part:
        return ""
    return " ".join(group for group in part.groups() if group)


def _identifiers(compact: str) -> list[tuple[str, str]]:
    """Every identifier the words could be. Ids of other systems are one word with several digits."""
    identifiers = []
    for kind in IdentifierKind:
        checked = kind in {IdentifierKind.NHS, IdentifierKind.UPN}
        if not checked and not _ONE_NUMBER.fullmatch(compact):
            continue
        try:
            identifiers.append((kind.value, check_identifier(kind, compact)))
        except Invalid:
            continue
    return identifiers
