"""What the chronology tells of placements, feedback and joined records (C1, C2, C6)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from cems.accounts.roles import Part
from cems.base.registries import Happening
from cems.base.time import LONDON
from cems.children.models import Feedback, Merge, Placement


def noon(day: date) -> datetime:
    """A day without a time stands in the middle of it, so that it is the same day everywhere."""
    return datetime.combine(day, time(12), tzinfo=LONDON)


def placements(child_ids: Sequence[int]) -> Iterable[Happening]:
    rows = Placement.objects.filter(child__in=child_ids)
    for row in rows.select_related("area", "placed_by", "provider", "recorded_by"):
        where = f"{row.get_kind_display()}, {row.area}"
        told = f"Placed by {row.placed_by}. Notified by {row.notified_by} on {row.notified_on:%-d %B %Y}."
        for day, said, text in (
            (row.starts_on, "began", told),
            (row.ends_on, "ended", row.end_reason),
        ):
            if day is not None:
                yield Happening(
                    noon(day),
                    row.recorded_at,
                    "Placement",
                    f"Placement {said}: {where}",
                    Part.STATUS,
                    text=text,
                    by=str(row.recorded_by),
                )


def feedback(child_ids: Sequence[int]) -> Iterable[Happening]:
    for row in Feedback.objects.filter(child__in=child_ids).select_related("recorded_by"):
        changed = f"\n\nWhat changed: {row.changed}" if row.changed else ""
        yield Happening(
            row.happened_at,
            row.recorded_at,
            "Feedback",
            f"{row.get_whose_display()}, about {row.get_about_display().lower()}",
            Part.NOTES,
            text=f"“{row.words}”{changed}",
            by=str(row.recorded_by),
        )


def merges(child_ids: Sequence[int]) -> Iterable[Happening]:
    for row in Merge.objects.filter(child__in=child_ids).select_related("child", "other", "by", "undone_by"):
        both = f"{row.child.reference} and {row.other.reference}"
        yield Happening(
            row.at, row.at, "Record", f"{both} were joined: one child", Part.IDENTITY, row.why, str(row.by)
        )
        if row.undone_at:
            yield Happening(
                row.undone_at,
                row.undone_at,
                "Record",
                f"{both} were taken apart: two children",
                Part.IDENTITY,
                row.undone_why,
                str(row.undone_by),
            )
