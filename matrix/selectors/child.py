"""The matrices of a child, as the child's pages and first pages show them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from cems.accounts.models import User
from cems.base.keyset import Keyset, Page
from cems.base.time import local_date
from cems.children.access_control import OpenChild
from cems.children.choices import MatterKind
from cems.children.models import Matter
from cems.children.querysets import primary_by_row
from matrix.choices import MatrixState
from matrix.evidence import evidence_of
from matrix.instrument import load
from matrix.levels import highest_waiting, submissions_to_act_on
from matrix.models import Answer, Contributor, Matrix, MatrixDue, Review, ShortReview, Submission
from matrix.rules import newest_concern, newest_evidence_sentence
from matrix.selectors.short_review import asked_again, short_reviews_of, with_asked_again


@dataclass(frozen=True)
class Drafting:
    """A matrix in progress, with how much of it is answered."""

    matrix: Matrix
    questions: int
    total: int
    groups: int
    all_groups: int


SENT = Keyset("-received_at", "-pk", size=25)
WITHDRAWN = Keyset("-started_at", "-pk", size=20)


@dataclass(frozen=True)
class Further:
    """A place in each list of a child's matrices: where it begins, or where its next page does; "" for none."""

    sent: str = ""
    withdrawn: str = ""
    reviews: str = ""


NOWHERE = Further()


@dataclass(frozen=True)
class OfChild:
    """Everything the page of a child's matrices shows to one person."""

    drafts: Sequence[Drafting]
    submissions: Sequence[Submission]
    withdrawn: Sequence[Matrix]
    freshness: str
    review: Review | None
    board: str
    dues: Sequence[MatrixDue]
    short_reviews: Sequence[ShortReview]
    further: Further

    @property
    def in_common(self) -> list[Drafting]:
        """The matrix in progress in which everybody meets; what one has alone stands beside it."""
        return [draft for draft in self.drafts if not draft.matrix.own]


def of_child(opened: OpenChild, *, only: User | None, at: Further = NOWHERE) -> OfChild:
    """The child's matrices, each list from its place on; `only` this person's own where they see no others."""
    cluster = opened.cluster
    review = review_of(opened) if only is None else None
    sent = with_asked_again(_sent(cluster, only))
    sent = sent.select_related("submitted_by", "matrix__on_paper__agency")
    submissions = SENT.page(sent, at.sent)
    newest = sent.first() if at.sent else next(iter(submissions.rows), None)
    withdrawn = WITHDRAWN.page(_matrices(cluster, only).filter(state=MatrixState.WITHDRAWN), at.withdrawn)
    reviews = short_reviews_of(cluster, at.reviews) if only is None else Page[ShortReview]([])
    return OfChild(
        drafts=drafting(drafts_of(opened, only=only)),
        submissions=submissions.rows,
        withdrawn=withdrawn.rows,
        freshness=freshness(newest) if newest else "",
        review=review,
        board=reviewed_by_board(opened) if review else "",
        dues=_open_dues(cluster, only),
        short_reviews=reviews.rows,
        further=Further(submissions.after, withdrawn.after, reviews.after),
    )


def drafts_of(opened: OpenChild, *, only: User | None) -> list[Matrix]:
    """The child's matrices in progress; `only` those a person began or fills in with others."""
    return list(_matrices(opened.cluster, only).filter(state=MatrixState.DRAFT))


def _matrices(cluster: Collection[int], only: User | None) -> Any:
    rows = (
        Matrix.objects.filter(child__in=cluster)
        .select_related("started_by", "on_paper__agency")
        .order_by("-started_at")
    )
    if only is not None:
        rows = rows.filter(Q(started_by=only) | Q(pk__in=contributes_to(only)))
    return rows


def _open_dues(cluster: Collection[int], only: User | None) -> list[MatrixDue]:
    """What requires a matrix now; of one person's telling where they see no others' papers."""
    rows = MatrixDue.objects.filter(child__in=cluster, met_by__isnull=True).order_by("happened_at", "pk")
    if only is not None:
        rows = rows.filter(recorded_by=only)
    return list(rows.select_related("clock__owner_user", "clock__owner_team"))


def contributes_to(user: User) -> Any:
    """The row numbers of the matrices this person was asked to fill in with others."""
    return Contributor.objects.filter(user=user, ended_at__isnull=True).values("matrix")


