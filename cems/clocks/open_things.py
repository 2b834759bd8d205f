"""The promises somebody holds, to be handed over (A1, K1). What is due by one goes with it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count

from cems.accounts.models import User
from cems.accounts.slots import OpenThing, OpenThings
from cems.base.errors import Invalid
from cems.clocks.access import shut_ways
from cems.clocks.models import Clock
from cems.clocks.services.clock import clock_hand_over


def _of(user: User) -> list[OpenThing]:
    clocks = Clock.objects.still_open().filter(owner_user=user).order_by("due_at", "pk")
    return [
        OpenThing(str(row.public_id), row.rule.label, row.reference, row.url, row.due_at) for row in clocks
    ]


def _count(user_ids: Collection[int]) -> Mapping[int, int]:
    rows = Clock.objects.still_open().filter(owner_user__in=user_ids)
    return dict(rows.values_list("owner_user").annotate(Count("pk")).order_by())


def _give(user: User, key: str, owner: User, at: datetime) -> Clock:
    """Raises Invalid where the record is shut to the one who would get it."""
    clock = Clock.objects.get(public_id=key)
    if clock.child and shut_ways(owner, [clock.child]):
        raise Invalid(f"{clock.reference} can't go to {owner}. Choose somebody else for it.", field="owner")
    return clock_hand_over(user, clock=clock, owner=owner, reason="Handed over", at=at)


CLOCKS = OpenThings("clocks", "Promises with a time", _of, _count, _give)
