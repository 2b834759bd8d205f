"""Who is told of a decision: whoever sent the matrix, and the lead practitioner (T3, T4)."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.notices.services import tell
from matrix.services.owners import lead_of
from triage.models import Decision, Item


def submitters(user: User, items: Sequence[Item]) -> list[User]:
    """Whoever sent a matrix that is decided, each once; not the one who decides."""
    sent = {item.submission.submitted_by for item in items if item.submission}
    return sorted(sent - {user}, key=lambda person: (person.name, person.pk))


def tell_submitters(user: User, decision: Decision, items: Sequence[Item], at: datetime) -> None:
    """Each who sent a matrix is told once that CEVT decided; the matrix's page has the words."""
    for item in items:
        if item.submission is None:
            continue
        tell(
            {item.submission.submitted_by_id} - {user.pk},
            kind="triage.decided",
            key=f"triage:{decision.public_id}:{item.submission.public_id}",
            text=f"{item.submission.reference}: CEVT has decided ({decision.reference}).",
            url=reverse("matrix:submission", args=[item.submission.public_id]),
            reference=decision.reference,
            child=decision.child.public_id,
            at=at,
        )


def tell_lead(user: User, decision: Decision, at: datetime) -> None:
    """The lead practitioner is told that CEVT gave advice."""
    lead = lead_of(decision.child)
    if lead is None or lead.pk == user.pk:
        return
    tell(
        [lead.pk],
        kind="triage.advice",
        key=f"triage:{decision.public_id}:advice",
        text=f"{decision.reference}: CEVT has advice for you.",
        url=reverse("children:overview", args=[decision.child.public_id]),
        reference=decision.reference,
        child=decision.child.public_id,
        at=at,
    )
