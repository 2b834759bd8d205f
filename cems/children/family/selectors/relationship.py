"""The people in a child's life as one reader may see them, other children's records among them (C7).

A link between two children's records is read in one place, `linked_records`, and shown to those alone who may read
both. To everybody else a relationship reads as it was typed: no order, count or address tells of a link.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.audit.services import listed
from cems.base.time import today
from cems.children.access.child_access import ChildAccess, accesses
from cems.children.access_control import OpenChild
from cems.children.choices import Relation, SafeToRing, YesNoNotKnown
from cems.children.identity.rules import search_key
from cems.children.matching.rules.search import Asked
from cems.children.matching.search import Found, likely
from cems.children.models import Child, RecordLink, Relationship
from cems.children.querysets import at_address

# What the child of a record is to the person of a relationship, who has a record too.
INVERSE: dict[str, str] = {
    Relation.PARENT: "Son or daughter",
    Relation.STEP_PARENT: "Stepson or stepdaughter",
    Relation.CARER: "Child in their care",
    Relation.FOSTER_CARER: "Child in their foster care",
    Relation.SIBLING: "Brother or sister",
    Relation.GRANDPARENT: "Grandchild",
    Relation.OTHER_FAMILY: "Other family",
    Relation.OWN_CHILD: "Parent",
    Relation.PARTNER: "Partner",
    Relation.TRUSTED_ADULT: "Child who trusts them",
    Relation.FRIEND: "Friend",
    Relation.OTHER: "Child who names them",
}
_ORDER = {relation: number for number, relation in enumerate(Relation.values)}


def relationship_at(opened: OpenChild, public_id: UUID) -> Relationship | None:
    """The relationship of this child at this address, with what superseded it; or None."""
    rows = Relationship.objects.filter(child__in=opened.cluster).select_related("superseded_by")
    return rows.filter(public_id=public_id).first()


def newest_of(row: Relationship) -> Relationship:
    """What is written of that person now: the row of `relationship_at` itself, or the last that corrected it."""
    while hasattr(row, "superseded_by"):
        row = row.superseded_by
    return row


def record_to_link(user: User, public_id: UUID) -> Child | None:
    """The record at this address, where this user may see it and it is not sealed; or None."""
    return at_address(user, public_id).not_sealed().with_bar().first()


@dataclass(frozen=True)
class LinkedRecord:
    """Another child's record that the reader may read, and what the child is to the one whose page this is."""

    link: RecordLink
    child: Child
    access: ChildAccess
    relation: str

    @property
    def age(self) -> str:
        """In words, where the reader may know it; else ""."""
        return self.child.age_words(today()) if self.access.sees(Part.IDENTITY) else ""

    @property
    def level(self) -> bool:
        """Whether the reader may know the level, and there is one."""
        return self.access.sees(Part.LEVEL) and self.child.current_level is not None

    @property
    def family(self) -> bool:
        return self.access.sees(Part.FAMILY)


@dataclass(frozen=True)
class FamilyPerson:
    """One relationship as it was typed, and the records of that person which the reader may read."""

    row: Relationship
    records: Sequence[LinkedRecord] = ()
    twice: bool = False


@dataclass(frozen=True)
class Family:
    """The people in a child's life now, those before, and the children on whose record this child is named."""

    people: Sequence[FamilyPerson]
    ended: Sequence[Relationship]
    named_on: Sequence[LinkedRecord]


def relationships(opened: OpenChild) -> Sequence[Relationship]:
    """Every relationship as it reads now, of those that were ended too: parents first, then by name."""
    rows = Relationship.objects.filter(child__in=opened.cluster, superseded_by__isnull=True)
    kept_rows = opened.kept(
        "children.relationships", lambda: list(rows.select_related("recorded_by__agency"))
    )
    return sorted(kept_rows, key=lambda row: (_ORDER[row.relation], row.name.casefold(), row.pk))


def family(user: User, opened: OpenChild) -> Family:
    """All of it for one page, once; the other records it shows are written down as listed (A3)."""
    return opened.kept("children.family", lambda: _family(user, opened))


