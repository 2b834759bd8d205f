"""What practice settings ask of the apps above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cems.base.extension import Many, One

if TYPE_CHECKING:
    from cems.policy.declared import Policy
    from cems.policy.lists import PracticeList

POLICIES: Many[Policy[Any]] = Many(
    "policy.policies",
    "Something the partnership may decide: typed, with its default and source, changed on the page of settings.",
    name_of=lambda policy: policy.key,
)
SUCCESSORS: One[Callable[[], Mapping[int, tuple[date, int]]]] = One(
    "policy.successors",
    "By row number, the authorities that another follows: the last day of each, and who answers after it.",
)
LISTS: Many[PracticeList] = Many(
    "policy.lists",
    "A list people choose from, which the partnership may add to, reword and end entries of, on the page of lists.",
    name_of=lambda listing: listing.key,
)
