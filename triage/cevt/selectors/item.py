"""Items on CEVT's list: one by its address, those still open of a child, those a user may read (T2, T3, O1)."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.access.child_access import accesses
from cems.children.matching.selectors.cluster import seen
from cems.children.models import AgreedLevel, Child
from triage.cevt.selectors.eligibility import eligibility_of
from triage.cevt.selectors.rereferrals import rereferrals_of
from triage.models import Decision, Item

_SHOWN = ("submission", "clock", "decision__agreed", "decision__decided_by")


def item_at(public_id: UUID) -> Item | None:
    """The item at this address, of any child: the caller opens the child next. None where there is none."""
    row: Item | None = Item.objects.select_related(*_SHOWN).filter(public_id=public_id).first()
    return row


def address_of_child(item: Item) -> UUID:
    """The public id of the child of an item; the caller opens the child next."""
    rows = Child.objects.unscoped("the address of the child of an item, opened next")
    return rows.values_list("public_id", flat=True).get(pk=item.child_id)


def items_visible(user: User, *, only_open: bool) -> QuerySet[Item]:
    """Items of children this user may see; `only_open` keeps to those that wait for a decision."""
    rows: QuerySet[Item] = Item.objects.of_visible(user)
    rows = rows.select_related(*_SHOWN)
    rows = rows.prefetch_related("decision__outcomes__locality", "decision__outcomes__provider")
    return rows.filter(closed_at__isnull=True) if only_open else rows


def open_items(cluster: Collection[int]) -> Sequence[Item]:
    """What CEVT has open for a child, the oldest first; `cluster` are the row numbers of the opened record."""
    rows = Item.objects.filter(child__in=cluster, closed_at__isnull=True).select_related("submission")
    return list(rows.order_by("received_at", "pk"))


def items_decided(decision: Decision) -> Sequence[Item]:
    """The items that this decision was about, each with who sent its matrix or raised the child."""
    return list(decision.items.select_related("submission__submitted_by", "raised_by"))


def is_own(user: User, item: Item) -> bool:
    """Whether the item came of a matrix that this user sent."""
    return item.submission is not None and item.submission.submitted_by_id == user.pk


def readable_items(user: User, items: Sequence[Item]) -> list[Item]:
    """Those of these items whose decisions this user may read, or whose matrix is theirs; as `with_facts`."""
    children = seen(user, {item.child_id for item in items})
    access = accesses(user, list({child.pk: child for child in children.values()}.values()))
    kept = [
        item
        for item in items
        if (child := children.get(item.child_id))
        and (access[child.pk].sees(Part.DECISIONS) or is_own(user, item))
    ]
    return with_facts(kept, children)


def with_facts(items: Sequence[Item], children: Mapping[int, Child]) -> list[Item]:
    """The items with what is worked out on reading: eligibility, re-referral, the child and the agreed level by
    their public ids."""
    passed, returns = eligibility_of(items), rereferrals_of(items)
    level_ids = [child.current_level_id for child in children.values() if child.current_level_id]
    levels = dict(AgreedLevel.objects.filter(pk__in=level_ids).values_list("pk", "public_id"))
    for item in items:
        item.eligibility = passed[item.pk]  # type: ignore[attr-defined] # the serializer's
        item.returns = returns[item.pk]  # type: ignore[attr-defined] # the serializer's
        item.child_public_id = children[item.child_id].public_id  # type: ignore[attr-defined] # the serializer's
        item.agreed_level = levels.get(children[item.child_id].current_level_id or 0)  # type: ignore[attr-defined] # the serializer's
    return list(items)
