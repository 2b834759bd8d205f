"""Reviews where nothing was new, as CEVT notes them: child, level, who asked whom, and how old the evidence is (M6)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Work
from cems.base.calendar import say_day
from cems.base.keyset import at_most
from cems.base.time import local_date
from cems.children.access.child_access import accesses
from cems.children.access.visibility import primary_of
from cems.children.access_control import OpenChild
from cems.children.choices import MatterKind
from cems.children.models import Child, Matter
from cems.children.querysets import primary_by_row
from cems.meetings.models import Meeting
from matrix.choices import Seen
from matrix.evidence import evidence_of
from matrix.instrument import load
from matrix.models import Answer, ShortReview
from matrix.rules import newest_concern
from matrix.selectors.child import reviewed_by_board
from matrix.slots import Became
from triage.cevt.selectors.decision import READS_MINUTES
from triage.choices import ReviewEnd
from triage.models import Item, ReviewToNote

MOST = 1000  # reviews read at once; what is beyond follows once these are noted
PAGE = 100  # children on the page at once


@dataclass(frozen=True)
class ToNote:
    """One child of the list: the newest review, how many came before it unnoted, and the age of the evidence."""

    child: Child
    row: ReviewToNote
    earlier: int
    evidence_days: int | None
    listed: bool  # whether something else of the child is on CEVT's list

    @property
    def short_review(self) -> ShortReview:
        return self.row.short_review


@dataclass(frozen=True)
class ReviewsToNote:
    """The list, how many children more follow once these are noted, and whether more wait than are read at once."""

    lines: Sequence[ToNote]
    more: int
    cut: bool


def reviews_to_note(user: User, at: datetime) -> ReviewsToNote:
    """Whose review CEVT has not noted yet, the oldest first, of the children whose papers are open to the user."""
    grouped, cut = _waiting(user)
    children = _children(user, grouped, at)
    open_groups = [(children[pk], rows) for pk, rows in grouped.items() if pk in children]
    shown = open_groups[:PAGE]
    days = _evidence_days([rows[-1] for _, rows in shown], at)
    listed = _listed(child.pk for child, _ in shown) if shown else set()
    lines = [
        ToNote(child, rows[-1], len(rows) - 1, days[rows[-1].pk], child.pk in listed) for child, rows in shown
    ]
    return ReviewsToNote(lines, len(open_groups) - len(shown), cut)


def count_to_note(user: User, at: datetime) -> int:
    """How many children have a review that waits to be noted by this user's CEVT."""
    if not profile_of(user).may(Work.DECISIONS):
        return 0
    grouped, _ = _waiting(user)
    return Child.objects.visible_to(user, at).filter(pk__in=grouped).count() if grouped else 0


def still_to_note(user: User, reviews: Collection[UUID], at: datetime) -> Sequence[ReviewToNote]:
    """Those of these reviews that wait, of this user's CEVT and of children whose papers are open to the user, in the
    order in which everybody locks their children."""
    waiting = ReviewToNote.objects.filter(
        public_id__in=reviews, ended_at__isnull=True, authority__in=profile_of(user).authority_ids
    )
    rows = list(waiting.annotate(primary=primary_of()).order_by("child", "received_at", "pk"))
    children = _children(user, {row.primary for row in rows}, at)
    return [row for row in rows if row.primary in children]


def _waiting(user: User) -> tuple[dict[int, list[Any]], bool]:
    """By the record each is read under, what no forum has looked at and no board has, the oldest first; and whether
    there is more."""
    rows = (
        ReviewToNote.objects.filter(ended_at__isnull=True, authority__in=profile_of(user).authority_ids)
        .annotate(primary=primary_of())
        .order_by("received_at", "pk")
        .select_related("short_review__submission__matrix", "short_review__sent_by__agency")
        .prefetch_related("short_review__asked")
    )
    waiting, cut = at_most(rows, MOST)
    on_boards = _on_boards({row.primary for row in waiting}) if waiting else set()
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in waiting:
        if row.primary not in on_boards:
            grouped[row.primary].append(row)
    return grouped, cut