def _family(user: User, opened: OpenChild) -> Family:
    rows = relationships(opened)
    current = [row for row in rows if row.ends_on is None]
    own, named_on = linked_records(user, opened)
    names = Counter(_same(row) for row in current)
    people = [
        FamilyPerson(
            row,
            [linked for linked in own if linked.link.relationship_id == row.pk],
            twice=names[_same(row)] > 1,
        )
        for row in current
    ]
    if own or named_on:
        shown = dict.fromkeys(linked.child.public_id for linked in (*own, *named_on))
        listed(user, what="children.list", children=list(shown))
    return Family(people, [row for row in rows if row.ends_on is not None], named_on)


def linked_records(user: User, opened: OpenChild) -> tuple[list[LinkedRecord], list[LinkedRecord]]:
    """The records of the child's own people, and those on which the child is named, that the reader may read.

    A record on which the child is named tells so as a part of its family: to those alone who read that part there.
    Asked with the same statements whether there are any or not. Nothing leads to or from a sealed record, nor from
    a record to itself once two were joined. A pair that each of the two records names is told once, from the own row.
    """
    standing = RecordLink.objects.standing()
    here = opened.child.pk
    holding = [(link, named) for link, _, named in standing.held_by(opened.cluster).between_records()]
    naming = [(link, holder) for link, holder, _ in standing.naming(opened.cluster).between_records()]
    others = {primary for _, primary in (*holding, *naming)}
    rows = Child.objects.visible_to(user, opened.at).not_sealed().with_bar()
    readable = {child.pk: child for child in rows.filter(pk__in=[here, *others])}
    if readable.pop(here, None) is None:  # sealed
        return [], []
    reached = accesses(user, list(readable.values()), opened.at) if readable else {}
    own = [
        LinkedRecord(link, readable[pk], reached[pk], link.relationship.get_relation_display())
        for link, pk in holding
        if pk in readable
    ]
    own_ids = {linked.child.pk for linked in own}
    named_on = [
        LinkedRecord(link, readable[pk], reached[pk], INVERSE[link.relationship.relation])
        for link, pk in naming
        if pk in readable and pk not in own_ids and reached[pk].sees(Part.FAMILY)
    ]
    once = {(linked.child.pk, linked.relation): linked for linked in named_on}
    return own, sorted(
        once.values(), key=lambda linked: (linked.relation, linked.child.name.casefold(), linked.child.pk)
    )


def _same(row: Relationship) -> tuple[str, str]:
    """By what two relationships are taken to name one person: each of two records that were joined may."""
    return row.relation, search_key(row.name)


# --- what follows for others ------------------------------------------------------------------------------
def speak_with(opened: OpenChild) -> Sequence[Relationship]:
    """Before a call or a letter: parents, carers and who else answers for the child, and all who must not be told
    something or whom it is not safe to ring just so. Nobody, where the part is shut to the reader."""
    if not opened.access.sees(Part.FAMILY):
        return []
    answers = {Relation.PARENT, Relation.STEP_PARENT, Relation.CARER, Relation.FOSTER_CARER}
    careful = {SafeToRing.NO, SafeToRing.ONLY_WHEN}
    return [
        row
        for row in relationships(opened)
        if row.ends_on is None
        and (
            row.relation in answers
            or row.parental_responsibility == YesNoNotKnown.YES
            or row.must_not_be_told
            or row.safe_to_ring in careful
        )
    ]


# --- linking ------------------------------------------------------------------------------------------------
def candidates(user: User, opened: OpenChild, row: Relationship) -> list[Found]:
    """Records that may be that person's, among those the user may see; audited as the search that it is."""
    if opened.child.sealed_at is not None:
        return []
    matches = likely(user, asked=Asked(search_key(row.name), row.date_of_birth))
    return [match for match in matches if match.child.pk not in opened.cluster]


def seen_link(user: User, opened: OpenChild, row: Relationship, link_id: UUID) -> LinkedRecord | None:
    """The link at this address of a relationship, where the user may know of it; or None.

    Where the relationship was corrected since, the link that went along with the person to the newest row.
    """
    newest = newest_of(row)
    moved = RecordLink.objects.filter(relationship=row, public_id=link_id, ended_at__isnull=True)
    records = set() if newest == row else set(moved.values_list("record", flat=True))
    return next(
        (
            linked
            for linked in linked_records(user, opened)[0]
            if linked.link.relationship_id == newest.pk
            and (linked.link.public_id == link_id or linked.link.record_id in records)
        ),
        None,
    )
