"""When each piece of background work was last done to its end: what shows that it is done, and not only alive."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from cems.base.models import Heartbeat

LATE_TURNS = 4
SHORTEST = timedelta(minutes=2)


def heartbeat_mark(task: str, at: datetime) -> None:
    """Note that `task` was done to its end; never back in time, and no worker waits for another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO base_heartbeat (task, done_at) VALUES (%s, %s) ON CONFLICT (task) DO UPDATE"
            " SET done_at = EXCLUDED.done_at WHERE base_heartbeat.done_at < EXCLUDED.done_at",
            [task, at],
        )


def heartbeats() -> dict[str, datetime]:
    """When each task was last done, by its name."""
    return dict(Heartbeat.objects.values_list("task", "done_at"))


def late_work(schedule: dict[str, Any], at: datetime) -> list[tuple[str, datetime | None]]:
    """The work of `schedule` that was not done for LATE_TURNS of its turns, each with when it was done last."""
    done = heartbeats()
    late = []
    for name, entry in schedule.items():
        last = done.get(entry["task"])
        if last is None or at - last > max(LATE_TURNS * timedelta(seconds=entry["schedule"]), SHORTEST):
            late.append((name, last))
    return late
