"""The clock of the boards: a child on one is looked at again (G1, M6)."""

from cems.accounts.roles import Part
from cems.clocks.choices import Measure
from cems.clocks.kinds import ClockKind, Morning

# The first is as long as the setting says; the board sets the day of each later one.
REVIEW = ClockKind(
    "ceg.review",
    "CEG to review the child",
    Measure.MONTHS,
    warnings=(Morning(7), Morning(1)),
    reminders=5,
    review_of=Part.DECISIONS,
)
