"""Saved answers and fields as the page's controls show them, and a fingerprint by which an untouched one is known."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from matrix.choices import WhenKind
from matrix.services.judgement import LISTS

_DAYLESS = {"", WhenKind.THIS_WEEK, WhenKind.THIS_MONTH}


def digest(values: Mapping[str, str]) -> str:
    """A fingerprint of fields as a page showed them, by which an untouched answer is known."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[
        :20
    ]


def answer_text(values: Mapping[str, Any], today: date) -> dict[str, str]:
    """Saved values as the fields show them. "This week" is only shown as such in the week it was said."""
    kind, day = values["when_kind"], values["day"]
    if day and kind == WhenKind.THIS_WEEK and day < today - timedelta(days=today.weekday()):
        kind = WhenKind.ABOUT
    if day and kind == WhenKind.THIS_MONTH and (day.year, day.month) != (today.year, today.month):
        kind = WhenKind.MONTH
    shown = day if day and kind not in _DAYLESS else None
    return {
        "seen": values["seen"],
        "when": str(kind),
        "day": str(shown.day) if shown and kind != WhenKind.MONTH else "",
        "month": str(shown.month) if shown else "",
        "year": str(shown.year) if shown else "",
        "what": values["what"],
        "source": values["source"],
        "agency": values["agency"].code if values["agency"] else "",
        "managed": values["managed"],
    }


def field_text(name: str, value: Any) -> str:
    """A field's value as one text: the level's number, the chosen ones joined."""
    if name in LISTS:
        return ",".join(sorted(value))
    return "" if value is None else str(value)


def field_shown(name: str, value: Any) -> Any:
    """A value as the page's controls compare it: texts, and lists of texts."""
    return list(value) if name in LISTS else field_text(name, value)
