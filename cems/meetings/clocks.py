"""The promise to end a meeting: its minutes go out when it ends (T3)."""

from cems.clocks.choices import Measure
from cems.clocks.kinds import ClockKind

MEETING_END = ClockKind(
    "meetings.end", "End the meeting, so that its minutes go out", Measure.WORKING_DAYS, warnings=()
)
