"""What actions ask of the apps that raise them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cems.accounts.roles import Work
from cems.base.extension import Many

if TYPE_CHECKING:
    from cems.actions.models import Action


@dataclass(frozen=True)
class DoneAt:
    """The page where what an action asks for is done, which meets it (K1).

    `source_kind` and `key` say of which actions; `url(action)` gives the address, "" where there is nothing to do.
    It is shown to whoever has the action and does this `work`.
    """

    source_kind: str
    key: str
    label: str
    url: Callable[[Action], str]
    work: Work


DONE_AT: Many[DoneAt] = Many(
    "actions.done_at",
    "The page where what an action asks for is done, which meets the action.",
    name_of=lambda place: f"{place.source_kind}:{place.key}",
)
