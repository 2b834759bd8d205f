"""A gentle word about words: phrases that blame the child, and what to write instead.

Never blocks a save: the practitioner decides, and a quotation may need the very word. Language
is part of the advice on exploitation (ERASE Annual Report 2023–24, paragraph 46(e)).
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("blame.json")
_GAP = r"[\s\-]+"


@dataclass(frozen=True)
class Hint:
    """A phrase as it was written, what could stand there instead, and why."""

    phrase: str
    suggestion: str
    why: str


def hints(text: str) -> list[Hint]:
    """The phrases in `text` that put the blame on a child, each once, in the order they come.

    Whole words only, whatever the capitals, apostrophes, hyphens or line breaks.
    """
    pattern, words = _words()
    hint_by_phrase: dict[str, Hint] = {}
    for match in pattern.finditer(text.replace("\u2019", "'")):
        key = _plain(match[0])
        suggestion, why = words[key]
        hint_by_phrase.setdefault(key, Hint(" ".join(match[0].split()), suggestion, why))
    return list(hint_by_phrase.values())


def _plain(phrase: str) -> str:
    return re.sub(_GAP, " ", phrase).casefold()


@cache
def _words() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """One pattern of all phrases, the longest first, and what to say for each."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    words = {
        _plain(phrase): (entry["suggestion"], entry["why"])
        for entry in data["words"]
        for phrase in entry["phrases"]
    }
    longest_first = sorted(words, key=len, reverse=True)
    phrases = (_GAP.join(map(re.escape, phrase.split(" "))) for phrase in longest_first)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE), words
