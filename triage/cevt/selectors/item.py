"""Items on CEVT's list: one by its address, those still open of a child, those a user may read (T2, T3, O1)."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.access.child_access import accesses
from cems.children.matching.selectors.cluster import seen
from cems.children.models import AgreedLevel, Child
from triage.cevt.selectors.decision import decided_each
from triage.cevt.selectors.eligibility import eligibility_of
from triage.cevt.selectors.rereferrals import rereferrals_of
from triage.models import Decision, Item

_SHOWN = ("submission", "clock", "decision__agreed", "decision__decided_by")


def item_at(public_id: UUID) -> Item | None:
    """The item at this address, of any child: the caller opens the child next. None where there is none."""
    row: Item | None = Item.objects.select_related(*_SHOWN).filter(public_id=public_id).first()
    return row


def child_of_item(public_id: UUID) -> int | None:
    """The row number of the child whom this item is about; None where there is none."""
    return Item.objects.filter(public_id=public_id).values_list("child_id", flat=True).first()


def address_of_child(item: Item) -> UUID:
    """The public id of the child of an item; the caller opens the child next."""
    rows = Child.objects.unscoped("the address of the child of an item, opened next")
    return rows.values_list("public_id", flat=True).get(pk=item.child_id)


def items_visible(user: User, *, only_open: bool) -> QuerySet[Item]:
    """Items of children this user may see; `only_open` keeps to those that wait for a decision."""
    rows: QuerySet[Item] = Item.objects.of_visible(user)
    rows = rows.select_related(*_SHOWN)
    return rows.filter(closed_at__isnull=True) if only_open else rows


def open_items(cluster: Collection[int]) -> Sequence[Item]:
    """What CEVT has open for a child, the oldest first; `cluster` are the row numbers of the opened record."""
    rows = Item.objects.filter(child__in=cluster, closed_at__isnull=True).select_related("submission")
    return list(rows.order_by("received_at", "pk"))


def items_decided(decision: Decision) -> Sequence[Item]:
    """The items that this decision was about, each with who sent its matrix or raised the child."""
    return list(decision.items.select_related("submission__submitted_by", "raised_by"))


def is_own(user: User, item: Item) -> bool:
    """Whether the item came of a matrix that this user sent, or the user raised the child."""
    if item.submission is None:
        return item.raised_by_id == user.pk
    return bool(item.submission.submitted_by_id == user.pk)


def readable_items(user: User, items: Sequence[Item]) -> list[Item]:
    """Those of these items whose decisions this user may read, or that are their own; as `with_facts`."""
    children = seen(user, {item.child_id for item in items})
    access = accesses(user, list({child.pk: child for child in children.values()}.values()))
    kept = [
        item
        for item in items
        if (child := children.get(item.child_id))
        and (access[child.pk].sees(Part.DECISIONS) or is_own(user, item))
    ]
    reading = {item.pk for item in kept if access[children[item.child_id].pk].sees(Part.DECISIONS)}
    return with_facts(kept, children, reading=reading)


def with_facts(
    items: Sequence[Item], children: Mapping[int, Child], *, reading: Collection[int]
) -> list[Item]:
    """The items with what is worked out on reading: eligibility, re-referral, the child and the agreed level by
    their public ids; the decision as it stands, whole for the items in `reading`, else as the referrer reads it."""
    decided = decided_each([item.decision for item in items if item.decision])
    passed, returns = eligibility_of(items), rereferrals_of(items)
    level_ids = [child.current_level_id for child in children.values() if child.current_level_id]
    levels = dict(AgreedLevel.objects.filter(pk__in=level_ids).values_list("pk", "public_id"))
    for item in items:
        item.decided = decided.get(item.decision_id or 0)  # type: ignore[attr-defined] # the serializer's
        item.reads_decision = item.pk in reading  # type: ignore[attr-defined] # the serializer's
        item.eligibility = passed[item.pk]  # type: ignore[attr-defined] # the serializer's
        item.returns = returns[item.pk]  # type: ignore[attr-defined] # the serializer's
        item.child_public_id = children[item.child_id].public_id  # type: ignore[attr-defined] # the serializer's
        item.agreed_level = levels.get(children[item.child_id].current_level_id or 0)  # type: ignore[attr-defined] # the serializer's
    return list(items)
