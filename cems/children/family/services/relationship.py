"""The people in a child's life (C7): added, corrected, ended; linked to a record of CEMS, and parted from it."""

from datetime import date, datetime
from typing import TypedDict, Unpack

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.choices import SafeToRing
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, RecordLink, Relationship
from cems.children.querysets import cluster_ids, primaries_with

NOT_OPEN = "No record with this reference is open to you. Check each digit."
ONE_ALREADY = "This person is linked to a record already. Part the two first if that is not them."


class Details(TypedDict, total=False):
    """What is told of a person, by the columns of `Relationship`."""

    name: str
    relation: str
    date_of_birth: date | None
    parental_responsibility: str
    lives_with: str
    phone: str
    language: str
    interpreter: bool
    safe_to_ring: str
    safe_when: str
    may_be_told: str
    must_not_be_told: str
    must_not_why: str
    named_by: str
    named_on: date
    starts_on: date | None


@command
def relationship_add(
    user: User, *, child: Child, at: datetime | None = None, **details: Unpack[Details]
) -> Relationship:
    """Somebody is part of the child's life. Raises Invalid for what can't be."""
    instant, primary = at or now(), lock_cluster(child.pk)
    return _write(user, primary, _checked(details, primary, local_date(instant)), instant)


@command
def relationship_correct(
    user: User, *, relationship: Relationship, at: datetime | None = None, **details: Unpack[Details]
) -> Relationship:
    """What was written was wrong, or is no longer so: a new row supersedes it, and both stay.

    Links to records go with the person, whether the user knows of them or not. Raises Invalid for what can't be,
    Conflict where the row was corrected or ended meanwhile.
    """
    instant, primary = at or now(), lock_cluster(relationship.child_id)
    earlier = _locked(relationship)
    made = _write(user, primary, _checked(details, primary, local_date(instant)), instant, supersedes=earlier)
    standing = RecordLink.objects.filter(relationship=earlier, ended_at__isnull=True)
    for link in standing.select_related("record").order_by("pk"):
        moved = RecordLink.objects.create(
            relationship=made,
            record=link.record,
            why=link.why,
            linked_at=link.linked_at,
            linked_by_id=link.linked_by_id,
        )
        _record_between(user, Verb.CREATED, moved, primary, link.record, instant)
    return made


@command
def relationship_end(
    user: User, *, relationship: Relationship, ends_on: date, reason: str, at: datetime | None = None
) -> Relationship:
    """The person is part of the child's life no more, or never was. Raises Invalid without a reason or for a day that
    can't be, Conflict where the row was corrected or ended meanwhile."""
    instant, primary = at or now(), lock_cluster(relationship.child_id)
    row = _locked(relationship)
    if says_nothing(reason):
        raise Invalid("Say why.", field="reason")
    if ends_on > local_date(instant):
        raise Invalid("The last day is in the future. Record it on the day.", field="ends_on")
    if row.starts_on and ends_on < row.starts_on:
        raise Invalid("The last day is before the first. Check the date.", field="ends_on")
    row.ends_on, row.end_reason, row.ended_by = ends_on, reason.strip(), user
    row.save(update_fields=["ends_on", "end_reason", "ended_by"])
    record(user, verb=Verb.CHANGED, subject=row, child=primary.public_id, part=Part.FAMILY, at=instant)
    return row


@command
def record_link(
    user: User, *, relationship: Relationship, other: Child, why: str, at: datetime | None = None
) -> RecordLink:
    """The person has this record of CEMS: those who may read both records see it on both.

    `other` is a record that the user may see. Raises Invalid where it is not, is sealed or is the child's own, or
    without a reason; Conflict where the user knows of another link. A link that the user may not know of refuses
    nothing. The audit names both records and belongs to neither, so that neither's record of use tells of the other.
    """
    instant, primary = at or now(), lock_cluster(relationship.child_id)
    row = _locked(relationship)
    open_to_user = Child.objects.visible_to(user, instant).not_sealed()
    if primary.sealed_at is not None or not open_to_user.filter(pk=other.pk).exists():
        raise Invalid(NOT_OPEN, field="reference")
    if other.pk in cluster_ids([primary.pk]):
        raise Invalid("This is the child's own record.", field="reference")
    if says_nothing(why):
        raise Invalid("Say how you know that this is the same person.", field="why")
    standing = {link.record_id for link in RecordLink.objects.filter(relationship=row, ended_at__isnull=True)}
    primaries = primaries_with(standing) if standing else {}
    if open_to_user.filter(pk__in={primaries[pk] for pk in standing}).exists():
        raise Conflict(ONE_ALREADY)
    link = RecordLink.objects.create(
        relationship=row, record=other, why=why.strip(), linked_at=instant, linked_by=user
    )
    _record_between(user, Verb.CREATED, link, primary, other, instant)
    return link


