"""Two records of one child become one, and can be taken apart again (C1; design: merge is an alias)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.events import publish
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.access import grants
from cems.children.cluster_lock import forget_locked
from cems.children.events import AreaChanged
from cems.children.history.services.level import level_point
from cems.children.identity.services.former_value import address_withhold
from cems.children.matching.rules.duplicate import pair
from cems.children.matching.selectors.merge import preview
from cems.children.matching.services.merge_choice import choices_decide, choices_put_back
from cems.children.matching.services.merge_facts import addresses_put_back, facts_decide, facts_put_back
from cems.children.models import Child, ConfidentialAddress, Merge, NotSame, Submitter
from cems.notices.services import notice_send

_UNSEEN = "One of these records is not open to you. Records of two authorities are joined by somebody who serves both."


@command
def merge_make(
    user: User,
    *,
    primary: Child,
    other: Child,
    why: str,
    decisions: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> Merge:
    """Read `other` under `primary` from now on. No row is moved; reach to one is reach to the cluster (C1).

    `decisions` says, for each choice of the preview, which side goes on ("primary" or "other").
    Raises NotAllowed for a record out of the person's reach, Invalid without a reason or a decision,
    Conflict where one is joined already or something must be settled first.
    """
    instant = at or now()
    if says_nothing(why):
        raise Invalid("Say why these are one child.", field="why")
    kept, gone = _both(user, primary, other)
    forget_locked()  # what is read with what changes here
    seen = preview(kept, gone)
    if seen.blockers:
        raise Conflict(" ".join(seen.blockers))
    members = _of(gone)
    before: dict[str, Any] = {
        "members": [member.pk for member in members],
        "provisional": kept.provisional,
        "area": kept.area_id,
        "locality": kept.locality_id,
        **choices_decide(user, kept=kept, choices=seen.choices, decisions=decisions or {}, at=instant),
        "facts": facts_decide(user, kept=kept, gone=gone, decisions=decisions or {}, at=instant),
    }
    for alias in (gone, *members):
        alias.merged_into, alias.current_level, alias.joined_authorities = kept, None, None
        alias.save(update_fields=["merged_into", "current_level", "joined_authorities"])
    if kept.provisional:
        kept.provisional = False
        kept.save(update_fields=["provisional"])
    row = Merge.objects.create(
        child=kept, other=gone, at=instant, by=user, why=why.strip(), shown=list(seen.lines), before=before
    )
    _settle(kept, kept)
    whole = [kept.pk, gone.pk, *(member.pk for member in members)]
    if ConfidentialAddress.objects.filter(child__in=whole, ended_at__isnull=True).exists():
        address_withhold(user, primary=kept, at=instant)
    _audit(user, row, Verb.MERGED, instant)
    for matched, provisional in ((gone, gone.provisional), (kept, before["provisional"])):
        if provisional:
            _tell_submitters(matched, "matched", instant)
    publish(AreaChanged(kept.pk, before["locality"], user.pk, instant))
    return row


@command
def merge_undo(user: User, *, merge: Merge, why: str, at: datetime | None = None) -> Merge:
    """Take two records apart again. What was written since under the primary record stays with it.

    Merges into one record may be undone in any order: what a later one decided, it goes on deciding. Raises Invalid
    without a reason, Conflict where it is undone already or the record has itself been joined to another since.
    """
    instant = at or now()
    if says_nothing(why):
        raise Invalid("Say why these are two children after all.", field="why")
    _may(user)
    kept, gone = _locked(merge.child_id, merge.other_id)
    forget_locked()
    locked_merge = Merge.objects.select_for_update(no_key=True).get(pk=merge.pk)
    if locked_merge.undone_at is not None:
        raise Conflict("These records have been taken apart already.")
    if kept.merged_into_id or gone.merged_into_id != kept.pk:
        raise Conflict("A later merge stands on this one. Undo that one first.")
    if not Child.objects.visible_to(user).filter(pk=kept.pk).exists():
        raise NotAllowed(_UNSEEN)
    rows = Child.objects.unscoped("records that were merged into the one being taken out")
    rows.filter(pk__in=locked_merge.before["members"], merged_into=kept).update(merged_into=gone)
    gone.merged_into = None
    gone.save(update_fields=["merged_into"])
    locality_before = kept.locality_id
    standing = _others_standing(locked_merge)
    choices_put_back(user, kept=kept, gone=gone, merge=locked_merge, standing=standing)
    facts_put_back(user, kept=kept, merge=locked_merge, standing=standing, at=instant)
    addresses_put_back(user, apart=[kept, gone], merge=locked_merge)
    locked_merge.undone_at, locked_merge.undone_by, locked_merge.undone_why = instant, user, why.strip()
    locked_merge.save(update_fields=["undone_at", "undone_by", "undone_why"])
    _settle(kept, gone)
    _audit(user, locked_merge, Verb.UNMERGED, instant)
    for apart in (kept, gone):
        publish(AreaChanged(apart.pk, locality_before, user.pk, instant))
    return locked_merge


@command
def child_confirm(user: User, *, child: Child, at: datetime | None = None) -> Child:
    """A provisional record is of a child who was not known: it stands from now on. Its submitters are told."""
    instant = at or now()
    _may(user)
    locked_child: Child = (
        Child.objects.visible_to(user).select_for_update(no_key=True, of=("self",)).get(pk=child.pk)
    )
    if not locked_child.provisional:
        raise Conflict("This record has been matched already.")
    locked_child.provisional = False
    locked_child.save(update_fields=["provisional"])
    forget_locked()
    record(
        user,
        verb=Verb.DECIDED,
        subject=locked_child,
        child=locked_child.public_id,
        part="identity",
        detail={"fields": ["provisional"]},
        at=instant,
    )
    _tell_submitters(locked_child, "confirmed as a new record", instant)
    return locked_child


@command
def merge_reject(user: User, *, one: Child, other: Child, at: datetime | None = None) -> NotSame:
    """Somebody looked: these are two children. The pair is not brought up again."""
    instant = at or now()
    _may(user)
    low, high = pair(one.pk, other.pk)
    row, made = NotSame.objects.get_or_create(
        child_id=low, other_id=high, defaults={"by": user, "at": instant}
    )
    for child in (one, other) if made else ():
        record(user, verb=Verb.DECIDED, subject=child, child=child.public_id, part="identity", at=instant)
    return row


def _may(user: User) -> None:
    if not profile_of(user).may(Work.DUPLICATES):
        raise NotAllowed("First Contact decides whether two records are of one child.")


def _both(user: User, primary: Child, other: Child) -> tuple[Child, Child]:
    """Both records, locked, if the person may join them."""
    _may(user)
    if primary.pk == other.pk:
        raise Invalid("This is one record. Choose another.")
    seen = Child.objects.visible_to(user).filter(pk__in=[primary.pk, other.pk]).count()
    kept, gone = _locked(primary.pk, other.pk)
    if kept.merged_into_id or gone.merged_into_id:
        raise Conflict("One of these records was joined to another while you looked. Open it again.")
    if seen < 2:
        raise NotAllowed(_UNSEEN)
    if kept.sealed_at is not None or gone.sealed_at is not None:
        raise NotAllowed("A sealed identity is never joined with another record.")
    return kept, gone


def _locked(primary_id: int, other_id: int) -> tuple[Child, Child]:
    rows = Child.objects.unscoped("lock two records that are joined or taken apart").select_for_update(
        no_key=True
    )
    locked_by_pk = {child.pk: child for child in rows.filter(pk__in=[primary_id, other_id]).order_by("pk")}
    return locked_by_pk[primary_id], locked_by_pk[other_id]


def _of(child: Child) -> list[Child]:
    """The records merged into this one."""
    rows = Child.objects.unscoped("records merged into one that is joined itself: depth stays one")
    return list(rows.select_for_update(no_key=True).filter(merged_into=child))


def _others_standing(merge: Merge) -> list[Merge]:
    """The other merges into the same record that stand, in their order."""
    rows = Merge.objects.select_for_update(no_key=True).filter(child=merge.child_id, undone_at__isnull=True)
    return list(rows.exclude(pk=merge.pk).order_by("pk"))


def _settle(*primaries: Child) -> None:
    """Bring what is kept for speed in line: the level pointed at, the authorities joined, the grants."""
    for primary in {primary.pk: primary for primary in primaries}.values():
        primary.current_level = None  # first let go: a level is pointed at once
        primary.save(update_fields=["current_level"])
    for primary in {primary.pk: primary for primary in primaries}.values():
        level_point(None, primary=primary)
        aliases = _of(primary)
        joined = {authority_id for alias in aliases for authority_id in (alias.authority_id, alias.area_id)}
        primary.joined_authorities = sorted(joined) or None
        primary.save(update_fields=["joined_authorities"])
    grants.rebuild(None, at=now(), child_ids=[primary.pk for primary in primaries])


def _audit(user: User, row: Merge, verb: Verb, at: datetime) -> None:
    for child, with_ in ((row.child, row.other), (row.other, row.child)):
        record(
            user,
            verb=verb,
            subject=row,
            child=child.public_id,
            part="identity",
            detail={"with": with_.reference},
            at=at,
        )


def _tell_submitters(child: Child, what: str, at: datetime) -> None:
    """A user who sent something about a provisional record learns that it counts; never under which record."""
    notice_send(
        list(Submitter.objects.filter(child=child).values_list("user_id", flat=True)),
        kind="children.matched",
        key=f"matched:{child.public_id}:{at.isoformat()}",
        text=f"First Contact has {what}: {child.reference}. What you sent about the child counts.",
        url=reverse("children:overview", args=[child.public_id]),
        reference=child.reference,
        child=child.public_id,
        at=at,
    )
