"""The children somebody is allocated to, given to colleagues on the page of moving them (A1, T6)."""

from collections.abc import Collection, Mapping

from django.db.models import Count
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.slots import OpenThing, OpenThings
from triage.models import Allocation


def _of(user: User) -> list[OpenThing]:
    rows = Allocation.objects.filter(worker=user, ended_at__isnull=True).order_by("pk")
    page = reverse("allocation:reallocation", args=[user.public_id])
    keys = rows.values_list("public_id", flat=True)
    return [OpenThing(str(key), "Allocated child", f"Child {n}", page) for n, key in enumerate(keys, 1)]


def _count(user_ids: Collection[int]) -> Mapping[int, int]:
    rows = Allocation.objects.filter(worker__in=user_ids, ended_at__isnull=True)
    return dict(rows.values_list("worker").annotate(Count("pk")).order_by())


ALLOCATIONS = OpenThings("allocations", "Allocated children", _of, _count)
