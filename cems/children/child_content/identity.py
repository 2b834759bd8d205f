"""Who the child is (C1), where they may be found, how they describe themselves, and their death."""

from collections.abc import Iterable, Sequence

from django.db.models import Count, QuerySet

from cems.base.kept import BY_WHOM, INTERNAL, OWN_ROW, WITH_RECORD, WRITTEN, Kept, Shown
from cems.base.regimes import HELD, JUDGED, KEPT, RECORDED
from cems.children.choices import IdentifierKind
from cems.children.models import (
    AddressRecipient,
    AgeDecision,
    Child,
    ChildName,
    ConfidentialAddress,
    Death,
    FormerValue,
    Identifier,
    SelfDescription,
)

HANDED_OVER = (
    "never the words: the person who works closest with the child hands them over, to the child alone"
)
ANOTHER_RECORD = "would tell that another record has the number"
CONFIDENTIAL = "never in an export: it is read by more people than it is made for"


def _children(child_ids: Sequence[int]) -> QuerySet[Child]:
    return Child.objects.unscoped("subject access export").filter(pk__in=child_ids)


def _differences(child_ids: Sequence[int]) -> Iterable[str]:
    """Who may read what they become, which numbers and levels meet; the facts that differ are chosen one by one."""
    children = list(
        Child.objects.unscoped("preview of a merge the service has allowed")
        .filter(pk__in=child_ids)
        .order_by("pk")
    )
    if any(child.restricted for child in children):
        yield (
            "One of the records is restricted: the whole is then open only to people named on each record that"
            " is. Name them on both first, if they need to read on."
        )
    yield from _numbers_twice(child_ids)
    if len({child.current_level_id for child in children} - {None}) > 1:
        yield "Both have an agreed level: the newest one counts, and both stay in the history."


def _numbers_twice(child_ids: Sequence[int]) -> Iterable[str]:
    identifiers = Identifier.objects.filter(child__in=child_ids, ended_at__isnull=True)
    numbers = identifiers.values("kind").annotate(how_many=Count("value", distinct=True))
    for row in numbers.filter(how_many__gt=1).order_by("kind"):
        yield f"Both have a number of the kind {IdentifierKind(row['kind']).label}: decide which one goes on."


ROWS = (
    Kept(
        Child,
        title="Identity",
        retention="25 years from the birth date; 75 for a child who was in care",
        basis=HELD,
        columns={
            "reference": "reference",
            "name": Shown(lambda child: child.full_name, "given_name", "family_name"),
            "name used": "preferred_name",
            "date of birth": "date_of_birth",
            "how far it is known": "birth_date_known",
            "first language": "first_language",
            "sex": "sex",
            "gender": "gender",
            "ethnicity": "ethnicity",
            "address": Shown(lambda child: "" if child.place_is_confidential else child.address, "address"),
            "postcode": Shown(
                lambda child: "" if child.place_is_confidential else child.postcode, "postcode"
            ),
            "authority responsible": "authority",
            "area": "area",
            "locality": Shown(
                lambda child: "" if child.place_is_confidential else str(child.locality or ""), "locality"
            ),
            "school": Shown(lambda child: child.learns_at, "school", "listed_school"),
            "recorded": "created_at",
        },
        left_out={
            OWN_ROW: ("died_on", "merged_into", "current_level"),
            "who may read the record stands with its named readers": ("restricted", "restricted_review_on"),
            INTERNAL: ("sealed_at", "legal_hold", "provisional", "joined_authorities", "version"),
        },
        reached_by=("pk",),
        rows=_children,
        at_merge=_differences,
    ),
    Kept(
        AgeDecision,
        title="Decision about the age",
        retention=WITH_RECORD,
        basis=JUDGED,
        columns={
            "decided": "outcome",
            "who decided": "decided_by",
            "on": "decided_on",
            "birth date": "born",
            "birth date until then": "born_before",
            "rests on": "why",
        },
        left_out={WRITTEN: ("recorded_at",), BY_WHOM: ("recorded_by",)},
        third_party=True,
        order=("recorded_at", "pk"),
    ),
    Kept(
        ChildName,
        title="Name",
        retention=WITH_RECORD,
        basis=HELD,
        columns={"name": "name", "recorded": "added_at"},
        left_out={INTERNAL: ("search_key", "sounds", "registered")},
    ),
    Kept(
        FormerValue,
        title="What the record said before",
        retention=WITH_RECORD,
        basis=HELD,
        columns={
            "of": "field",
            "said": Shown(lambda row: "" if row.withheld else row.value, "value", "withheld"),
            "until": "until",
            "because": "reason",
        },
        left_out={INTERNAL: ("key",), BY_WHOM: ("recorded_by",)},
        order=("until", "pk"),
    ),
    Kept(
        Identifier,
        title="Identifier",
        retention=WITH_RECORD,
        basis=HELD,
        columns={"number of": "kind", "number": "value", "recorded": "added_at", "ended": "ended_at"},
        left_out={ANOTHER_RECORD: ("claimed_at", "settled_at"), BY_WHOM: ("settled_by",)},
    ),
    Kept(
        ConfidentialAddress,
        title="Confidential address",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={"from": "recorded_at", "to": "ended_at"},
        left_out={CONFIDENTIAL: ("address", "postcode", "reason"), BY_WHOM: ("recorded_by",)},
        order=("recorded_at", "pk"),
    ),
    Kept(
        AddressRecipient,
        title="May know a confidential address",
        retention="with the address they may know",
        basis=KEPT,
        not_shown="who may know a confidential address would tell where to ask for it",
        reached_by=("address__child",),
    ),
    Kept(
        SelfDescription,
        title="Own description of orientation",
        retention=WITH_RECORD,
        basis=RECORDED,
        columns={"from": "recorded_at", "to": "ended_at"},
        left_out={
            HANDED_OVER: ("words", "asked_by", "agreed", "happened_at", "taken_back"),
            BY_WHOM: ("recorded_by", "ended_by"),
        },
        order=("recorded_at", "pk"),
    ),
    Kept(
        Death,
        title="Death",
        retention="with the child's record, which is held",
        basis=HELD,
        columns={
            "died": "died_on",
            "recorded": "recorded_at",
            "by": "recorded_by",
            "undone": "undone_at",
            "why undone": "undone_because",
        },
        left_out={INTERNAL: ("owner", "was_restricted"), BY_WHOM: ("undone_by",)},
        third_party=True,
    ),
)
