"""The clocks of the matrix itself."""

from cems.accounts.roles import Part
from cems.clocks.choices import Measure
from cems.clocks.kinds import ClockKind
from matrix.policy import MATRIX_DUE_DAYS, REVIEW_MONTHS

REVIEW = ClockKind(
    "matrix.review",
    "CE Matrix to be reviewed",
    Measure.MONTHS,
    lengths=tuple(REVIEW_MONTHS.values()),
    review_of=Part.MATRIX,
)
DUE = ClockKind("matrix.due", "CE Matrix due", Measure.WORKING_DAYS, lengths=(MATRIX_DUE_DAYS,))
