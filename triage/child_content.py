"""What triage adds to a child's record."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from cems.accounts.roles import Part
from cems.base.registries import ChildContent, Happening
from cems.children.doors import OpenChild
from triage.models import Receipt


def _chronology(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    if not opened.access.sees(Part.DECISIONS):
        return
    rows = Receipt.objects.filter(child__in=opened.whole).lately(since, "received_at")
    for row in rows.select_related("submission", "clock"):
        yield Happening(
            row.received_at,
            row.received_at,
            "CEVT",
            f"Received for CEVT ({row.submission.reference})",
            Part.DECISIONS,
            text=row.clock.explanation,
        )


def _subject_access(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    for row in Receipt.objects.filter(child__in=child_ids).select_related("submission"):
        yield {
            "kind": "Received for triage",
            "reference": row.submission.reference,
            "received": row.received_at,
        }


def _merge_preview(child_ids: Sequence[int]) -> Iterable[str]:
    waiting = Receipt.objects.filter(child__in=child_ids, clock__met_at__isnull=True).count()
    if waiting > 1:
        yield f"{waiting} matrices wait for CEVT: it decides each."


CONTENT = ChildContent(
    app="triage",
    models=(Receipt,),
    subject_access=_subject_access,
    retention={"Receipt": "with the child's record"},
    chronology=_chronology,
    merge_preview=_merge_preview,
)
