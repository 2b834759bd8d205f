"""A child raised at CEVT without a matrix: what is open before one raises, and what became of it (T3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cems.accounts.models import DutyDesk, User
from cems.accounts.roles import Part
from cems.children.access.child_access import ChildAccess, access_to
from cems.children.access.selectors.restriction import is_barred
from cems.children.access_control import OpenChild
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child
from triage.cevt.selectors.decision import DECISION, Decided, decided_of
from triage.cevt.selectors.eligibility import eligibility_of
from triage.cevt.selectors.sheet import desks_for
from triage.cevt.services.item import raised_open
from triage.choices import ItemKind
from triage.models import Item


@dataclass(frozen=True)
class Before:
    """What somebody should know who is about to raise a child: `held` is the concern that is open already, `reads`
    whether they may read its words, `listed` whether a matrix waits, `eligibility` whether CEVT may discuss them."""

    held: Item | None
    reads: bool
    listed: bool
    eligibility: bool
    desks: Sequence[DutyDesk]


def before_raising(user: User, opened: OpenChild) -> Before:
    """How the child stands at CEVT, for one who opened the record."""
    concern, sees = raised_open(opened.child), opened.access.sees(Part.DECISIONS)
    waiting = Item.objects.filter(child__in=opened.cluster, closed_at__isnull=True).exclude(
        kind=ItemKind.RAISED
    )
    would_be = Item(child=opened.child, received_at=opened.at)
    return Before(
        held=concern,
        reads=concern is not None and (sees or concern.raised_by_id == user.pk),
        listed=opened.access.sees(Part.CONTRIBUTIONS) and waiting.exists(),
        eligibility=bool(eligibility_of([would_be])[would_be.pk]),
        desks=desks_for(opened.child),
    )


@dataclass(frozen=True)
class Raised:
    """What a person raised and what became of it. Without `child` the record is closed to them by now, and they
    read no more than whether CEVT has discussed it; without `found` the decision is not theirs to read."""

    item: Item
    child: Child | None
    access: ChildAccess | None
    found: Decided | None

    @property
    def sees_sheet(self) -> bool:
        return self.access is not None and self.access.sees(Part.CONTRIBUTIONS)


def raised_by(user: User, item_id: UUID) -> Raised | None:
    """What this person raised at this address; None for anybody else's, and for a user who is barred from it."""
    rows = Item.objects.filter(public_id=item_id, kind=ItemKind.RAISED, raised_by=user)
    item = rows.select_related("withdrawn_by", *DECISION).first()
    if item is None or is_barred(user, item.child_id):
        return None
    child = seen(user, [item.child_id]).get(item.child_id)
    if child is None:
        return Raised(item, None, None, None)
    access = access_to(user, child)
    return Raised(item, child, access, decided_of(item) if access.sees(Part.DECISIONS) else None)
