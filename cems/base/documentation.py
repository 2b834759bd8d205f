"""The parts of `docs/` that follow from code: written by `manage.py write_docs`, compared by a guard.

Each stands between two comments in its page, such as `<!-- slots: … -->` and `<!-- end of slots -->`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from django.apps import apps
from django.conf import settings

from cems.base.extension import slots
from cems.base.kept import Kept
from cems.base.slots import KEPT

DOCS = Path(settings.BASE_DIR) / "docs"


def slots_table() -> Iterator[str]:
    """Each extension slot: what an entry is, how many it takes, which apps fill it."""
    yield "| slot | an entry is | takes | filled by |"
    yield "|---|---|---|---|"
    installed = {config.label for config in apps.get_app_configs()}  # tests fill slots too
    for slot in slots():
        fillers = ", ".join(f"`{label}`" for label in slot.fillers if label in installed) or "no app yet"
        yield f"| `{slot.name}` | {slot.purpose} | {slot.takes} | {fillers} |"


def kept_table() -> Iterator[str]:
    """Each kind of row about a child: its retention and the law it is kept under."""
    yield "| row | called | kept | controller | law | about | nature |"
    yield "|---|---|---|---|---|---|---|"
    for kept in KEPT:
        basis = kept.basis
        yield (
            f"| `{kept.model._meta.label}` | {kept.title} | {kept.retention} | {basis.controller.label} |"
            f" {basis.law.label} | {basis.about.label} | {basis.nature.label} |"
        )


def columns_table() -> Iterator[str]:
    """Each column of such a row: the words of the child's own copy it is shown under, or why it is left out."""
    yield "| row | shown as | left out |"
    yield "|---|---|---|"
    for kept in KEPT:
        yield f"| `{kept.model._meta.label}` | {_shown(kept)} | {_left_out(kept)} |"


def _shown(kept: Kept) -> str:
    labels: dict[str, list[str]] = {}
    for column, label in kept.shown().items():
        labels.setdefault(label, []).append(f"`{column}`")
    return "; ".join(f"{label}: {', '.join(columns)}" for label, columns in labels.items()) or "–"


def _left_out(kept: Kept) -> str:
    reasons: dict[str, list[str]] = {}
    for column, reason in kept.reasons().items():
        reasons.setdefault(reason, []).append(f"`{column}`")
    return "; ".join(f"{', '.join(columns)}: {reason}" for reason, columns in reasons.items()) or "–"


PARTS: Mapping[str, Mapping[str, Callable[[], Iterator[str]]]] = {
    "architecture.md": {"slots": slots_table},
    "data.md": {"rows": kept_table, "columns": columns_table},
}


def pages() -> Iterator[tuple[Path, str]]:
    """Each page with such parts, and its text as it should stand. Raises LookupError where a part has no place."""
    for name, parts in PARTS.items():
        text = (DOCS / name).read_text("utf-8")
        for part, lines in parts.items():
            text = _replaced(text, part, "\n".join(lines()))
        yield DOCS / name, text


def _replaced(text: str, part: str, body: str) -> str:
    place = re.compile(rf"(<!-- {part}: [^>]*-->\n).*?(<!-- end of {part} -->)", re.DOTALL)
    if not place.search(text):
        raise LookupError(f"no page has the comments of the part {part}")
    return place.sub(lambda match: f"{match[1]}{body}\n{match[2]}", text)
