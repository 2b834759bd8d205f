"""When each piece of background work was last done to its end: what shows that it is done, and not only alive."""

from datetime import datetime, timedelta
from typing import Any

from cems.base.models import Heartbeat

LATE_TURNS = 4
SHORTEST = timedelta(minutes=2)


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
