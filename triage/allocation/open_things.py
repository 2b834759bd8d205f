"""The children somebody is allocated to, given to colleagues on the page of moving them, and those they hold over
days off (A1, T6)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.slots import OpenThing, OpenThings
from cems.base.time import today
from triage.models import Allocation, WeekendCover


def _of(user: User) -> list[OpenThing]:
    rows = Allocation.objects.filter(worker=user, ended_at__isnull=True).order_by("pk")
    page = reverse("allocation:reallocation", args=[user.public_id])
    keys = rows.values_list("public_id", flat=True)
    return [OpenThing(str(key), "Allocated child", f"Child {n}", page) for n, key in enumerate(keys, 1)]


def _count(user_ids: Collection[int]) -> Mapping[int, int]:
    rows = Allocation.objects.filter(worker__in=user_ids, ended_at__isnull=True)
    return dict(rows.values_list("worker").annotate(Count("pk")).order_by())


def _covers() -> Any:
    return WeekendCover.objects.filter(until__gt=today(), wait__ended_at__isnull=True)


def _covers_of(user: User) -> list[OpenThing]:
    rows = _covers().filter(held_by=user).select_related("wait__clock").order_by("until", "pk")
    page = reverse("allocation:handover")
    return [
        OpenThing(str(row.public_id), f"Held until {row.until:%-d %B}", row.wait.clock.reference, page)
        for row in rows
    ]


def _covers_count(user_ids: Collection[int]) -> Mapping[int, int]:
    rows = _covers().filter(held_by__in=user_ids)
    return dict(rows.values_list("held_by").annotate(Count("pk")).order_by())


ALLOCATIONS = OpenThings("allocations", "Allocated children", _of, _count)
COVERS = OpenThings("covers", "Children they hold over days off", _covers_of, _covers_count)
