"""Who is told what CEVT did: the user who sent the matrix or raised the child, and the lead practitioner (T3, T4)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.notices.messages import Message
from cems.notices.services import notice_send, notices_send
from matrix.services.owners import lead_of
from triage.models import Decision, Item


def hearers(user: User, items: Sequence[Item]) -> list[str]:
    """Those who sent a matrix that is decided, or raised the child, each once in words; not the one who decides."""
    sent = {item.submission.submitted_by for item in items if item.submission}
    raised = {item.raised_by for item in items if item.raised_by}
    return [
        f"{person}, who {'sent the matrix' if person in sent else 'raised the child'}"
        for person in sorted((sent | raised) - {user}, key=lambda hearer: (hearer.name, hearer.pk))
    ]


def tell_decided(user: User, decision: Decision, items: Sequence[Item], at: datetime) -> None:
    """Each who sent a matrix or raised the child is told once that CEVT decided; a page of theirs has the words."""
    kind, child = "triage.decided", decision.child.public_id
    recipients = {
        Message(
            kind,
            f"triage:{decision.public_id}:{paper}",
            f"{reference}: CEVT has decided ({decision.reference})."
            if reference
            else f"{decision.reference}: CEVT has discussed the child you raised.",
            url,
            decision.reference,
            child,
        ): {person} - {user.pk}
        for person, paper, reference, url in _waiting(items)
    }
    notices_send(recipients, at=at)


def tell_withdrawn(user: User, item: Item, at: datetime) -> None:
    """The user who sent the matrix or raised the child is told that it was taken off; a page of theirs says why."""
    for person, _, reference, url in _waiting([item]):
        notice_send(
            {person} - {user.pk},
            kind="triage.withdrawn",
            key=f"triage:{item.public_id}:withdrawn",
            text=f"{reference}: taken off CEVT's list. The matrix says why."
            if reference
            else "A child you raised was taken off CEVT's list. The page says why.",
            url=url,
            reference=reference,
            child=item.child.public_id,
            at=at,
        )


def _waiting(items: Sequence[Item]) -> Iterator[tuple[int, object, str, str]]:
    """Who waits to hear of each item, about which paper, its reference where it has one, and where they read it."""
    for item in items:
        if item.submission:
            paper = item.submission
            url = reverse("matrix:submission", args=[paper.public_id])
            yield paper.submitted_by_id, paper.public_id, paper.reference, url
        elif item.raised_by_id:
            yield item.raised_by_id, item.public_id, "", reverse("cevt:item_raised", args=[item.public_id])


def tell_lead(user: User, decision: Decision, at: datetime) -> None:
    """The lead practitioner is told that CEVT gave advice."""
    lead = lead_of(decision.child)
    if lead is None or lead.pk == user.pk:
        return
    notice_send(
        [lead.pk],
        kind="triage.advice",
        key=f"triage:{decision.public_id}:advice",
        text=f"{decision.reference}: CEVT has advice for you.",
        url=reverse("children:overview", args=[decision.child.public_id]),
        reference=decision.reference,
        child=decision.child.public_id,
        at=at,
    )
