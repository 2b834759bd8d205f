"""What the pages of referrals ask of the apps above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cems.base.extension import Many, One

if TYPE_CHECKING:
    from plans.models import Referral

DECIDED_AT: One[str] = One(
    "plans.decided_at",
    "The name of the address at which those who receive a referral decide it.",
)
REFERRAL_BLOCKS: Many[Callable[[Referral], tuple[str, Sequence[Any]] | None]] = Many(
    "plans.referral_blocks",
    "A block of the page of a referral for those who work with the child, as template and the rows it shows;"
    " None to stay out.",
)
