"""One child on a board: why, since when, what has come since the last look, and what the board agreed before (G1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ceg.models import BoardEntry, BoardReview
from ceg.selectors.board import lives_elsewhere
from ceg.selectors.board_facts import Facts, facts_of
from ceg.selectors.chair import may_review
from cems.accounts.models import User
from cems.accounts.roles import Work
from cems.children.access_control import OpenChild
from cems.children.models import AgreedLevel
from cems.clocks.presentation import present
from matrix.models import Submission
from matrix.rules import Receipt
from plans.models import StatutoryMeeting
from plans.selectors.meeting import meetings_of_review
from triage.cevt.outcomes import kind_of
from triage.models import Outcome


@dataclass(frozen=True)
class OnBoard:
    """The child as a board looks at them; `entry` is None where no board has them now.

    `seen` is the matrix entered last, by its address: whoever agrees a level here has seen that it came.
    """

    entry: BoardEntry | None
    clock: dict[str, Any] | None
    why: Sequence[tuple[str, str]]
    facts: Facts
    new_matrices: Sequence[Submission]
    seen: UUID | None
    levels_elsewhere: Sequence[AgreedLevel]
    reviews: Sequence[BoardReview]
    entries: Sequence[BoardEntry]
    lives_elsewhere: str
    meetings: Sequence[StatutoryMeeting]
    may_review: bool


def on_board(user: User, opened: OpenChild) -> OnBoard:
    """All that the child's board page shows."""
    entries = entries_of(opened)
    entry = next((row for row in reversed(entries) if row.is_open), None)
    facts = facts_of([opened.child.pk], opened.at)[opened.child.pk]
    reviews = BoardReview.objects.filter(child__in=opened.cluster).select_related(
        "agreed", "submission", "reviewed_by", "entry__locality", "action"
    )
    since = max(entry.entered_at, facts.review.happened_at) if entry and facts.review else None
    since = since or (entry.entered_at if entry else None)
    matrices = _matrices(opened) if since else []
    return OnBoard(
        entry=entry,
        clock=present(entry.clock, opened.at) if entry else None,
        why=why_of(entry.outcome) if entry and entry.outcome else (),
        facts=facts,
        new_matrices=[row for row in matrices if since and _came_after(row, since)],
        seen=max(matrices, key=lambda row: (row.recorded_at, row.pk)).public_id if matrices else None,
        levels_elsewhere=_levels_since(opened, since),
        reviews=list(reviews.order_by("-happened_at", "-pk")),
        entries=list(reversed(entries)),
        lives_elsewhere=lives_elsewhere(entry, opened.child) if entry else "",
        meetings=meetings_of_review(opened, entry.clock) if entry else [],
        may_review=bool(entry and opened.access.may(Work.REVIEWS) and may_review(user, entry.locality_id)),
    )


def entries_of(opened: OpenChild) -> Sequence[BoardEntry]:
    """Every time the child was on a board, in order."""
    rows = BoardEntry.objects.filter(child__in=opened.cluster).select_related(
        "locality", "clock__owner_user", "clock__owner_team", "outcome__decision", "after__locality"
    )
    return opened.kept("board entries", lambda: list(rows.order_by("entered_at", "pk")))


def why_of(outcome: Outcome) -> list[tuple[str, str]]:
    """Why CEVT sent the child to the board: the reason, its words, and what else it was asked for that."""
    lines = [("Reason", f"{outcome.get_ceg_reason_display()} ({outcome.decision.reference})")]
    if outcome.why:
        lines.append(("In CEVT's words", outcome.why))
    return [*lines, *kind_of(outcome).answers(outcome.details)]


def _matrices(opened: OpenChild) -> list[Submission]:
    rows = Submission.objects.filter(child__in=opened.cluster)
    rows = rows.select_related("submitted_by", "matrix__on_paper__agency")
    return list(rows.order_by("-received_at", "-pk"))


def _came_after(row: Submission, since: datetime) -> bool:
    """What was received before the last agreed level was entered after: the board has not seen it."""
    return row.received_at > since or (row.receipt == Receipt.BEFORE and row.recorded_at > since)


def _levels_since(opened: OpenChild, since: datetime | None) -> list[AgreedLevel]:
    """What another forum agreed since the board looked."""
    if since is None:
        return []
    rows = AgreedLevel.objects.filter(child__in=opened.cluster, happened_at__gt=since)
    return list(rows.order_by("-happened_at", "-pk"))
