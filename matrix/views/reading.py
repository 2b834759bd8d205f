"""A matrix beside the one before it, and a matrix on paper (M6, M7)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.access_control import Shape
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.documents.rendering import Paper, pdf_response, render_pdf
from matrix.access_control import Opened, requires_matrix, requires_submission
from matrix.documents import paper_of
from matrix.models import Matrix, Submission
from matrix.selectors.comparison import beside
from matrix.selectors.draft import Filled
from matrix.selectors.short_review import short_reviews_of_matrix
from matrix.views.common import as_sent, page, state_of
from matrix.views.shown import named, said, whole


@requires_matrix(Shape.PAGE)
def compare(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """The draft beside the last matrix that was sent."""
    return _beside(request, opened, state_of(request, opened), sent=None)


@requires_submission(Shape.PAGE)
def compared(request: HttpRequest, opened: Opened[Submission]) -> HttpResponse:
    """A sent matrix beside the one sent before it."""
    return _beside(request, opened, as_sent(request, opened), sent=opened.paper)


@requires_submission(Shape.PDF)
def submission_pdf(request: HttpRequest, opened: Opened[Submission]) -> HttpResponse:
    """The sent matrix on paper; taking it away is audited (M7)."""
    sent, user, instant = opened.paper, acting_user(request), now()
    state = as_sent(request, opened)
    paper = Paper("CE Matrix", sent.reference, f"{user}, {user.agency}", instant)
    reviews, more_reviews = ([], False) if opened.only_own else short_reviews_of_matrix(sent, words=True)
    context = {
        "child": opened.child.child,
        "sees_identity": opened.child.access.sees(Part.IDENTITY),
        "sent": sent,
        "matrix": sent.matrix,
        "state": state,
        "level": state.instrument.definition(RiskLevel(sent.level)),
        "said": said(sent.matrix),
        "short_reviews": reviews,
        "more_short_reviews": more_reviews,
        **paper_of(opened.child, sent, state, instant),
        **whole(state),
        **named(sent.matrix),
    }
    made = render_pdf("documents/matrix.html", context, paper)
    record(
        user,
        verb=Verb.DOWNLOADED,
        subject=sent,
        child=opened.child.child.public_id,
        part=Part.OWN_SUBMISSIONS if opened.only_own else Part.MATRIX,
        reason=opened.child.access.why,
        at=instant,
    )
    return pdf_response(made, paper)


def _beside(
    request: HttpRequest, opened: Opened[Any], state: Filled, *, sent: Submission | None
) -> HttpResponse:
    context = page(
        request,
        opened,
        matrix=state.matrix,
        state=state,
        sent=sent,
        rows=beside(state),
    )
    return render(request, "matrix/comparison.html", context)
