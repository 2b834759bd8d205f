"""The child's own copy of the record (A4), and what a merge would bring together (C1)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q

from cems.children.choices import IdentifierKind, RiskLevel, StatusKind
from cems.children.models import (
    AgreedLevel,
    Bar,
    BreakGlass,
    CaseNote,
    Child,
    ChildName,
    ChildUserObjectPermission,
    ConfidentialAddress,
    Death,
    Feedback,
    Identifier,
    Involvement,
    Matter,
    Merge,
    NamedReader,
    NotSame,
    PlacedConcern,
    PlacedConcernStep,
    Placement,
    SelfDescription,
    Status,
    StudentChild,
    Submitter,
)
from cems.children.models.periods import InvolvementState

Row = dict[str, Any]


def subject_access(child_ids: Sequence[int]) -> Iterable[Row]:
    """Every row about these records in plain words; `third_party` marks what names somebody else."""
    yield from _identity(child_ids)
    yield from _history(child_ids)
    yield from _joined(child_ids)
    yield from _access(child_ids)


def _identity(child_ids: Sequence[int]) -> Iterable[Row]:
    children = Child.objects.unscoped("subject access export").filter(pk__in=child_ids)
    for child in children.select_related("authority", "area", "locality", "school"):
        yield {
            "kind": "Identity",
            "reference": child.reference,
            "name": child.full_name,
            "name used": child.preferred_name,
            "date of birth": child.date_of_birth,
            "sex": child.get_sex_display(),
            "gender": child.get_gender_display(),
            "ethnicity": child.get_ethnicity_display(),
            "address": child.address,
            "postcode": child.postcode,
            "authority responsible": str(child.authority),
            "area": str(child.area),
            "locality": str(child.locality or ""),
            "school": str(child.school or ""),
            "recorded": child.created_at,
        }
    for name in ChildName.objects.filter(child__in=child_ids).order_by("pk"):
        yield {"kind": "Name", "name": name.name, "recorded": name.added_at}
    for number in Identifier.objects.filter(child__in=child_ids).order_by("pk"):
        yield {
            "kind": "Identifier",
            "number of": number.get_kind_display(),
            "number": number.value,
            "recorded": number.added_at,
            "ended": number.ended_at,
        }


def _history(child_ids: Sequence[int]) -> Iterable[Row]:
    for level in AgreedLevel.objects.filter(child__in=child_ids).order_by("happened_at", "pk"):
        yield {
            "kind": "Agreed level",
            "level": RiskLevel(level.level).label,
            "forum": level.get_forum_display(),
            "happened": level.happened_at,
            "rationale": level.rationale,
        }
    for status in Status.objects.filter(child__in=child_ids).order_by("starts_on", "pk"):
        yield {
            "kind": "Status",
            "status": status.get_kind_display(),
            "from": status.starts_on,
            "to": status.ends_on,
            "legal authority": status.get_legal_basis_display(),
        }
    yield from _placed_and_said(child_ids)
    involvements = Involvement.objects.filter(child__in=child_ids).select_related("user", "team")
    for row in involvements.order_by("started_at", "pk"):
        yield {
            "kind": "Involvement",
            "who": str(row.user or row.team),
            "role": row.get_case_role_display(),
            "state": row.get_state_display(),
            "from": row.started_at,
            "to": row.ended_at,
        }
    shown = StudentChild.objects.filter(child__in=child_ids).select_related("post__user", "named_by")
    for seen in shown.order_by("starts_on", "pk"):
        yield {
            "kind": "Shown to a student",
            "who": str(seen.post.user),
            "by": str(seen.named_by),
            "from": seen.starts_on,
            "to": seen.ends_on,
            "ended before": seen.ended_at,
        }
    for note in (
        CaseNote.objects.filter(child__in=child_ids).select_related("author").order_by("happened_at", "pk")
    ):
        yield {
            "kind": "Case note",
            "happened": note.happened_at,
            "recorded": note.recorded_at,
            "author": str(note.author),
            "who was involved": note.who,
            "text": note.text,
            "what was done": note.done,
            "third_party": True,
        }


def _placed_and_said(child_ids: Sequence[int]) -> Iterable[Row]:
    placements = Placement.objects.filter(child__in=child_ids).select_related("area", "placed_by", "provider")
    for row in placements.order_by("starts_on", "pk"):
        yield {
            "kind": "Placement",
            "placement": row.get_kind_display(),
            "place": "" if row.address_confidential else str(row.provider or row.provider_name),
            "area": str(row.area),
            "placed by": str(row.placed_by),
            "from": row.starts_on,
            "to": row.ends_on,
            "notified by": row.notified_by,
            "why it ended": row.end_reason,
        }
    concerns = PlacedConcern.objects.filter(child__in=child_ids).select_related("responsible", "note")
    for concern in concerns.order_by("recorded_at", "pk"):
        yield {
            "kind": "Concern about a placed child",
            "responsible": str(concern.responsible),
            "happened": concern.note.happened_at,
            "recorded": concern.recorded_at,
        }
    steps = PlacedConcernStep.objects.filter(concern__child__in=child_ids)
    for step in steps.select_related("concern__responsible", "recorded_by").order_by("happened_at", "pk"):
        yield {
            "kind": "What was done about a concern",
            "responsible": str(step.concern.responsible),
            "what": step.get_kind_display(),
            "happened": step.happened_at,
            "who was told": step.whom,
            "how": step.get_route_display(),
            "text": step.text,
            "adequate": step.adequate,
            "by": str(step.recorded_by),
            "third_party": True,
        }
    for said in Feedback.objects.filter(child__in=child_ids).order_by("happened_at", "pk"):
        yield {
            "kind": "Feedback",
            "whose words": said.get_whose_display(),
            "about": said.get_about_display(),
            "words": said.words,
            "what changed": said.changed,
            "happened": said.happened_at,
            "third_party": said.whose != "child",
        }


def _joined(child_ids: Sequence[int]) -> Iterable[Row]:
    joined = Merge.objects.filter(Q(child__in=child_ids) | Q(other__in=child_ids))
    for merge in joined.select_related("child", "other").order_by("at", "pk"):
        yield {
            "kind": "Records joined",
            "references": [merge.child.reference, merge.other.reference],
            "when": merge.at,
            "why": merge.why,
            "taken apart": merge.undone_at,
            "why taken apart": merge.undone_why,
        }
    for row in NotSame.objects.filter(Q(child__in=child_ids) | Q(other__in=child_ids)).order_by("at", "pk"):
        # The other record is another child's: its reference is not this child's to have.
        yield {"kind": "Compared with another record, and not the same child", "when": row.at}


def _access(child_ids: Sequence[int]) -> Iterable[Row]:
    for matter in Matter.objects.filter(child__in=child_ids).order_by("opened_at", "pk"):
        yield {
            "kind": "Followed by",
            "matter": matter.get_kind_display(),
            "from": matter.opened_at,
            "to": matter.closed_at,
        }
    for submitter in Submitter.objects.filter(child__in=child_ids).select_related("user"):
        yield {"kind": "Submitted by", "who": str(submitter.user), "at": submitter.at, "third_party": True}
    for reader in NamedReader.objects.filter(child__in=child_ids).select_related("user"):
        yield {
            "kind": "Named reader",
            "as": reader.get_kind_display(),
            "who": str(reader.user),
            "third_party": True,
        }
    for bar in Bar.objects.filter(child__in=child_ids).select_related("user"):
        yield {"kind": "Barred", "who": str(bar.user), "why": bar.reason, "at": bar.at, "third_party": True}
    kept = ConfidentialAddress.objects.filter(child__in=child_ids).order_by("recorded_at")
    for address in kept:  # never the address itself: an export is read by more people than it is made for
        yield {"kind": "Confidential address", "from": address.recorded_at, "to": address.ended_at}
    for own in SelfDescription.objects.filter(child__in=child_ids).order_by("recorded_at"):
        # Never the words: whoever works closest hands them over, to the child alone.
        yield {"kind": "Own description of orientation", "from": own.recorded_at, "to": own.ended_at}
    for death in Death.objects.filter(child__in=child_ids).select_related("recorded_by"):
        yield {
            "kind": "Death",
            "died": death.died_on,
            "recorded": death.recorded_at,
            "by": str(death.recorded_by),
            "undone": death.undone_at,
            "third_party": True,
        }
    for glass in BreakGlass.objects.filter(child__in=child_ids).select_related("user").order_by("opened_at"):
        yield {
            "kind": "Opened in an emergency",
            "who": str(glass.user),
            "why": glass.reason,
            "from": glass.opened_at,
            "to": glass.until,
            "found afterwards": glass.get_outcome_display(),
            "third_party": True,
        }
    grants = ChildUserObjectPermission.objects.filter(content_object__in=child_ids).select_related("user")
    for grant in grants:
        yield {"kind": "May open the record", "who": str(grant.user), "until": grant.until}


def merge_preview(child_ids: Sequence[int]) -> Iterable[str]:
    """What to decide before these records become one, each a plain sentence."""
    children = list(
        Child.objects.unscoped("preview of a merge the service has allowed")
        .filter(pk__in=child_ids)
        .order_by("pk")
    )
    for field, label in (
        ("date_of_birth", "birth dates"),
        ("postcode", "postcodes"),
        ("school_id", "schools"),
    ):
        if len({getattr(child, field) for child in children} - {None, ""}) > 1:
            yield f"The records have different {label}: the record that stays keeps its own."
    if any(child.restricted for child in children):
        yield (
            "One of the records is restricted: the whole is then open only to people named on each record that"
            " is. Name them on both first, if they need to read on."
        )
    held = Identifier.objects.filter(child__in=child_ids, ended_at__isnull=True)
    for row in held.values("kind").annotate(how_many=Count("pk")).filter(how_many__gt=1).order_by("kind"):
        yield f"Both have a number of the kind {IdentifierKind(row['kind']).label}: decide which one goes on."
    if len({child.current_level_id for child in children} - {None}) > 1:
        yield "Both have an agreed level: the newest one counts, and both stay in the history."
    running = Status.objects.filter(child__in=child_ids, ends_on__isnull=True)
    for status in (
        running.values("kind").annotate(how_many=Count("pk")).filter(how_many__gt=1).order_by("kind")
    ):
        yield f"Both have a running status {StatusKind(status['kind']).label}: decide which one goes on."
    involved = Involvement.objects.filter(
        child__in=child_ids, ended_at__isnull=True, state=InvolvementState.CONFIRMED
    ).count()
    if involved:
        yield f"{involved} people or teams who work with one of them will reach the whole record."
