"""What is known of a matrix that came by mail or on paper, for whoever reads the matrix (T2)."""

from datetime import date, datetime

from cems.base.time import local_date
from matrix.models import Matrix, PaperMatrix, Submission


def paper_matrix_of(matrix: Matrix) -> PaperMatrix | None:
    """How a matrix came that somebody entered for its author; None where it was made here."""
    return getattr(matrix, "on_paper", None)


def known_at(submission: Submission) -> datetime:
    """When somebody here could act on a matrix: at its receipt, on one on paper when it was entered."""
    return submission.recorded_at if paper_matrix_of(submission.matrix) else submission.received_at


def evidence_until(matrix: Matrix, at: datetime) -> date:
    """The last day evidence of a matrix can have: the day it is entered, on paper the day it was received (M2)."""
    paper = paper_matrix_of(matrix)
    return local_date(paper.received_at if paper else at)
