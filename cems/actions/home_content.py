"""What actions add to a person's first page: those without a day to be done by (clocks bring the others)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from cems.accounts.profile import profile_of
from cems.actions import selectors
from cems.base.first_page import WorkItem


def counts(user: Any, now: datetime) -> Iterable[QuerySet[Any, Any] | int]:
    """How many there are."""
    return [selectors.to_do_without_clock(user)]


def items(user: Any, now: datetime) -> Iterable[WorkItem]:
    """The person's and their teams' open actions that have no clock."""
    acts_for = profile_of(user).acts_for
    return [
        WorkItem(
            what=action.title,
            why=f"From {action.source_reference}" if action.source_reference else "No day set",
            url=selectors.doing(action)[1],
            doing=selectors.doing(action)[0],
            mine=action.owner_user_id in acts_for,
            child=action.child.public_id if action.child else None,
            reference=action.reference,
            owner=str(action.owner),
        )
        for action in selectors.without_clock(user)
    ]
