"""The clocks of the matrix itself."""

from cems.clocks.choices import Measure
from cems.clocks.kinds import ClockKind

REVIEW = ClockKind("matrix.review", "CE Matrix to be reviewed", Measure.MONTHS)
DUE = ClockKind("matrix.due", "CE Matrix due", Measure.WORKING_DAYS)
