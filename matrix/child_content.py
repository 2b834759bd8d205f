"""What the CE Matrix adds to a child's record."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.regimes import ARRANGED, JUDGED, KEPT, RECORDED
from cems.base.registries import ChildContent, Happening, NavigationItem, NowLine, Panel
from cems.children.choices import RiskLevel
from cems.children.doors import OpenChild
from cems.clocks.presentation import present
from matrix.choices import MatrixState, Seen
from matrix.models import Answer, Contributor, Joined, Matrix, MatrixDue, Review, Submission
from matrix.selectors.child import (
    drafting,
    drafts_of,
    freshness,
    newest_sent,
    newest_submission,
    review_of,
    sent_lately,
)
from matrix.selectors.draft import question_text


def submitted_level(opened: OpenChild) -> tuple[int, datetime] | None:
    """The newest submitted level and when: the identity bar shows it until a forum has agreed one (C4)."""
    newest = newest_sent(opened)
    return (newest.level, newest.received_at) if newest else None


def _freshness(opened: OpenChild, newest: Submission) -> str:
    return opened.kept("matrix.freshness", lambda: freshness(newest))


def _now_line(opened: OpenChild) -> tuple[str, str, str] | None:
    newest = newest_sent(opened)
    if newest is None:
        return (
            "CE Matrix",
            "No matrix has been sent yet.",
            reverse("matrix:for_child", args=[opened.child.public_id]),
        )
    level = RiskLevel(newest.level).label
    return (
        "CE Matrix",
        f"{level} submitted. {_freshness(opened, newest)}",
        reverse("matrix:submission", args=[newest.public_id]),
    )


def _panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """The newest matrix, how fresh its evidence is, drafts, and the next review."""
    newest, review, agreed = newest_sent(opened), review_of(opened), opened.child.current_level
    known = agreed is not None and newest is not None and agreed.happened_at >= newest.received_at
    return {
        "newest": newest,
        "freshness": _freshness(opened, newest) if newest else "",
        "agreed": RiskLevel(agreed.level).label if agreed and known else "",
        "waiting": not known,
        "drafts": drafting(drafts_of(opened, only=None)),
        "review_clock": present(review.clock, opened.at) if review else None,
        "url": reverse("matrix:for_child", args=[opened.child.public_id]),
    }


def _own_panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """The person's own matrices, for those who see no others."""
    if opened.access.sees(Part.MATRIX):
        return None
    newest, drafts = newest_submission(opened, only=user), drafts_of(opened, only=user)
    if not (newest or drafts):
        return None
    return {
        "newest": newest,
        "freshness": freshness(newest) if newest else "",
        "drafts": drafting(drafts),
        "url": reverse("matrix:for_child", args=[opened.child.public_id]),
    }


def _chronology(opened: OpenChild, since: datetime | None) -> Iterable[Happening]:
    if not opened.access.sees(Part.MATRIX):
        return
    for sent in sent_lately(opened, since):
        yield Happening(
            sent.received_at,
            sent.recorded_at,
            "CE Matrix",
            f"CE Matrix sent: {sent.get_level_display()} ({sent.reference})",
            Part.MATRIX,
            text=sent.reasons,
            by_id=sent.submitted_by_id,
            url=reverse("matrix:submission", args=[sent.public_id]),
        )

    dues = MatrixDue.objects.filter(child__in=opened.whole).lately(since, "happened_at")
    for due in dues:
        yield Happening(
            due.happened_at,
            due.recorded_at,
            "CE Matrix",
            f"A CE Matrix became due: {due.get_occasion_display()}",
            Part.MATRIX,
            by_id=due.recorded_by_id,
        )


