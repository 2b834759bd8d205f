"""Who is told that a child came on a board, moved, left, or that a matrix came (G1, M6): by references only."""

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse

from ceg.models import BoardEntry
from ceg.selectors.chair import chairs_to_tell
from cems.accounts.models import User
from cems.notices.services import notice_send
from matrix.models import ShortReview, Submission


def tell_arrived(user: User, row: BoardEntry, at: datetime) -> None:
    """The chair learns that a child is on the board."""
    _tell_chairs(user, row, [row], "arrived", f"on the board of {row.locality} from now on.", at)


def tell_left(user: User, row: BoardEntry, at: datetime) -> None:
    """The chair learns that the child is followed no more."""
    _tell_chairs(user, row, [row], "left", f"no longer on the board of {row.locality}: CEVT has decided.", at)


def tell_moved(user: User, before: BoardEntry, row: BoardEntry, at: datetime) -> None:
    """The chairs of both boards learn who has the child."""
    words = f"moved from the board of {before.locality} to the board of {row.locality}."
    _tell_chairs(user, row, [before, row], "moved", words, at)


def tell_lives_elsewhere(user: User, row: BoardEntry, at: datetime) -> None:
    """The chair learns that the child lives where no board is, so that somebody decides."""
    words = (
        f"lives where there is no board now. The board of {row.locality} keeps the child until you decide."
    )
    _tell_chairs(user, row, [row], f"elsewhere:{at.isoformat()}", words, at)


def tell_matrix(user: User, row: BoardEntry, submission: Submission, at: datetime) -> None:
    """The chair learns that a matrix of a child on the board has come."""
    words = f"{submission.reference} has come, a matrix of a child on the board of {row.locality}."
    _tell_chairs(user, row, [row], f"matrix:{submission.public_id}", words, at)


def tell_short_review(user: User, row: BoardEntry, short_review: ShortReview, at: datetime) -> None:
    """The chair learns that a child on the board was reviewed and nothing was new."""
    words = (
        f"{short_review.reference} has come, a review of a child on the board of {row.locality}: nothing new."
    )
    _tell_chairs(user, row, [row], f"review:{short_review.public_id}", words, at)


def _tell_chairs(
    user: User, about: BoardEntry, boards: Collection[BoardEntry], step: str, words: str, at: datetime
) -> None:
    child = about.child
    chairs = {chair for row in boards for chair in chairs_to_tell(child, row.locality_id, at)}
    notice_send(
        chairs - {user.pk},
        kind="ceg.board",
        key=f"ceg:{about.public_id}:{step}",
        text=f"{child.reference}: {words}",
        url=reverse("ceg:child", args=[child.public_id]),
        reference=child.reference,
        child=child.public_id,
        at=at,
    )
