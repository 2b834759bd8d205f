"""Those who work with a child are told that the board has agreed a level (G2, T4)."""

from datetime import datetime

from django.urls import reverse

from ceg.models import BoardReview
from cems.accounts.models import User
from cems.notices.services import notice_send
from triage.cevt.selectors.hearers import hearers


def tell_reviewed(user: User, review: BoardReview, at: datetime) -> None:
    """Each is told once, by reference: the level, the reasons and the note stand on the child's page."""
    child = review.child
    words = "stepped the child out and wrote a note" if review.stepped_out else "set the next review"
    notice_send(
        {hearer.person.pk for hearer in hearers(user, child, at)},
        kind="ceg.reviewed",
        key=f"ceg:{review.public_id}:reviewed",
        text=f"{review.reference}: the board of {review.entry.locality} has agreed a level and {words}.",
        url=reverse("children:overview", args=[child.public_id]),
        reference=review.reference,
        child=child.public_id,
        at=at,
    )
