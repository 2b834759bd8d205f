"""What practice settings ask of the apps above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cems.base.extension import Many

if TYPE_CHECKING:
    from cems.policy.declared import Policy
    from cems.policy.lists import PracticeList

POLICIES: Many[Policy[Any]] = Many(
    "policy.policies",
    "Something the partnership may decide: typed, with its default and source, changed on the page of settings.",
    name_of=lambda policy: policy.key,
)
LISTS: Many[PracticeList] = Many(
    "policy.lists",
    "A list people choose from, which the partnership may add to, reword and end entries of, on the page of lists.",
    name_of=lambda listing: listing.key,
)