def _on_boards(primaries: Collection[int]) -> set[int]:
    """Those whom a locality's board follows: their reviews are on its list."""
    of_primary = primary_by_row(primaries)
    rows = Matter.objects.filter(
        child__in=of_primary, kind=MatterKind.CEG, closed_at__isnull=True, locality__isnull=False
    )
    return {of_primary[child] for child in rows.values_list("child", flat=True)}


def _children(user: User, primaries: Collection[int], at: datetime) -> dict[int, Child]:
    """Those of these children whose matrices and decisions are open to the user."""
    if not primaries:
        return {}
    visible = Child.objects.visible_to(user, at).filter(pk__in=primaries, died_on__isnull=True)
    seen = list(visible.with_page().select_related("current_level"))
    reach = accesses(user, seen, at)
    return {
        child.pk: child
        for child in seen
        if reach[child.pk].sees(Part.MATRIX) and reach[child.pk].sees(Part.DECISIONS)
    }


def _listed(primaries: Any) -> set[int]:
    of_primary = primary_by_row(primaries)
    rows = Item.objects.filter(child__in=of_primary, closed_at__isnull=True)
    return {of_primary[child] for child in rows.values_list("child", flat=True)}


def _evidence_days(rows: Sequence[ReviewToNote], at: datetime) -> Mapping[int, int | None]:
    """How many days ago the newest concern was seen, by review; None where none has a date."""
    matrices = {row.short_review.submission.matrix_id: row.short_review.submission.matrix for row in rows}
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.filter(matrix__in=matrices, seen=Seen.SEEN, seen_on__isnull=False):
        answers[answer.matrix_id].append(answer)
    newest = {
        pk: newest_concern(evidence_of(load(matrix.instrument_version), answers[pk]))
        for pk, matrix in matrices.items()
    }
    days = {}
    for row in rows:
        day = newest[row.short_review.submission.matrix_id]
        days[row.pk] = (local_date(at) - day).days if day else None
    return days


def what_became(user: User, opened: OpenChild, short_reviews: Sequence[ShortReview]) -> dict[int, Became]:
    """What became of each of these reviews, by row number; who reads minutes is led to those of its meeting."""
    of_these = ReviewToNote.objects.filter(short_review__in=[row.pk for row in short_reviews])
    rows = list(of_these.select_related("ended_by", "meeting", "item__decision__meeting"))
    board = reviewed_by_board(opened) if any(row.ended_at is None for row in rows) else ""
    reads_minutes = any(profile_of(user).may(work) for work in READS_MINUTES)
    became = {}
    for row in rows:
        meeting = _meeting_of(row) if reads_minutes else None
        url = reverse("cevt:minutes", args=[meeting.public_id]) if meeting else ""
        became[row.short_review_id] = Became(
            sentence_of(row, board), url, meeting.reference if meeting else ""
        )
    return became


def _meeting_of(row: ReviewToNote) -> Meeting | None:
    """The meeting that noted a review, or decided on the child it was to discuss."""
    decision = row.item.decision if row.item else None
    return row.meeting or (decision.meeting if decision else None)


def sentence_of(row: ReviewToNote, board: str) -> str:
    """What became of one review; `board` is the locality whose board follows the child, or ""."""
    if row.ended_at is None:
        return f"Waits for the board of {board}." if board else "Waits for CEVT to note it."
    day = say_day(local_date(row.ended_at), True)
    return {
        ReviewEnd.NOTED: f"Noted by CEVT on {day}: {row.ended_by}.",
        ReviewEnd.DISCUSSED: f"CEVT discusses the child: taken out on {day} by {row.ended_by}.",
        ReviewEnd.LEVEL: f"Answered by the level that was agreed on {day}.",
    }[ReviewEnd(row.ended_how)]
