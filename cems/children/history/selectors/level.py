"""The levels that forums agreed (C4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.keyset import Keyset, Page
from cems.children.access.child_access import accesses
from cems.children.choices import RiskLevel
from cems.children.history.rules import level_to_act_on
from cems.children.models import AgreedLevel, Child
from cems.children.slots import SUBMITTED_LEVELS

ORDER = Keyset("-happened_at", "-pk", size=50)


def levels_agreed(child: Child, after: str = "") -> Page[AgreedLevel]:
    """A page of the levels forums agreed with who recorded each, the newest first."""
    return ORDER.page(AgreedLevel.objects.of(child).select_related("recorded_by"), after)


@dataclass(frozen=True)
class ActedOn:
    """The level that is acted on, and whether a forum has agreed it."""

    level: RiskLevel
    agreed: bool


def levels_acted_on(user: User, children: Sequence[Child], at: datetime) -> dict[int, ActedOn]:
    """By row number, the level acted on for each of these children (C4), where it is open to the person.

    A fixed number of reads for any number of children. One without a level is left out.
    """
    if not children:
        return {}
    access = accesses(user, children, at)
    open_ids = [child.pk for child in children if access[child.pk].sees(Part.LEVEL)]
    rows = Child.objects.unscoped("the agreed levels of children whose level is open to the reader")
    agreed = rows.filter(pk__in=open_ids).values_list(
        "pk", "current_level__level", "current_level__happened_at"
    )
    submitted = SUBMITTED_LEVELS.get()(open_ids)
    acted_on = {}
    for pk, level, agreed_at in agreed:
        known = None if level is None else RiskLevel(level)
        newest = submitted.get(pk)
        waits = newest and (agreed_at is None or newest[1] > agreed_at)
        to_act_on = level_to_act_on(known, RiskLevel(newest[0]) if newest and waits else None)
        if to_act_on is not None:
            acted_on[pk] = ActedOn(to_act_on, to_act_on == known)
    return acted_on
