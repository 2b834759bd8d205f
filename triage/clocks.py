"""The clock of a matrix received for triage (T2)."""

from cems.clocks.choices import Measure
from cems.clocks.kinds import ClockKind

RECEIPT = ClockKind(
    "triage.receipt", "CEVT to agree the level", Measure.WORKING_DAYS, may_pause=True, reminders=5
)
