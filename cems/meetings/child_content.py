"""What meetings add to a child's record: what agencies said, and where one did not agree."""

from collections.abc import Iterable, Sequence
from typing import Any

from cems.base.regimes import JUDGED
from cems.base.registries import ChildContent
from cems.meetings.models import AsTold, Contribution, Dissent


def _subject_access(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    for row in Contribution.objects.filter(child__in=child_ids).select_related("agency"):
        yield {
            "kind": "Said to a forum",
            "forum": row.get_forum_display(),
            "at": row.said_at,
            "agency": str(row.agency),
            "answer": row.get_held_display(),
            "text": row.text,
        }
    for told in AsTold.objects.filter(child__in=child_ids).select_related("agency"):
        yield {
            "kind": "Told to a forum",
            "forum": told.get_forum_display(),
            "at": told.told_at,
            "agency": str(told.agency),
            "answer": told.get_held_display(),
            "text": told.text,
        }
    for dissent in Dissent.objects.filter(child__in=child_ids).select_related("agency"):
        yield {"kind": "Dissent", "at": dissent.at, "agency": str(dissent.agency), "text": dissent.text}


CONTENT = ChildContent(
    app="meetings",
    models=(Contribution, AsTold, Dissent),
    subject_access=_subject_access,
    retention=dict.fromkeys(("Contribution", "AsTold", "Dissent"), "with the child's record"),
    regimes={"Contribution": JUDGED, "AsTold": JUDGED, "Dissent": JUDGED},
    rows={"Said to a forum": "Contribution", "Told to a forum": "AsTold", "Dissent": "Dissent"},
)
