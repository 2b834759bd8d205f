"""The lead of an agency somebody holds, to be named anew when they leave (A1)."""

from collections.abc import Collection, Mapping

from django.db.models import Count
from django.urls import reverse

from cems.accounts.models import Agency, User
from cems.accounts.slots import OpenThing, OpenThings


def _of(user: User) -> list[OpenThing]:
    rows = Agency.objects.filter(safeguarding_lead=user).order_by("name")
    return [
        OpenThing(row.code, "Safeguarding lead", row.name, reverse("people:agency-lead", args=[row.code]))
        for row in rows
    ]


def _count(user_ids: Collection[int]) -> Mapping[int, int]:
    rows = Agency.objects.filter(safeguarding_lead__in=user_ids)
    return dict(rows.values_list("safeguarding_lead").annotate(Count("pk")).order_by())


LEADS = OpenThings("leads", "Lead roles, which an administrator gives", _of, _count)
