"""The levels that forums agreed (C4)."""

from collections.abc import Sequence

from cems.children.models import AgreedLevel, Child

LONGEST = 100


def levels_agreed(child: Child) -> Sequence[AgreedLevel]:
    """Every level a forum agreed with who recorded it, the newest first; the last hundred."""
    rows = AgreedLevel.objects.of(child).select_related("recorded_by")
    return list(rows.order_by("-happened_at", "-pk")[:LONGEST])
