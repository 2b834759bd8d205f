"""What clocks ask of the apps above."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cems.base.extension import Many, One

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cems.accounts.models import User
    from cems.clocks.choices import Shut
    from cems.clocks.kinds import ClockKind

KINDS: Many[ClockKind] = Many(
    "clocks.kinds",
    "A kind of promise that has a time: how it is counted, when it warns, who is told of a breach.",
    name_of=lambda kind: kind.key,
)
MAY_SEE_CHILD: One[Callable[[User, UUID], bool]] = One(
    "clocks.may_see_child",
    "Whether a person may see the child of this public id, whose clocks they then may see.",
)
CHILDREN_SEEN: One[Callable[[User], QuerySet[Any, Any]]] = One(
    "clocks.children_seen",
    "The public ids of all children a person may see, as a query of one column.",
)
SHUT_WAYS: One[Callable[[User, Collection[UUID]], Mapping[UUID, Shut]]] = One(
    "clocks.shut_ways",
    "Which of these children's records are shut to a person whatever reaches them, and how.",
)
