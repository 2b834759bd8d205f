"""What has had its time: keys of forms that were sent, and sessions that are over. Both would only grow."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from cems.base.command import command
from cems.base.models import IdempotencyKey
from cems.base.time import now

KEPT = timedelta(days=30)  # a form that is sent again later than that was not sent twice
AT_ONCE = 5_000


@command
def expired_clear(user: None = None, *, at: datetime | None = None) -> int:
    """Delete keys older than KEPT and sessions that are over, so many at once; returns how many went."""
    instant = at or now()
    keys = IdempotencyKey.objects.filter(at__lt=instant - KEPT).order_by("pk")
    sessions = Session.objects.filter(expire_date__lt=instant).order_by("pk")
    gone = 0
    for rows in (keys, sessions):
        oldest = rows.select_for_update(no_key=True, skip_locked=True).values("pk")[:AT_ONCE]
        gone += rows.model.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()[0]
    return gone
