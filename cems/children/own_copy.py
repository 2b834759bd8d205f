"""The child's own copy of the record (A4)."""

from collections.abc import Iterable, Sequence
from typing import Any

from cems.base.slots import KEPT


def own_copy(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    """Every app's rows about these records in plain words, each with the law it is kept under (A2, A4)."""
    for kept in KEPT:
        yield from kept.subject_access(child_ids)
