"""What the child and the family said (C6)."""

from cems.base.keyset import Keyset, Page
from cems.children.models import Child, Feedback

ORDER = Keyset("-happened_at", "-pk", size=50)


def feedback_of(child: Child, after: str = "") -> Page[Feedback]:
    """A page of their words with who wrote them down, the newest first."""
    return ORDER.page(Feedback.objects.of(child).select_related("recorded_by__agency"), after)
