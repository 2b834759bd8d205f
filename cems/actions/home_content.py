"""What actions add to a person's first page: those without a day to be done by (clocks bring the others)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from cems.actions import selectors
from cems.base.first_page import WorkItem


def items(user: Any, now: datetime) -> Iterable[WorkItem]:
    """The person's and their teams' open actions that have no clock."""
    return [
        WorkItem(
            what="Action",
            why=f"From {action.source_reference}" if action.source_reference else "No day set",
            url=reverse("actions:detail", args=[action.public_id]),
            child=action.child.public_id if action.child else None,
            reference=action.reference,
            owner=str(action.owner),
        )
        for action in selectors.without_clock(user)
    ]
