"""The actions somebody holds that have no clock; those that have one go with it (A1, K1)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.slots import OpenThing, OpenThings
from cems.actions.models import Action
from cems.actions.services import action_hand_over
from cems.base.errors import Invalid
from cems.clocks.choices import OPEN


def without_running_clock() -> Any:
    """Open actions that no open clock stands for."""
    return Action.objects.to_do().filter(Q(clock__isnull=True) | ~Q(clock__stage__in=OPEN))


def _of(user: User) -> list[OpenThing]:
    rows = without_running_clock().filter(owner_user=user).order_by("pk")
    return [
        OpenThing(
            str(row.public_id), "Action", row.reference, reverse("actions:detail", args=[row.public_id])
        )
        for row in rows
    ]


def _count(user_ids: Collection[int]) -> Mapping[int, int]:
    rows = without_running_clock().filter(owner_user__in=user_ids)
    return dict(rows.values_list("owner_user").annotate(Count("pk")).order_by())


def _give(user: User, key: str, owner: User, at: datetime) -> Action:
    """Raises Invalid where the record is shut to the one who would get it."""
    rows = Action.objects.filter(public_id=key)
    action: Action = rows.get()
    if not rows.readable_by(owner).exists():
        raise Invalid(f"{action.reference} can't go to {owner}. Choose somebody else for it.", field="owner")
    return action_hand_over(user, action=action, owner=owner, reason="Handed over", at=at)


ACTIONS = OpenThings("actions", "Actions without a time", _of, _count, _give)
