"""The record of use in words: lists and searches that showed the child are folded between looks at the record (A3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from cems.accounts.roles import Part
from cems.audit.choices import Verb
from cems.audit.selectors import Use
from cems.base.kept import regime_of
from cems.base.regimes import Regime

LISTS = frozenset({Verb.LISTED.value, Verb.SEARCHED.value})
FROM = 2  # a single list stands as it is


@dataclass(frozen=True)
class Line:
    """One use: its row, what of the record, why, and the law it is kept under."""

    row: Use
    part: str
    why: str
    regime: Regime | None


@dataclass(frozen=True)
class Group:
    """Uses in a row: looks at the record as they came, or several lists, which are folded."""

    lines: list[Line]
    is_folded: bool

    @property
    def people(self) -> str:
        """Who had the child in these lists, each once."""
        return ", ".join(dict.fromkeys(line.row.who for line in self.lines))


def folded(uses: Iterable[Use]) -> list[Group]:
    """These uses, newest first as they came; several lists in a row stand in one group, folded."""
    groups: list[Group] = []
    for is_list, run in groupby(map(_line, uses), key=lambda line: line.row.verb in LISTS):
        lines = list(run)
        if is_list and len(lines) >= FROM:
            groups.append(Group(lines, is_folded=True))
        elif groups and not groups[-1].is_folded:
            groups[-1].lines.extend(lines)
        else:
            groups.append(Group(lines, is_folded=False))
    return groups


def _line(row: Use) -> Line:
    part = row.part.replace("_", " ") if row.part in set(Part) else ""
    return Line(row, part, row.reason or _why_listed(row), regime_of(row.subject_kind))


def _why_listed(row: Use) -> str:
    """Why a list showed the child: which list it was. A list gives no other reason."""
    if row.verb not in LISTS:
        return ""
    app, _, name = row.part.partition(".")
    what = f"{app} {name}".replace("_", " ").strip()
    return (
        f"The child was in this {'search' if row.verb == Verb.SEARCHED else 'list'}: {what}" if what else ""
    )
