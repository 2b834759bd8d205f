"""Children placed here by others, and ours placed elsewhere (C2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part
from cems.children.access import accesses
from cems.children.models import Child, Placement
from cems.children.selectors.whole import seen

LONGEST = 100


@dataclass(frozen=True)
class Placed:
    """One child who lives away from the authority that is responsible."""

    row: Placement
    child: Child


@dataclass(frozen=True)
class PlacedPage:
    """Running placements across a border of this person's area, newest first."""

    here: Sequence[Placed]
    elsewhere: Sequence[Placed]
    more: bool


def history(child: Child) -> list[Placement]:
    """Every placement of the child, newest first."""
    rows = Placement.objects.of(child).select_related("area", "locality", "placed_by", "provider")
    return list(rows.order_by("-starts_on", "-pk"))


def placed(user: User) -> PlacedPage:
    """Of the children this person may see with their statuses, those placed across a border."""
    served = profile_of(user).authority_ids
    across = Placement.objects.filter(ends_on__isnull=True).exclude(area=F("placed_by"))
    mine = across.filter(Q(area__in=served) | Q(placed_by__in=served))
    rows = list(
        mine.of_visible(user).select_related("area", "placed_by").order_by("-starts_on", "-pk")[: LONGEST + 1]
    )
    children = seen(user, [row.child_id for row in rows[:LONGEST]])
    open_to = accesses(user, list({child.pk: child for child in children.values()}.values()))
    found = [
        Placed(row, children[row.child_id])
        for row in rows[:LONGEST]
        if row.child_id in children and open_to[children[row.child_id].pk].sees(Part.STATUS)
    ]
    return PlacedPage(
        here=[one for one in found if one.row.area_id in served],
        elsewhere=[one for one in found if one.row.area_id not in served],
        more=len(rows) > LONGEST,
    )
