"""`field__in=[…]` as `= ANY(array)`: one parameter, however many values there are.

To PostgreSQL it is the same condition. To the driver a list of 150 authorities is otherwise 150 placeholders, which
it splits afresh for every statement above fifty of them: that was a third of what some pages cost.
"""

from typing import Any

from django.db.models import Field, ForeignObject
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

# What an array is of, by the type of the column: those whose values the driver takes as they are prepared. A list for
# any other stays a list.
_NUMBER = "bigint"
_KINDS = {
    **dict.fromkeys(("smallint", "integer", "bigint"), _NUMBER),
    **{kind: kind for kind in ("varchar", "text", "uuid", "date")},
}


class _OneArray(In):
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        kind = self._kind(connection)
        values = list(dict.fromkeys(value for value in self.rhs if value is not None)) if kind else []
        if kind == _NUMBER:  # what no column holds matches nothing, and no array holds it either
            values = [value for value in values if -(2**63) <= value < 2**63]
        if len(values) < 2:  # none matches nothing and one is an equality: as everywhere
            return super().as_sql(compiler, connection)
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s::{kind}[])", [*params, values]

    def _kind(self, connection: Any) -> str:
        """The type of the array; "" where the values are no plain list of one."""
        if not self.rhs_is_direct_value() or not isinstance(getattr(self.lhs, "output_field", None), Field):
            return ""
        kind = (self.lhs.output_field.db_type(connection) or "").partition("(")[0]  # without its length
        return _KINDS.get(kind, "")


class ArrayIn(_OneArray):
    """Of a column of the row itself."""


class ArrayRelatedIn(_OneArray, RelatedIn):
    """Of a key of another row."""


def register() -> None:
    """Let every `in` of the project be built so."""
    Field.register_lookup(ArrayIn)
    ForeignObject.register_lookup(ArrayRelatedIn)
