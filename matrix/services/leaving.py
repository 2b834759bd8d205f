"""The end of a colleague's part in a matrix (M6)."""

from datetime import datetime

from cems.accounts.models import User
from cems.base.command import command
from cems.children.models import Submitter
from matrix.models import Contributor, Matrix, Submission


@command
def matrix_work_end(user: User, *, matrix: Matrix, at: datetime) -> None:
    """The draft is closed: those who were asked to fill it in have done so, and nobody ended that."""
    for row in matrix.contributors.select_for_update(no_key=True).filter(ended_at__isnull=True):
        end(None, row=row, at=at)


@command
def end(user: User | None, *, row: Contributor, at: datetime) -> None:
    """Their part is over; the sight that came with it alone ends too."""
    row.ended_at, row.ended_by = at, user
    row.save(update_fields=["ended_at", "ended_by"])
    child = row.matrix.child_id
    own = Matrix.objects.filter(child=child, started_by=row.user_id).exists()
    sent = Submission.objects.filter(child=child, submitted_by=row.user_id).exists()
    asked = Contributor.objects.filter(matrix__child=child, user=row.user_id, ended_at__isnull=True)
    if row.brought_in and not (own or sent):
        other = asked.first()
        if other:  # the sight they were given goes on, and ends with the other one
            asked.filter(pk=other.pk).update(brought_in=True)
        else:
            Submitter.objects.filter(child=child, user=row.user_id).delete()
