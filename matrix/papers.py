"""What is known of a matrix that came by mail or on paper, for whoever reads the matrix (T2)."""

from datetime import date, datetime

from cems.base.time import local_date
from matrix.models import Matrix, PaperMatrix


def paper_matrix_of(matrix: Matrix) -> PaperMatrix | None:
    """How a matrix came that somebody entered for its author; None where it was made here."""
    return getattr(matrix, "on_paper", None)


def evidence_until(matrix: Matrix, at: datetime) -> date:
    """The last day evidence of a matrix can have: the day it is entered, on paper the day it was received (M2)."""
    paper = paper_matrix_of(matrix)
    return local_date(paper.received_at if paper else at)
