"""What the pages read of notices and of the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cems.base.keyset import Keyset
from cems.notices.models import Mail, Notice

ORDER = Keyset("-pk", size=50)


def unread_count(user: Any) -> int:
    """How many notices the person has not read."""
    return int(Notice.objects.visible_to(user).unread().count())


def unread(user: Any, limit: int = 10) -> Sequence[Notice]:
    """What is new for the person, newest first."""
    return list(Notice.objects.visible_to(user).unread().order_by("-at", "-pk")[:limit])


@dataclass(frozen=True)
class NoticesPage:
    """A page of notices; `after` is the place to go on from, if there is more."""

    new: Sequence[Notice]
    new_in_all: int
    earlier: Sequence[Notice]
    after: str


def page(user: Any, after: str = "") -> NoticesPage:
    """Unread ones first (on the first page only), then the read, newest first."""
    new = [] if after else unread(user, ORDER.size)
    earlier = ORDER.page(Notice.objects.visible_to(user).filter(read_at__isnull=False), after)
    in_all = unread_count(user) if len(new) == ORDER.size else len(new)
    return NoticesPage(new, in_all, earlier.rows, earlier.after)


@dataclass(frozen=True)
class OutboxHealth:
    """Whether mail goes out: the mail that has waited longest since it was due, and what was given up."""

    waiting: int
    oldest_due: datetime | None
    failed: int


def outbox_health(at: datetime) -> OutboxHealth:
    """The state of the outbox, for /readyz and the administrators' page."""
    due = Mail.objects.due(at)
    oldest = due.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()
    return OutboxHealth(due.count(), oldest, Mail.objects.stuck().count())
