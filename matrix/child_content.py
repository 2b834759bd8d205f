"""What the CE Matrix adds to a child's record."""

from cems.base.registries import ChildContent
from matrix.models import Answer, Matrix, Review, Submission

CONTENT = ChildContent(
    app="matrix", models=(Matrix, Answer, Submission, Review), subject_access=lambda ids: [], retention={}
)
