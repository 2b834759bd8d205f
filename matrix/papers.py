"""What is known of a matrix that came by mail or on paper, for whoever reads the matrix (T2)."""

from matrix.models import Matrix, PaperMatrix


def paper_matrix_of(matrix: Matrix) -> PaperMatrix | None:
    """How a matrix came that somebody entered for its author; None where it was made here."""
    return getattr(matrix, "on_paper", None)
