"""What a leaver holds of records: claims that wait for an answer, and restricted records they keep (A1, A2, C3)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.slots import OpenThing, OpenThings
from cems.base.time import now
from cems.children.access.services.restriction import KEEPERS
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Involvement, NamedReader


def _claims() -> Any:
    return Involvement.objects.filter(state=InvolvementState.CLAIMED, ended_at__isnull=True)


def _claims_of(user: User) -> list[OpenThing]:
    rows = _claims().filter(user=user).order_by("pk")
    keys = rows.values_list("public_id", flat=True)
    page = reverse("children:claims")
    return [
        OpenThing(str(key), "Says that they work with a child", f"Claim {n}", page)
        for n, key in enumerate(keys, 1)
    ]


def _claims_count(user_ids: Collection[int]) -> Mapping[int, int]:
    return dict(_claims().filter(user__in=user_ids).values_list("user").annotate(Count("pk")).order_by())


def _kept() -> Any:
    return NamedReader.objects.filter(kind__in=KEEPERS, until__gt=now(), child__restricted=True)


def _kept_by(user: User) -> list[OpenThing]:
    rows = _kept().filter(user=user).select_related("child").order_by("pk")
    return [
        OpenThing(
            str(row.pk),
            row.get_kind_display(),
            row.child.reference,
            reverse("children:restriction", args=[row.child.public_id]),
        )
        for row in rows
    ]


def _kept_count(user_ids: Collection[int]) -> Mapping[int, int]:
    return dict(_kept().filter(user__in=user_ids).values_list("user").annotate(Count("pk")).order_by())


CLAIMS = OpenThings(
    "claims",
    "Claims to work with a child, which First Contact or their manager answers",
    _claims_of,
    _claims_count,
)
KEPT_RECORDS = OpenThings(
    "restricted", "Restricted records they keep, which their owner or deputy gives", _kept_by, _kept_count
)
