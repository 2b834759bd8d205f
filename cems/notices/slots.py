"""What notices ask of the apps above."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from cems.base.extension import One

if TYPE_CHECKING:
    from cems.accounts.models import User

MAIL_WITHHELD: One[Callable[[Iterable[UUID]], set[UUID]]] = One(
    "notices.mail_withheld",
    "About which of these children no mail may leave, because the child has died.",
)
NAMES: One[Callable[[User, Collection[UUID]], Mapping[UUID, str]]] = One(
    "notices.names",
    "The names of these children, of those the person may see: on a page people read names.",
)
