"""What an app keeps about a child, declared once for each model that reaches one (`child_content.py` of the app).

Retention, the law it is kept under, the child's own copy of the record, what a merge brings together and the
data dictionary (`docs/data.md`) all read the declaration. A guard fails a column that is neither shown nor left
out with a reason.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.db.models.fields import Field

from cems.base.regimes import Regime
from cems.base.slots import KEPT

WITH_RECORD = "with the child's record"

# Why a column is left out of the child's own copy.
BY_WHOM = "who at an agency wrote it or did it, not about the child"
WRITTEN = "when it was written down; when it happened is shown"
OWN_ROW = "told in a row of its own"
INTERNAL = "how the row is kept or worked with; tells nothing of the child"


class Shown:
    """A value of the child's own copy that is made from several columns, or in words of its own.

    `columns` names each column the value tells of, and by a dotted path what is read beyond a key ("post.user").
    """

    def __init__(self, say: Callable[[Any], object], *columns: str) -> None:
        self.say, self.columns = say, columns


Column = str | Shown


@dataclass(frozen=True)
class Counted:
    """What a merge preview says of the rows of both records that fulfil `where`, when there are at least so many."""

    where: Q
    say: Callable[[int], str]
    least: int = 1


@dataclass(frozen=True)
class Kept:
    """One kind of row about a child.

    `title` is what the child's own copy calls a row; `retention` its period, `basis` the law it is kept under.
    `columns` gives for each label of the copy the column it shows (choices in words, keys by name, a dotted path
    for what lies behind a key) or a `Shown`; `left_out` gives for each reason the columns that are not shown;
    `not_shown` says why no column is. `third_party` marks rows that name somebody else: always, by a column, or
    by what a row says. `reached_by` are the keys that lead to the child; `rows(child_ids)` reads the rows where
    those do not do. `at_merge` says what a merge of records brings together or leaves to decide.
    """

    model: type[Model]
    title: str
    retention: str
    basis: Regime
    columns: Mapping[str, Column] = field(default_factory=dict)
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    not_shown: str = ""
    third_party: bool | str | Callable[[Any], object] = False
    reached_by: Sequence[str] = ("child",)
    order: Sequence[str] = ("pk",)
    rows: Callable[[Sequence[int]], QuerySet[Any]] | None = None
    at_merge: Counted | Callable[[Sequence[int]], Iterable[str]] | None = None

    def of(self, child_ids: Sequence[int]) -> QuerySet[Any]:
        """The rows about these records."""
        if self.rows:
            return self.rows(child_ids)
        manager = self.model._meta.default_manager
        if manager is None:
            raise TypeError(f"{self.title} has no manager")
        reached = Q()
        for key in self.reached_by:
            reached |= Q(**{f"{key}__in": child_ids})
        return manager.filter(reached)

    def subject_access(self, child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
        """Each row about these records in plain words (A4); `third_party` marks what names somebody else."""
        if self.not_shown:
            return
        single, many = self._beside()
        rows = self.of(child_ids).prefetch_related(*many).order_by(*self.order)
        for row in rows.select_related(*single) if single else rows:
            facts = {label: _told(row, column) for label, column in self.columns.items()}
            marked = {} if self.third_party is False else {"third_party": self._names_somebody(row)}
            yield {"kind": self.title, **facts, **marked, "regime": self.basis.sentence}

    def merge_lines(self, child_ids: Sequence[int]) -> Iterable[str]:
        """What a merge of these records brings together or leaves to decide, a plain sentence each."""
        if isinstance(self.at_merge, Counted):
            count = self.of(child_ids).filter(self.at_merge.where).count()
            return [self.at_merge.say(count)] if count >= self.at_merge.least else []
        return self.at_merge(child_ids) if self.at_merge else []

    def shown(self) -> dict[str, str]:
        """Each column that the child's own copy shows, with the label it stands under."""
        labels = {
            path.split(".")[0]: label for label, column in self.columns.items() for path in _paths(column)
        }
        if isinstance(self.third_party, str):
            labels.setdefault(self.third_party, "third_party")
        return labels

    def reasons(self) -> dict[str, str]:
        """Each column that the copy leaves out, with the reason."""
        if self.not_shown:
            return dict.fromkeys(self._columns(), self.not_shown)
        return {name: reason for reason, names in self.left_out.items() for name in names}

    def faults(self) -> list[str]:
        """Columns of the model that are declared nowhere or twice, and declared ones that it does not have."""
        shown, left_out, columns = set(self.shown()), set(self.reasons()), set(self._columns())
        label = self.model._meta.label
        if self.not_shown and (self.columns or self.left_out):
            return [f"{label} shows columns and says why it shows none"]
        return [
            *(f"{label}.{name} is neither shown nor left out" for name in sorted(columns - shown - left_out)),
            *(f"{label}.{name} is shown and left out" for name in sorted(shown & left_out)),
            *(
                f"{label} has no column {name}"
                for name in sorted((shown | left_out) - columns - self._of_row())
            ),
        ]

    def _of_row(self) -> set[str]:
        """The columns that say which row it is, and whose: nothing that could be shown or left out."""
        return {"id", "public_id", *(key.split("__")[0] for key in self.reached_by)}

    def _columns(self) -> list[str]:
        meta = self.model._meta
        return [
            model_field.name
            for model_field in (*meta.fields, *meta.many_to_many)
            if model_field.name not in self._of_row()
        ]

    def _names_somebody(self, row: Any) -> object:
        if isinstance(self.third_party, str):
            return _told(row, self.third_party)
        return self.third_party(row) if callable(self.third_party) else self.third_party

    def _beside(self) -> tuple[set[str], set[str]]:
        """What to read with the rows: other rows behind a key, and lists of them."""
        single: set[str] = set()
        many: set[str] = set()
        for path in (path for column in self.columns.values() for path in _paths(column)):
            keys, lists = _keys(self.model, path)
            if keys:
                (many if lists else single).add("__".join(keys))
        return single, many


def regime_of(label: str) -> Regime | None:
    """The default regime of a model by its label, such as "children.casenote"; None where no app keeps it."""
    kept = KEPT.get(label.lower())
    return kept.basis if kept else None


def _paths(column: Column) -> Sequence[str]:
    return column.columns if isinstance(column, Shown) else (column,)


def _keys(model: type[Model], path: str) -> tuple[list[str], bool]:
    """The keys a path follows from this model on, and whether the last of them leads to a list of rows."""
    keys: list[str] = []
    for step in path.split("."):
        model_field = _field(model, step)
        if model_field is None or not model_field.is_relation or not model_field.related_model:
            break
        keys.append(step)
        if model_field.many_to_many:
            return keys, True
        model = model_field.related_model
    return keys, False


def _field(model: type[Model], name: str) -> "Field[Any, Any] | None":
    try:
        model_field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return model_field if isinstance(model_field, Field) else None


def _told(row: Any, column: Column) -> object:
    """What a row says in a column: choices in words, keys by name, "" behind a key that is not set."""
    if isinstance(column, Shown):
        return column.say(row)
    *keys, last = column.split(".")
    for key in keys:
        row = getattr(row, key)
        if row is None:
            return ""
    in_words = getattr(row, f"get_{last}_display", None)
    if in_words:
        return in_words()
    value, model_field = getattr(row, last), _field(type(row), last)
    if model_field is not None and model_field.is_relation:
        return str(value) if value else ""
    words = dict(getattr(getattr(model_field, "base_field", None), "flatchoices", ()))
    return [words.get(item, item) for item in value] if words else value
