"""What notices ask of the apps above."""

from collections.abc import Callable, Iterable
from uuid import UUID

from cems.base.extension import One

MAIL_WITHHELD: One[Callable[[Iterable[UUID]], set[UUID]]] = One(
    "notices.mail_withheld",
    "About which of these children no mail may leave, because the child has died.",
)
