"""Check answers, send, and what happens now."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import Shape
from cems.base.autosave import text_from
from cems.base.errors import Invalid
from cems.base.form_fields import INCOMPLETE
from cems.base.forms import handle_form
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.identity.selectors.overview import ShownPanel
from cems.documents.rendering import available
from matrix.access_control import Opened, requires_matrix, requires_submission
from matrix.choices import MatrixState
from matrix.forms import SendForm
from matrix.models import Matrix, Submission
from matrix.papers import paper_matrix_of
from matrix.selectors.sent import what_happens_now
from matrix.selectors.short_review import short_reviews_of_matrix
from matrix.services.submission import NotReady, matrix_submit, problems_of
from matrix.slots import SUBMISSION_PANELS
from matrix.views.common import as_sent, elsewhere, field_url, page, state_of
from matrix.views.shown import named, whole


@requires_matrix(Shape.PAGE)
def check(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """Everything that will be sent, with what is still wanted; a withdrawn matrix is read here."""
    if opened.paper.state == MatrixState.WITHDRAWN:
        return _check(request, opened)
    return elsewhere(request, opened) or _check(request, opened)


@requires_matrix(Shape.POST)
def submit(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """Send the matrix; the same form sent twice is one submission (floor-f3)."""
    form, paper = SendForm(request.POST), opened.paper
    call = text_from(request.POST, "call")
    sent = handle_form(
        request,
        form,
        lambda: matrix_submit(acting_user(request), matrix=paper, call=call),
        refusals=Invalid,
    )
    if sent is None:
        refusal = form.refusal or Invalid(INCOMPLETE)
        if isinstance(refusal, NotReady):
            return _check(request, opened, call=call, status=400)
        if refusal.field != "call":
            raise refusal
        return _check(request, opened, call=call, call_error=refusal.message, status=400)
    if sent.is_new:
        messages.success(request, f"{paper.reference} was received. What happens now is below.")
    return redirect("matrix:submission", public_id=sent.public_id)


@requires_submission(Shape.PAGE)
def submission(request: HttpRequest, opened: Opened[Submission]) -> HttpResponse:
    """What happens now, then the whole matrix as it was sent."""
    sent = opened.paper
    state = as_sent(request, opened)
    reviews, more_reviews = ([], False) if opened.only_own else short_reviews_of_matrix(sent)
    context = page(
        request,
        opened,
        sent=sent,
        matrix=sent.matrix,
        state=state,
        steps=what_happens_now(sent, opened.child, now()),
        panels=[
            ShownPanel(f"sent-{number}", *panel)
            for number, tell in enumerate(SUBMISSION_PANELS, 1)
            if (panel := tell(acting_user(request), opened.child, sent)) is not None
        ],
        short_reviews=reviews,
        more_short_reviews=more_reviews,
        on_paper=available(),
        paper=paper_matrix_of(sent.matrix),
        may_tell=opened.child.access.may(Work.PAPER_MATRIX),
        stands=opened.child.child.current_level if opened.child.access.sees(Part.LEVEL) else None,
        **whole(state),
        level=state.instrument.definition(RiskLevel(sent.level)),
        **named(sent.matrix),
    )
    return render(request, "matrix/submission.html", context)


def _check(
    request: HttpRequest, opened: Opened[Matrix], *, call: str = "", call_error: str = "", status: int = 200
) -> HttpResponse:
    state, matrix = state_of(request, opened), opened.paper
    open_now = matrix.state == MatrixState.DRAFT
    answers = list(state.answers.values())
    problems = problems_of(matrix, state.instrument, answers, state.today) if open_now else []
    context = page(
        request,
        opened,
        matrix=matrix,
        state=state,
        **whole(state),
        editable=open_now,
        problems=[
            {"text": problem.message, "url": field_url(matrix, problem.group, problem.field)}
            for problem in problems
        ],
        ask_call=matrix.level == RiskLevel.SIGNIFICANT,
        call=call,
        call_error=call_error,
        form=SendForm(),
        **named(matrix),
    )
    return render(request, "matrix/check.html", context, status=status)
