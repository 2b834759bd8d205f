"""Who is told what CEVT did: who brought the child, and those who work with the child (T3, T4)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.notices.messages import Message
from cems.notices.services import notice_send, notices_send
from triage.cevt.selectors.hearers import Hearer
from triage.models import Decision, Item


def senders(user: User, items: Sequence[Item]) -> dict[int, str]:
    """Those who sent a matrix that is decided, or raised the child, each once in words; not the one who decides."""
    sent = {item.submission.submitted_by for item in items if item.submission}
    raised = {item.raised_by for item in items if item.raised_by}
    people = sorted((sent | raised) - {user}, key=lambda person: (person.name, person.pk))
    return {
        person.pk: f"{person}, who {'sent the matrix' if person in sent else 'raised the child'}"
        for person in people
    }


def told_of_decision(user: User, items: Sequence[Item], working: Sequence[Hearer]) -> list[str]:
    """Everybody who is told of a decision, in words: who brought the child, then those `working` with the child."""
    brought = senders(user, items)
    return [*brought.values(), *(str(hearer) for hearer in working if hearer.person.pk not in brought)]


def tell_decided(
    user: User, decision: Decision, items: Sequence[Item], working: Sequence[Hearer], at: datetime
) -> None:
    """Each is told once that CEVT decided: who brought the child, on a page of theirs; who works with the child or
    answers for these, whoever sent the matrix, on the child's page (T4, truth-f1)."""
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
    brought = senders(user, items)
    on_the_record = Message(
        "triage.child_decided",
        f"triage:{decision.public_id}:child",
        f"{decision.reference}: CEVT has decided about a child you work with or answer for.",
        reverse("children:overview", args=[child]),
        decision.reference,
        child,
    )
    others = {hearer.person.pk for hearer in working} - set(brought)
    notices_send({**recipients, on_the_record: others}, at=at)


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
