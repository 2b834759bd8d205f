"""What the chronology tells of the record itself: levels, periods, notes, feedback, joined records (C1–C6)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from django.db.models import Q
from django.urls import reverse

from cems.accounts.roles import Part
from cems.base.time import LONDON, local_date
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.family.selectors.relationship import relationships
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import (
    AgeDecision,
    AgreedLevel,
    CaseNote,
    Feedback,
    Involvement,
    Merge,
    PlacedConcernStep,
    Placement,
    Status,
)
from cems.children.slots import ChronologyEntry


def noon(day: date) -> datetime:
    """A day without a time stands in the middle of it, so that it is the same day everywhere."""
    return datetime.combine(day, time(12), tzinfo=LONDON)


def chronology(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """What the record itself tells; tables of parts that are shut are not asked."""
    for part, tell in (
        (Part.LEVEL_HISTORY, levels),
        (Part.STATUS, status_days),
        (Part.INVOLVED, involvement_days),
        (Part.STATUS, placements),
        (Part.STATUS, placed_concerns),
        (Part.FAMILY, family),
        (Part.NOTES, feedback),
        (Part.IDENTITY, merges),
        (Part.IDENTITY, age_decisions),
        (Part.NOTES, notes),
    ):
        if opened.access.sees(part):
            yield from tell(opened, since)


def age_decisions(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """Ages that were not known or disputed, and what was decided."""
    rows = AgeDecision.objects.filter(child__in=opened.cluster)
    for row in rows.lately(since and local_date(since), "decided_on"):
        yield ChronologyEntry(
            noon(row.decided_on),
            row.recorded_at,
            "Identity",
            f"The age was decided: {row.get_outcome_display().lower()}, born {row.born:%-d %B %Y}",
            Part.IDENTITY,
            text=f"By {row.decided_by}. {row.why}",
            by_id=row.recorded_by_id,
        )


def statuses(opened: OpenChild) -> Sequence[Status]:
    """Every status, the newest first; a few for each child."""
    rows = Status.objects.filter(child__in=opened.cluster).order_by("-starts_on", "-pk")
    return opened.kept("children.statuses", lambda: list(rows))


def involvements(opened: OpenChild, since: datetime | None) -> Sequence[Involvement]:
    """Confirmed involvements that run now or ran after `since`, longest first."""
    rows = Involvement.objects.filter(child__in=opened.cluster, state=InvolvementState.CONFIRMED)
    if since:
        rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=since))
    rows = rows.select_related("user__agency", "team__agency").order_by("started_at", "pk")
    return opened.kept(f"children.involvements {since}", lambda: list(rows))


def notes(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    rows = CaseNote.objects.filter(child__in=opened.cluster, superseded_by__isnull=True)
    for note in rows.lately(since, "happened_at"):
        text = "\n\n".join(part for part in (note.text, note.done and f"Done: {note.done}") if part)
        title = f"Case note: {note.who}" if note.who else "Case note"
        yield ChronologyEntry(
            note.happened_at, note.recorded_at, "Case note", title, Part.NOTES, text, by_id=note.author_id
        )


def levels(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    for row in AgreedLevel.objects.filter(child__in=opened.cluster).lately(since, "happened_at"):
        yield ChronologyEntry(
            row.happened_at,
            row.recorded_at,
            "Level",
            f"{row.get_forum_display()} agreed {RiskLevel(row.level).label}",
            Part.LEVEL_HISTORY,
            text=row.rationale,
            by_id=row.recorded_by_id,
        )


def status_days(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    for row in statuses(opened):
        for day, event in ((row.starts_on, "began"), (row.ends_on, "ended")):
            if day is not None:
                title = f"{row.get_kind_display()} {event}"
                yield ChronologyEntry(
                    noon(day), row.recorded_at, "Status", title, Part.STATUS, by_id=row.recorded_by_id
                )


def involvement_days(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    for row in involvements(opened, since):
        who = f"{row.user or row.team}, {row.get_case_role_display().lower()},"
        yield ChronologyEntry(
            row.started_at,
            row.recorded_at,
            "Involvement",
            f"{who} began to work with the child",
            Part.INVOLVED,
        )
        if row.ended_at:
            yield ChronologyEntry(
                row.ended_at,
                row.ended_at,
                "Involvement",
                f"{who} ended their work with the child",
                Part.INVOLVED,
                text=row.end_reason,
            )


def placements(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    rows = Placement.objects.filter(child__in=opened.cluster)
    rows = rows.lately(since and local_date(since), "starts_on", "ends_on")
    for row in rows.select_related("area", "placed_by"):
        where = f"{row.get_kind_display()}, {row.area}"
        placed_text = (
            f"Placed by {row.placed_by}. Notified by {row.notified_by} on {row.notified_on:%-d %B %Y}."
        )
        for day, event, text in (
            (row.starts_on, "began", placed_text),
            (row.ends_on, "ended", row.end_reason),
        ):
            if day is not None:
                yield ChronologyEntry(
                    noon(day),
                    row.recorded_at,
                    "Placement",
                    f"Placement {event}: {where}",
                    Part.STATUS,
                    text=text,
                    by_id=row.recorded_by_id,
                )


def placed_concerns(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """What was done about concerns for a child placed by another authority; their words are case notes."""
    rows = PlacedConcernStep.objects.filter(concern__child__in=opened.cluster)
    if since:
        rows = rows.filter(happened_at__gte=since)
    for row in rows.select_related("concern__responsible", "concern__child", "recorded_by"):
        how = f"{row.whom}, {row.get_route_display().lower()}" if row.route else ""
        weighed = "" if row.adequate is None else "Adequate" if row.adequate else "Not adequate"
        yield ChronologyEntry(
            row.happened_at,
            row.recorded_at,
            "Placement",
            f"Concern about a child placed by {row.concern.responsible}: {row.get_kind_display()}",
            Part.STATUS,
            text="\n\n".join(part for part in (how, weighed, row.text) if part),
            by=str(row.recorded_by),
            url=reverse("children:placed_concern", args=[opened.child.public_id, row.concern.public_id]),
        )


def family(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    """Who was named as part of the child's life, and who no longer is; as it was typed, and no record of theirs."""
    for row in relationships(opened):
        who = f"{row.name}, {row.get_relation_display().lower()}"
        named = f"Named by: {row.get_named_by_display().lower()}."
        for day, words, text, by_id in (
            (row.named_on, "part of the child's life", named, row.recorded_by_id),
            (row.ends_on, "no longer part of the child's life", row.end_reason, row.ended_by_id),
        ):
            if day is not None:
                yield ChronologyEntry(
                    noon(day),
                    row.recorded_at,
                    "Family",
                    f"{who}: {words}",
                    Part.FAMILY,
                    text=text,
                    by_id=by_id,
                )


def feedback(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    for row in Feedback.objects.filter(child__in=opened.cluster).lately(since, "happened_at"):
        changed = f"\n\nWhat changed: {row.changed}" if row.changed else ""
        yield ChronologyEntry(
            row.happened_at,
            row.recorded_at,
            "Feedback",
            f"{row.get_whose_display()}, about {row.get_about_display().lower()}",
            Part.NOTES,
            text=f"“{row.words}”{changed}",
            by_id=row.recorded_by_id,
        )


def merges(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    rows = Merge.objects.filter(child__in=opened.cluster).lately(since, "at", "undone_at")
    for row in rows.select_related("child", "other"):
        both = f"{row.child.reference} and {row.other.reference}"
        yield ChronologyEntry(
            row.at,
            row.at,
            "Record",
            f"{both} were joined: one child",
            Part.IDENTITY,
            row.why,
            by_id=row.by_id,
        )
        if row.undone_at:
            yield ChronologyEntry(
                row.undone_at,
                row.undone_at,
                "Record",
                f"{both} were taken apart: two children",
                Part.IDENTITY,
                row.undone_why,
                by_id=row.undone_by_id,
            )
