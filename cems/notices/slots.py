"""What notices ask of the apps above."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from cems.base.extension import One

if TYPE_CHECKING:
    from django.db.models import Model
    from django.db.models.expressions import Combinable

    from cems.accounts.models import User

MAIL_WITHHELD: One[Callable[[Iterable[UUID]], set[UUID]]] = One(
    "notices.mail_withheld",
    "About which of these children no mail may leave, because the child has died.",
)
NAMES: One[Callable[[User, Collection[UUID]], Mapping[UUID, str]]] = One(
    "notices.names",
    "The names of these children, of those the person may see: on a page people read names.",
)
KNOWN_TO: One[Callable[[type[Model], User], Combinable]] = One(
    "notices.known_to",
    "The condition that a row of this table is about no record which this person must not know of: no notice and no"
    " clock about one is shown to them or counted.",
)
NOT_TOLD: One[Callable[[Collection[UUID], Collection[int]], set[tuple[UUID, int]]]] = One(
    "notices.not_told",
    "Who of these people is told nothing of which of these children, since the record bars them.",
)