@command
def record_unlink(user: User, *, link: RecordLink, reason: str, at: datetime | None = None) -> RecordLink:
    """The record is somebody else's. Raises Invalid without a reason, NotAllowed for who may not know of the link,
    Conflict where it has ended, or the relationship was corrected or ended meanwhile."""
    instant = at or now()
    primary = lock_cluster(link.relationship.child_id)
    row = (
        RecordLink.objects.select_for_update(no_key=True)
        .select_related("relationship", "record")
        .get(pk=link.pk)
    )
    open_to_user = Child.objects.visible_to(user, instant).not_sealed()
    named = open_to_user.filter(pk=primaries_with([row.record_id])[row.record_id]).first()
    if named is None:
        raise NotAllowed("This is not open to you.")
    if row.ended_at is not None:
        raise Conflict("These two were parted already.")
    _locked(row.relationship)  # a link that went along to a newer row is parted there
    if says_nothing(reason):
        raise Invalid("Say why.", field="reason")
    row.ended_at, row.ended_by, row.end_reason = instant, user, reason.strip()
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    _record_between(user, Verb.CHANGED, row, primary, named, instant)
    return row


def _record_between(
    user: User, verb: Verb, link: RecordLink, primary: Child, other: Child, at: datetime
) -> None:
    detail = {"held_by": str(primary.public_id), "record": str(other.public_id)}
    record(user, verb=verb, subject=link, part=Part.FAMILY, detail=detail, at=at)


def _locked(relationship: Relationship) -> Relationship:
    row = Relationship.objects.select_for_update(no_key=True).get(pk=relationship.pk)
    if Relationship.objects.filter(supersedes=row).exists():
        raise Conflict(
            "Somebody has corrected this meanwhile. Your words are kept here: compare them with the newer entry."
        )
    if row.ends_on is not None:
        raise Conflict("This has ended already.")
    return row


def _write(
    user: User, primary: Child, details: Details, at: datetime, supersedes: Relationship | None = None
) -> Relationship:
    row = Relationship.objects.create(
        child=primary, supersedes=supersedes, recorded_at=at, recorded_by=user, **details
    )
    record(
        user,
        verb=Verb.CHANGED if supersedes else Verb.CREATED,
        subject=row,
        child=primary.public_id,
        part=Part.FAMILY,
        at=at,
    )
    return row


def _checked(details: Details, child: Child, day: date) -> Details:
    """What was told, tidied. Raises Invalid for what can't be."""
    tidy = Details(**details)
    for name in ("name", "phone", "language", "safe_when", "may_be_told", "must_not_be_told", "must_not_why"):
        tidy[name] = str(details.get(name, "")).strip()
    if not tidy["name"]:
        raise Invalid("Write the name, or what the child calls them.", field="name")
    if tidy.get("safe_to_ring") == SafeToRing.ONLY_WHEN and not tidy["safe_when"]:
        raise Invalid("Say when, or how, it is safe to ring.", field="safe_when")
    if tidy["must_not_be_told"] and not tidy["must_not_why"]:
        raise Invalid("Say why they must not be told.", field="must_not_why")
    for name, words in (
        ("named_on", "This day is in the future. Check the date."),
        ("starts_on", "This day is in the future. Record it on the day it begins."),
        ("date_of_birth", "This day is in the future. Check the date of birth."),
    ):
        asked = details.get(name)
        if isinstance(asked, date) and asked > day:
            raise Invalid(words, field=name)
    if tidy["named_on"] < child.date_of_birth:
        raise Invalid("This is before the child was born. Check the date.", field="named_on")
    return tidy
