"""`field__in=[…]` as `= ANY(array)`: one parameter, however many values there are.

To PostgreSQL it is the same condition. To the driver a list of 150 authorities is otherwise 150 placeholders, which
it splits afresh for every statement above fifty of them: that was a third of what some pages cost.
"""

from typing import Any

from django.db.models import Field, ForeignObject
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In

# The types whose values the driver takes as they are prepared; a list of any other stays a list.
_PLAIN = frozenset({"bigint", "integer", "smallint", "varchar", "text", "uuid", "date"})


class _OneArray(In):
    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        kind = self._kind(connection)
        values = list(dict.fromkeys(one for one in self.rhs if one is not None)) if kind else []
        if len(values) < 2:  # none matches nothing and one is an equality: as everywhere
            return super().as_sql(compiler, connection)
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s::{kind}[])", [*params, values]

    def _kind(self, connection: Any) -> str:
        """The type of the array; "" where the values are no plain list of one."""
        if not self.rhs_is_direct_value() or not isinstance(getattr(self.lhs, "output_field", None), Field):
            return ""
        kind = (self.lhs.output_field.db_type(connection) or "").partition("(")[0]  # without its length
        return kind if kind in _PLAIN else ""


class ArrayIn(_OneArray):
    """Of a column of the row itself."""


class ArrayRelatedIn(_OneArray, RelatedIn):
    """Of a key of another row."""


def register() -> None:
    """Let every `in` of the project be built so."""
    Field.register_lookup(ArrayIn)
    ForeignObject.register_lookup(ArrayRelatedIn)
