"""On a child's overview: the board that has the child, what it agreed last, and its note to the lead (G1, G2)."""

from typing import Any

from django.urls import reverse

from ceg.models import BoardReview
from ceg.selectors.child import entries_of, why_of
from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.access_control import OpenChild
from cems.children.slots import Panel
from cems.clocks.presentation import present


def _panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """Nothing where no board ever had the child."""
    entries = entries_of(opened)
    if not entries:
        return None
    entry = next((row for row in reversed(entries) if row.is_open), None)
    reviews = BoardReview.objects.filter(child__in=opened.cluster).select_related(
        "agreed", "entry__locality", "reviewed_by"
    )
    return {
        "entry": entry,
        "last_entry": entries[-1],
        "why": why_of(entry.outcome) if entry and entry.outcome else (),
        "clock": present(entry.clock, opened.at) if entry and entry.clock.is_open else None,
        "review": reviews.order_by("-happened_at", "-pk").first(),
        "board_url": reverse("ceg:child", args=[opened.child.public_id]),
    }


PANEL = Panel("ceg.board", "CEG board", Part.DECISIONS, "ceg/panel.html", _panel)
