"""The rows of the CE Matrix (M1–M6)."""

from matrix.models.matrix import Answer, Contributor, Joined, Matrix, MatrixDue, Review, Submission
from matrix.models.paper_matrix import PaperMatrix
from matrix.models.short_review import AskedPerson, ShortReview

__all__ = [
    "Answer",
    "AskedPerson",
    "Contributor",
    "Joined",
    "Matrix",
    "MatrixDue",
    "PaperMatrix",
    "Review",
    "ShortReview",
    "Submission",
]
