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
    """What a person raised and what became of it, as whoever sent a matrix reads it. Without `child` the record is
    closed to them by now, and they read no more than whether CEVT has discussed it."""

    item: Item
    child: Child | None
    access: ChildAccess | None
    found: Decided | None

    @property
    def sees_sheet(self) -> bool:
        return self.access is not None and self.access.sees(Part.CONTRIBUTIONS)

    @property
    def sees_decision(self) -> bool:
        """Whether CEVT's own reasons are open to them too."""
        return self.access is not None and self.access.sees(Part.DECISIONS)

    @property
    def exports(self) -> bool:
        return self.access is not None and self.access.exports


def raised_by(user: User, item_id: UUID) -> Raised | None:
    """What this person raised at this address; None for anybody else's, and for a user who is barred from it."""
    item = _raised_at(item_id)
    if item is None or item.raised_by_id != user.pk or is_barred(user, item.child_id):
        return None
    return _as_read_by(user, item)


def letter_of(user: User, item_id: UUID) -> Raised | None:
    """What CEVT decided on a concern, for the letter: to whoever raised it, and to who reads CEVT's decisions about
    the child; None for anybody else, and where the record is closed to them."""
    item = _raised_at(item_id)
    raised = _as_read_by(user, item) if item else None
    if raised is None or raised.access is None:
        return None
    own = raised.item.raised_by_id == user.pk and raised.access.sees(Part.OWN_SUBMISSIONS)
    return raised if own or raised.sees_decision else None


def _raised_at(item_id: UUID) -> Item | None:
    rows = Item.objects.filter(public_id=item_id, kind=ItemKind.RAISED)
    item: Item | None = rows.select_related("withdrawn_by", "raised_by__agency", *DECISION).first()
    return item


def _as_read_by(user: User, item: Item) -> Raised:
    child = seen(user, [item.child_id]).get(item.child_id)
    if child is None:
        return Raised(item, None, None, None)
    access = access_to(user, child)
    reads = access.sees(Part.DECISIONS, Part.OWN_SUBMISSIONS)
    return Raised(item, child, access, decided_of(item) if reads else None)
