"""What actions ask of the apps that raise them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cems.accounts.roles import Work
from cems.base.extension import Many

if TYPE_CHECKING:
    from cems.actions.doings.kinds import DoingKind
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


@dataclass(frozen=True)
class DoneHere:
    """An action whose doing is recorded on its own page, with what that asks for (K1).

    `source_kind` and `key` say of which actions.
    """

    source_kind: str
    key: str
    kind: DoingKind


DOINGS: Many[DoneHere] = Many(
    "actions.doings",
    "What the page of an action asks of whoever did it, where no other page is there to do it.",
    name_of=lambda place: f"{place.source_kind}:{place.key}",
)


def place_of(action: Action) -> DoneAt | DoneHere | None:
    """Where this action is done, which meets it: another page, or its own; None for one closed in free words."""
    name = f"{action.source_kind}:{action.key}"
    return DONE_AT.get(name) or DOINGS.get(name)