def _subject_access(child_ids: Sequence[int]) -> Iterable[dict[str, Any]]:
    """Each matrix with its judgement, then its answers; who says so is a third party, marked for redaction."""
    rows = (
        Matrix.objects.filter(child__in=child_ids).prefetch_related("answers__agency").order_by("started_at")
    )
    for matrix in rows:
        yield {
            "kind": "CE Matrix",
            "reference": matrix.reference,
            "started": matrix.started_at,
            "state": matrix.get_state_display(),
            "level": matrix.get_level_display(),
            "reasons": matrix.reasons,
            "difference": matrix.difference,
            "child_views": matrix.child_views,
            "mother_views": matrix.mother_views,
            "father_views": matrix.father_views,
            "carer_views": matrix.carer_views,
            "family_views": matrix.family_views,
            "informed": matrix.get_informed_display(),
            "not_informed_why": matrix.not_informed_why,
        }
        for answer in matrix.answers.all():
            yield {
                "kind": "Answer in a CE Matrix",
                "reference": matrix.reference,
                "question": question_text(answer.code, matrix.instrument_version),
                "answer": Seen(answer.seen).label,
                "seen_on": answer.seen_on,
                "what": answer.what,
                "third_party": answer.source,
                "agency": answer.agency.name if answer.agency else "",
            }
    for due in MatrixDue.objects.filter(child__in=child_ids).select_related("clock"):
        yield {
            "kind": "CE Matrix due",
            "occasion": due.get_occasion_display(),
            "happened": due.happened_at,
            "due": due.clock.due_at,
        }
    for review in Review.objects.filter(child__in=child_ids).select_related("submission", "clock"):
        yield {
            "kind": "Review of a CE Matrix",
            "reference": review.submission.reference,
            "due": review.clock.due_at,
            "ended": review.ended_at,
        }


def _merge_preview(child_ids: Sequence[int]) -> Iterable[str]:
    drafts = Matrix.objects.filter(child__in=child_ids, state=MatrixState.DRAFT)
    own = sorted(drafts.filter(own=True).values_list("reference", flat=True))
    if own:
        yield f"People who see only their own go on with theirs: {', '.join(own)}."
    reviews = Review.objects.filter(child__in=child_ids, ended_at__isnull=True).count()
    if reviews > 1:
        yield f"{reviews} reviews of a matrix are open: the next matrix ends them all."


def _merge_blockers(child_ids: Sequence[int]) -> Iterable[str]:
    """One matrix a child is in progress, whichever record it began on."""
    drafts = Matrix.objects.filter(child__in=child_ids, state=MatrixState.DRAFT, own=False)
    references = sorted(drafts.values_list("reference", flat=True))
    if len(references) > 1:
        yield (
            f"{len(references)} matrices are in progress ({', '.join(references)}): finish or withdraw all but"
            " one first."
        )


CONTENT = ChildContent(
    app="matrix",
    models=(Matrix, Contributor, Answer, Submission, MatrixDue, Joined, Review),
    subject_access=_subject_access,
    retention={
        "Matrix": "with the child's record",
        "Contributor": "with the child's record",
        "Answer": "with the child's record",
        "Submission": "with the child's record",
        "MatrixDue": "with the child's record",
        "Joined": "with the child's record",
        "Review": "with the child's record",
    },
    regimes={
        "Matrix": JUDGED,
        "Contributor": KEPT,
        "Answer": RECORDED,
        "Submission": JUDGED,
        "MatrixDue": ARRANGED,
        "Joined": KEPT,
        "Review": ARRANGED,
    },
    rows={
        "CE Matrix": "Matrix",
        "Answer in a CE Matrix": "Answer",
        "CE Matrix due": "MatrixDue",
        "Review of a CE Matrix": "Review",
    },
    chronology=_chronology,
    merge_preview=_merge_preview,
    merge_blockers=_merge_blockers,
    panels=(
        Panel("matrix.newest", "CE Matrix", Part.MATRIX, "matrix/panel.html", _panel, order=20),
        Panel(
            "matrix.own", "Your CE Matrices", Part.OWN_SUBMISSIONS, "matrix/panel.html", _own_panel, order=21
        ),
    ),
    navigation=(NavigationItem("Matrix", "matrix:for_child", Part.MATRIX, order=10),),
    now=(NowLine("matrix.newest", Part.MATRIX, _now_line, order=20),),
)
