"""What is read with a child and shown on the bar of every page about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cems.base.extension import Many


@dataclass(frozen=True)
class BarFlag:
    """A flag on a child's bar: its key names the column that `when` adds to the child, `words` is what it says."""

    key: str
    words: str
    part: str
    when: Callable[[], Any]


BAR_FLAGS: Many[BarFlag] = Many(
    "children.bar_flags",
    "A flag on a child's bar, read with the child; shown to those who may see its part.",
    name_of=lambda flag: flag.key,
)
