"""The people in the child's life, and which of them have a record of their own (C7)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from cems.base.kept import BY_WHOM, WITH_RECORD, WRITTEN, Kept
from cems.base.regimes import RECORDED
from cems.children.identity.rules import search_key
from cems.children.models import RecordLink, Relationship
from cems.children.querysets import primary_by_row


def _named_on_both(child_ids: Sequence[int]) -> Iterable[str]:
    """How many people each of the records names; and a warning where one names the other as somebody else."""
    rows = Relationship.objects.filter(
        child__in=child_ids, ends_on__isnull=True, superseded_by__isnull=True
    ).values_list("relation", "name", "child")
    primaries = primary_by_row(child_ids)
    named_by: dict[tuple[str, str], set[int]] = defaultdict(set)
    for relation, name, child in rows:
        named_by[relation, search_key(name)].add(primaries.get(child, child))
    count = sum(len(records) > 1 for records in named_by.values())
    if count == 1:
        yield "1 person of the child's life is named on both: end the one that isn't needed afterwards."
    elif count:
        yield f"{count} people of the child's life are named on both: end those that aren't needed afterwards."
    links = RecordLink.objects.standing().held_by(child_ids).naming(child_ids)
    if links.exists():
        yield "One of these records names the other as somebody else in the child's life. Are they one child?"


ROWS = (
    Kept(
        Relationship,
        title="Somebody in the child's life",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={
            "who": "name",
            "to the child": "relation",
            "born": "date_of_birth",
            "parental responsibility": "parental_responsibility",
            "lives with the child": "lives_with",
            "telephone": "phone",
            "language": "language",
            "interpreter": "interpreter",
            "safe to ring": "safe_to_ring",
            "safe when": "safe_when",
            "may be told": "may_be_told",
            "must not be told": "must_not_be_told",
            "why not": "must_not_why",
            "named by": "named_by",
            "named": "named_on",
            "from": "starts_on",
            "to": "ends_on",
            "why it ended": "end_reason",
        },
        left_out={
            WRITTEN: ("recorded_at",),
            BY_WHOM: ("recorded_by", "ended_by"),
            "a correction and what it corrects are both shown": ("supersedes",),
        },
        third_party=True,
        order=("named_on", "pk"),
        at_merge=_named_on_both,
    ),
    Kept(
        RecordLink,
        title="Record of somebody in the child's life",
        retention=WITH_RECORD,
        basis=RECORDED,
        not_shown="whether somebody else has a record is never told to who may not read that record",
        reached_by=("relationship__child",),
    ),
)
