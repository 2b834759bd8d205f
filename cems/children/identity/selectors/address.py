"""What was open of an address before it became confidential: what came off the record, and who has had it (A2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cems.accounts.roles import Part
from cems.audit.selectors import GivenOut, given_out_before, lookers
from cems.children.access.selectors.disclosure import Line, lines
from cems.children.access_control import OpenChild
from cems.children.identity.selectors.former_value import withheld
from cems.children.models import ConfidentialAddress, FormerReason, FormerValue

LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True)
class HadBefore:
    """Until when an open address stood on the record, who looked at it in the year before, and what was taken away."""

    until: datetime
    people: Sequence[str]
    taken: Sequence[Line]


def taken_off(opened: OpenChild) -> list[FormerValue]:
    """The addresses that came off the record, for those who are listed to know."""
    return withheld(list(opened.cluster))


def had_before(opened: OpenChild) -> HadBefore | None:
    """For those who decide who reads the record: who may still have the address that stood open; None where none
    did, or none is kept now."""
    kept = ConfidentialAddress.objects.filter(child__in=opened.cluster, ended_at__isnull=True)
    if not kept.exists():
        return None
    came_off = FormerValue.objects.filter(
        child__in=opened.cluster, reason=FormerReason.CONFIDENTIAL, withheld=True
    )
    last = came_off.order_by("-until").first()
    if last is None:
        return None
    children = list(opened.cluster.values())
    since = last.until - LOOKED_BACK
    taken: list[GivenOut] = given_out_before(children, since=since, before=last.until)
    return HadBefore(
        last.until,
        lookers(children, part=Part.IDENTITY, since=since, before=last.until),
        lines(taken),
    )
