"""What stands against each other when two records become one (C1: decided on preview)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cems.accounts.models import User
from cems.base.slots import KEPT
from cems.children.matching.selectors.merge_facts import OTHER, ROOT, FactChoice, fact_choices
from cems.children.models import Child, Identifier, Merge, Placement, Status
from cems.children.querysets import rows_of_clusters
from cems.children.slots import MERGE_BLOCKERS


@dataclass(frozen=True)
class Choice:
    """Both records say something that only one may go on saying: a running status, a number in force."""

    key: str
    question: str
    rows: dict[str, Any]  # side → the row on that side
    said: dict[str, str]  # side → how a person reads it

    @property
    def options(self) -> list[tuple[str, str]]:
        return [(side, self.said[side]) for side in (ROOT, OTHER)]


@dataclass(frozen=True)
class Preview:
    """All that a person sees before two records become one."""

    primary: Child
    other: Child
    compared: Sequence[tuple[str, str, str]]
    lines: Sequence[str]
    blockers: Sequence[str]
    choices: Sequence[Choice] = field(default_factory=tuple)
    facts: Sequence[FactChoice] = field(default_factory=tuple)


def other_record(user: User, public_id: UUID, *, than: Child) -> Child | None:
    """The record at this address with its page, where this person may see it and it is not `than`; or None.

    Nothing stands beside a sealed record, and none beside another.
    """
    if than.sealed_at is not None:
        return None
    rows = Child.objects.visible_to(user).not_sealed().exclude(pk=than.pk)
    return rows.with_page().filter(public_id=public_id).first()


def preview(primary: Child, other: Child) -> Preview:
    """What a merge of `other` into `primary` brings together, asked of every app."""
    ids = [*rows_of_clusters([primary.pk]), *rows_of_clusters([other.pk])]
    return Preview(
        primary,
        other,
        compared(primary, other),
        merge_lines(ids),
        [line for blockers in MERGE_BLOCKERS for line in blockers(ids)],
        choices(primary, other),
        fact_choices(primary, other),
    )


def merge_lines(ids: Sequence[int]) -> list[str]:
    """What a merge of these records brings together and leaves to decide, of every kind of row about them."""
    return [line for kept in KEPT for line in kept.merge_lines(ids)]


def compared(primary: Child, other: Child) -> list[tuple[str, str, str]]:
    """Who each record says the child is, side by side."""

    def facts(child: Child) -> list[tuple[str, str]]:
        numbers = Identifier.objects.filter(child__in=rows_of_clusters([child.pk])).order_by("kind", "pk")
        return [
            ("Name", child.full_name),
            ("Name used", child.preferred_name),
            ("Date of birth", f"{child.date_of_birth:%-d %B %Y}"),
            ("How far it is known", child.get_birth_date_known_display()),
            ("First language", child.first_language),
            ("Sex", child.get_sex_display()),
            ("Gender", child.get_gender_display()),
            ("Ethnicity", child.get_ethnicity_display()),
            ("Address", child.home.replace("\n", ", ")),
            ("Area", child.lives_in),
            ("Authority responsible", str(child.authority)),
            ("School or college", child.learns_at),
            ("Numbers", ", ".join(_number(row) for row in numbers)),
        ]

    return [
        (label, left, right)
        for (label, left), (_, right) in zip(facts(primary), facts(other), strict=True)
        if left or right
    ]


def _number(row: Identifier) -> str:
    ended = ", not in force" if row.ended_at else ""
    return f"{row.get_kind_display()} {row.value}{ended}"


def choices(primary: Child, other: Child) -> list[Choice]:
    """What runs on both records and may run on one only."""
    undecided: list[Choice] = []
    sides = {ROOT: list(rows_of_clusters([primary.pk])), OTHER: list(rows_of_clusters([other.pk]))}
    numbers = {
        side: {row.kind: row for row in Identifier.objects.filter(child__in=ids, ended_at__isnull=True)}
        for side, ids in sides.items()
    }
    statuses = {
        side: {row.kind: row for row in Status.objects.filter(child__in=ids, ends_on__isnull=True)}
        for side, ids in sides.items()
    }
    placed = {
        side: dict.fromkeys([""], row) if row else {}
        for side, ids in sides.items()
        for row in [Placement.objects.filter(child__in=ids, ends_on__isnull=True).first()]
    }
    for kind in numbers[ROOT].keys() & numbers[OTHER].keys():
        if numbers[ROOT][kind].value == numbers[OTHER][kind].value:  # one number: nothing to decide
            del numbers[ROOT][kind], numbers[OTHER][kind]
    undecided += _both("number", numbers, lambda row: row.get_kind_display(), lambda row: row.value)
    undecided += _both("status", statuses, lambda row: row.get_kind_display(), _since)
    undecided += _both("placement", placed, lambda row: "placement", _since)
    return undecided


def _both(
    what: str,
    sides: dict[str, dict[str, Any]],
    name: Callable[[Any], str],
    describe: Callable[[Any], str],
) -> list[Choice]:
    return [
        Choice(
            f"{what}-{kind}",
            f"Which {name(sides[ROOT][kind])} goes on?",
            {side: rows[kind] for side, rows in sides.items()},
            {side: describe(rows[kind]) for side, rows in sides.items()},
        )
        for kind in sorted(sides[ROOT].keys() & sides[OTHER].keys())
    ]


def _since(row: Status | Placement) -> str:
    return f"{row.get_kind_display()} since {row.starts_on:%-d %B %Y}"


def merge_at(child: Child, public_id: UUID) -> Merge | None:
    """The merge of this record at this address with both records, undone or not; or None."""
    row: Merge | None = (
        Merge.objects.of(child).select_related("child", "other").filter(public_id=public_id).first()
    )
    return row


def merges(child: Child) -> list[Merge]:
    """The merges of this record that stand, newest first; the last one made is the first to be undone."""
    rows = Merge.objects.of(child).filter(undone_at__isnull=True)
    return list(rows.select_related("child", "other", "by").order_by("-at", "-pk"))
