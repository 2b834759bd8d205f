"""The clock that asks what is due: it keeps nothing, so nothing kept can mislead it.

Celery's own writes down when it last asked. Where the machine's clock was ahead and is set back, it then asks nothing
until that time has come again. This one measures by the time since it started, and asks everything once at its start:
each task finds for itself what is due, and is harmless again.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedule

from cems.local import stalled

START = datetime(2000, 1, 1, tzinfo=UTC)


def steady_now() -> datetime:
    """A time that only goes on, whatever is done to the machine's clock; good for measuring alone."""
    return START + timedelta(seconds=time.monotonic())


class SteadyScheduler(Scheduler):
    """Asks each entry at the start and then at its interval."""

    data: dict[str, ScheduleEntry]

    def setup_schedule(self) -> None:
        """Make the entries of the settings, each never asked so far."""
        for name, entry in self.app.conf.beat_schedule.items():
            self.data[name] = ScheduleEntry(
                name=name,
                task=entry["task"],
                schedule=schedule(timedelta(seconds=entry["schedule"]), nowfun=steady_now, app=self.app),
                options=entry["options"],
                last_run_at=START - timedelta(days=1),
                app=self.app,
            )

    def apply_async(self, entry: ScheduleEntry, *args: Any, **kwargs: Any) -> Any:
        """Ask for one task. Raises SchedulingError where the queue does not take it."""
        result = super().apply_async(entry, *args, **kwargs)
        stalled.touch()
        return result
