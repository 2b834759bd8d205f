"""What the child and the family said (C6)."""

from collections.abc import Sequence

from cems.children.models import Child, Feedback

LONGEST = 100


def feedback_of(child: Child) -> Sequence[Feedback]:
    """Their words with who wrote them down, the newest first; the last hundred."""
    rows = Feedback.objects.of(child).select_related("recorded_by__agency")
    return list(rows.order_by("-happened_at", "-pk")[:LONGEST])
