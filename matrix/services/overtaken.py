"""What the loser of a real conflict is told."""

from collections.abc import Mapping
from typing import Any

from cems.base.errors import Conflict


class Overtaken(Conflict):
    """Somebody else saved the same answer or field first; both texts are shown to the loser.

    `theirs` is what is saved, `version` the number to send to replace it, `by` who saved it.
    """

    def __init__(self, *, theirs: Mapping[str, Any], version: int, by: str) -> None:
        super().__init__("Somebody else changed this while you were typing. Choose which text stays.")
        self.theirs, self.version, self.by = theirs, version, by or "A colleague"