def drafting(drafts: Sequence[Matrix]) -> list[Drafting]:
    """How far each draft is, in one query. Copied answers nobody looked at again do not count."""
    answered: dict[int, set[str]] = {draft.pk: set() for draft in drafts}
    started = {draft.pk: draft.started_at for draft in drafts}
    rows = Answer.objects.filter(matrix__in=list(answered)) if answered else Answer.objects.none()
    for pk, code, at in rows.values_list("matrix_id", "code", "answered_at"):
        if at >= started[pk]:
            answered[pk].add(code)
    progress = []
    for draft in drafts:
        groups = load(draft.instrument_version).groups
        asked = {indicator.code for group in groups for indicator in group.indicators}
        begun = sum(
            any(indicator.code in answered[draft.pk] for indicator in group.indicators) for group in groups
        )
        total = sum(len(group.indicators) for group in groups)
        progress.append(Drafting(draft, len(answered[draft.pk] & asked), total, begun, len(groups)))
    return progress


def sent_lately(opened: OpenChild, since: datetime | None) -> Sequence[Submission]:
    """The newest submission, those received from `since` on, and all that wait for a forum; newest first."""
    agreed = opened.child.current_level
    begin = min(since, agreed.happened_at) if since and agreed else None
    rows = Submission.objects.filter(child__in=opened.cluster).lately(begin, "received_at", newest=1)
    newest_first = (
        with_asked_again(rows)
        .select_related("submitted_by", "matrix__on_paper__agency")
        .order_by("-received_at", "-pk")
    )
    return opened.kept(f"matrix.sent {since}", lambda: list(newest_first))


def newest_sent(opened: OpenChild) -> Submission | None:
    """The newest submission, by any user: asked once a page, with all that an overview shows of a year."""
    return next(iter(sent_lately(opened, opened.year_ago)), None)


def waiting_sent(opened: OpenChild) -> Submission | None:
    """The submission whose level waits for a forum: the highest since it last agreed one; or None."""
    return highest_waiting(sent_lately(opened, opened.year_ago), opened.child.current_level)


def submitted_levels(primaries: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """The submitted level of each of these records and when it was received, in two queries.

    It is the highest that waits for a forum; where none waits, the newest.
    """
    cluster = primary_by_row(primaries)
    rows = submissions_to_act_on(Submission.objects.filter(child__in=cluster))
    return {
        primary: (level, received_at)
        for primary, level, received_at in rows.values_list("primary", "level", "received_at")
    }


def newest_submission(opened: OpenChild, *, only: User | None) -> Submission | None:
    """The child's newest submission, or None; of one person's making where `only` is given."""
    rows = with_asked_again(_sent(opened.cluster, only)).select_related(
        "matrix__on_paper__agency", "submitted_by"
    )
    newest: Submission | None = rows.first()
    return newest


def freshness(submission: Submission) -> str:
    """How fresh the evidence in a submission is (M6)."""
    answers = list(submission.matrix.answers.all())
    newest = newest_concern(evidence_of(load(submission.matrix.instrument_version), answers))
    asked = last_asked(answers, local_date(submission.received_at), asked_again(submission))
    return newest_evidence_sentence(newest, asked)


def last_asked(answers: Sequence[Answer], received: date, again: date | None = None) -> date:
    """The newest day on which a question was asked; an untouched copy was not asked again.

    `again` is when somebody was asked last for a review where nothing was new.
    """
    answered = max((local_date(answer.answered_at) for answer in answers), default=received)
    asked = min(answered, received)  # what came on paper was answered by the day it was received
    return max(asked, again) if again else asked


def review_of(opened: OpenChild) -> Review | None:
    """The child's open review with its clock, or None."""
    rows = Review.objects.filter(child__in=opened.cluster, ended_at__isnull=True)
    review: Review | None = rows.select_related("clock__owner_user", "clock__owner_team").first()
    return review


def reviewed_by_board(opened: OpenChild) -> str:
    """The locality whose board looks at the child's reviews now; "" where CEVT does (M6)."""
    rows = Matter.objects.filter(
        child__in=opened.cluster, kind=MatterKind.CEG, closed_at__isnull=True, locality__isnull=False
    )
    matter = rows.select_related("locality").order_by("opened_at", "pk").first()
    return str(matter.locality) if matter else ""


def _sent(cluster: Collection[int], only: User | None) -> Any:
    rows = Submission.objects.filter(child__in=cluster).order_by("-received_at", "-pk")
    if only is not None:
        rows = rows.filter(Q(submitted_by=only) | Q(matrix__started_by=only))
    return rows
