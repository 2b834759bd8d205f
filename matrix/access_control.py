"""The access rules of a matrix in progress and of one that was sent."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import AccessRule, Shape, View, methods_of, not_taken, signed_out
from cems.base.errors import NotAllowed
from cems.base.time import now
from cems.children.access.document import questions_first
from cems.children.access_control import OpenChild, answered, log_read, may_take_away, open_child
from cems.children.history.selectors.involvement import work_just_ended
from matrix.models import Contributor, Matrix, Submission
from matrix.papers import paper_matrix_of
from matrix.selectors.short_review import with_asked_again
from matrix.services.submission import work_ended

Paper = TypeVar("Paper", Matrix, Submission)
PARTS = (Part.MATRIX, Part.OWN_SUBMISSIONS)


@dataclass(frozen=True)
class Opened(Generic[Paper]):
    """A matrix or submission somebody has opened, with its child and what they may see there."""

    paper: Paper
    child: OpenChild

    @property
    def only_own(self) -> bool:
        """Whether this person sees only what they submit themselves, nobody else's answers."""
        return not self.child.access.sees(Part.MATRIX)


def requires_matrix(shape: Shape, methods: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Guard a view of a matrix in progress: for those who fill in matrices and read this child's, or began it."""
    return requires_referral(shape, Matrix, Work.MATRIX, methods_of(shape, methods))


def requires_submission(
    shape: Shape, *, work: Work | None = None, methods: tuple[str, ...] = ()
) -> Callable[[View], View]:
    """Guard a view of a sent matrix: for those who read this child's matrices, began it or sent it.

    With `work`, of those who do that work.
    """
    return requires_referral(shape, Submission, work, methods_of(shape, methods))


def open_submission(request: HttpRequest, public_id: UUID) -> Opened[Submission]:
    """A sent matrix for a view that asks who is there itself (the API), audited. Raises as the access rules do."""
    opened = _open(request, Submission, public_id, None)
    may_take_away(Shape.API, opened.child.access)
    _log(request, opened)
    return opened


def _log(request: HttpRequest, opened: Opened[Any]) -> None:
    part = Part.OWN_SUBMISSIONS if opened.only_own else Part.MATRIX
    log_read(request, opened.child, part, opened.paper)


def requires_referral(
    shape: Shape, model: type[Paper], work: Work | None, methods: tuple[str, ...]
) -> Callable[[View], View]:
    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, public_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            refusal = signed_out(request, shape)
            if refusal:
                return refusal
            opened = _open(request, model, public_id, work)
            may_take_away(shape, opened.child.access)
            return (
                not_taken(request, methods)
                or questions_first(request, shape, opened.child.child.public_id)
                or answered(
                    request,
                    shape,
                    lambda: _log(request, opened),
                    lambda: view(request, opened, *args, **kwargs),
                )
            )

        guarded.access_rule = AccessRule(  # type: ignore[attr-defined]
            shape, part=Part.MATRIX, parts=PARTS, work=work or "", about_child=True, methods=methods
        )
        return guarded

    return mark


def _open(request: HttpRequest, model: type[Paper], public_id: UUID, work: Work | None) -> Opened[Paper]:
    """The paper for this person. Raises Http404 for a stranger and for another's paper, NotAllowed without the work."""
    rows: Any = model.objects
    paper: Any = (
        (
            with_asked_again(rows.select_related("matrix__on_paper__agency", "submitted_by__agency"))
            if model is Submission
            else rows.select_related("on_paper__agency", "on_paper__entered_by")
        )
        .filter(public_id=public_id)
        .first()
    )
    if paper is None:
        raise Http404
    if work is Work.MATRIX and _enters(request, paper):
        work = Work.PAPER_MATRIX
    try:
        opened: Opened[Paper] = Opened(paper, open_child(request, paper.child_id, parts=PARTS, work=work))
    except (Http404, NotAllowed):
        _say_so_if_ended(request, paper)
        raise
    if paper.child_id == opened.child.child.pk:  # one child, read once; else the paper of a merged record
        paper.child = opened.child.child
    if model is Submission:
        paper.matrix.child = paper.child
    if opened.only_own and acting_user(request).pk not in _makers(paper):
        _say_so_if_ended(request, paper)
        raise Http404
    return opened


def _enters(request: HttpRequest, paper: Matrix | Submission) -> bool:
    """Whether this is a matrix that came by mail or on paper, and the user is who enters it."""
    return (
        isinstance(paper, Matrix)
        and paper.started_by_id == acting_user(request).pk
        and paper_matrix_of(paper) is not None
    )


def _say_so_if_ended(request: HttpRequest, paper: Matrix | Submission) -> None:
    """A user who was taken out while typing is told so plainly: they know of this matrix already (record-f6).

    So is a user who answered in it and whose work with the child has just ended (record-f10).
    """
    matrix = paper.matrix if isinstance(paper, Submission) else paper
    ended = (
        Contributor.objects.filter(matrix=matrix, user=acting_user(request), ended_at__isnull=False)
        .select_related("ended_by")
        .order_by("-ended_at")
        .first()
    )
    if ended:
        whom = f"Ask {ended.ended_by} if you should." if ended.ended_by else "It was sent or withdrawn."
        raise NotAllowed(
            f"You no longer fill in {matrix.reference}. {whom} What you typed stays on your page."
        )
    if work_just_ended(acting_user(request), matrix.child, now()) and _wrote_in(request, matrix):
        raise NotAllowed(work_ended(matrix))


def _wrote_in(request: HttpRequest, matrix: Matrix) -> bool:
    return matrix.answers.filter(answered_by=acting_user(request)).exists()


def _makers(paper: Matrix | Submission) -> set[int]:
    if isinstance(paper, Submission):
        return {paper.submitted_by_id, paper.matrix.started_by_id}
    return {paper.started_by_id, *paper.contributors.filter(ended_at=None).values_list("user_id", flat=True)}
