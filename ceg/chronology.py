"""What the boards tell in a child's chronology (C5)."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from ceg.choices import Left
from ceg.models import BoardEntry, BoardReview
from cems.accounts.roles import Part
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.slots import ChronologyEntry

KIND = "CEG"


def chronology(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    if not opened.access.sees(Part.DECISIONS):
        return
    yield from _of_entries(opened, since)
    yield from _of_reviews(opened, since)


def _of_entries(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    rows = BoardEntry.objects.filter(child__in=opened.cluster).lately(since, "entered_at", "left_at")
    for row in rows.select_related("locality", "outcome"):
        yield ChronologyEntry(
            row.entered_at,
            row.recorded_at,
            KIND,
            f"On the CEG board of {row.locality}",
            Part.DECISIONS,
            text=row.outcome.get_ceg_reason_display() if row.outcome else "",
            by_id=row.entered_by_id,
        )
        if (
            row.left_at and row.left_how != Left.STEPPED_OUT
        ):  # the review that stepped the child out tells of it
            yield ChronologyEntry(
                row.left_at,
                row.left_at,
                KIND,
                f"No longer on the CEG board of {row.locality}: {row.get_left_how_display().lower()}",
                Part.DECISIONS,
                text=row.left_why,
                by_id=row.left_by_id,
            )


def _of_reviews(opened: OpenChild, since: datetime | None) -> Iterable[ChronologyEntry]:
    rows = BoardReview.objects.filter(child__in=opened.cluster).lately(since, "happened_at")
    for row in rows.select_related("agreed", "entry__locality"):
        level = RiskLevel(row.agreed.level).label
        came = "stepped out" if row.stepped_out else f"stays, next review {row.next_on:%-d %B %Y}"
        yield ChronologyEntry(
            row.happened_at,
            row.recorded_at,
            KIND,
            f"CEG board of {row.entry.locality} agreed {level}: {came} ({row.reference})",
            Part.DECISIONS,
            text=row.note or row.stays_why,
            by_id=row.reviewed_by_id,
            url=reverse("ceg:child", args=[opened.child.public_id]),
        )
