"""A piece of background work notes that it was done to its end."""

from datetime import datetime

from cems.base.command import command
from cems.base.models import Heartbeat


@command
def heartbeat_mark(user: None, *, task: str, at: datetime) -> None:
    """Note that `task` was done; never back in time."""
    if not Heartbeat.objects.filter(task=task, done_at__lt=at).update(done_at=at):
        Heartbeat.objects.bulk_create([Heartbeat(task=task, done_at=at)], ignore_conflicts=True)
