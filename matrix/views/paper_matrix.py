"""A matrix that came by mail or on paper: its author and receipt, then the answers; telling the author (T2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.children.access_control import OpenChild, requires_child
from cems.children.view_helpers import form_page
from matrix.access_control import Opened, requires_submission
from matrix.models import Submission
from matrix.paper_matrix_form import AuthorToldForm, PaperMatrixForm
from matrix.services.paper_matrix import author_told, paper_matrix_start


@requires_child(Shape.PAGE, Part.MATRIX, Part.OWN_SUBMISSIONS, work=Work.PAPER_MATRIX, methods=FORM)
def paper(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Who made it, when it was received and how it came; the answers are entered on the pages of a matrix."""
    form, user = PaperMatrixForm(request.POST or None), acting_user(request)
    begun = handle_form(
        request,
        form,
        lambda: paper_matrix_start(
            user, child=opened.child, paper=form.paper, occasion=form.cleaned_data["occasion"]
        ),
    )
    if begun:
        messages.success(request, f"{begun.reference}: now enter the answers as they stand on the paper.")
        return redirect("matrix:tasks", public_id=begun.public_id)
    return form_page(
        request,
        opened,
        form,
        title="Enter a matrix that came by mail or on paper",
        text="You enter it for its author. What is due from it runs from when it was received.",
        current="matrix:for_child",
    )


@requires_submission(Shape.PAGE, work=Work.PAPER_MATRIX, methods=FORM)
def told(request: HttpRequest, opened: Opened[Submission]) -> HttpResponse:
    """Record how an author without an account was told that the matrix was received."""
    form, sent = AuthorToldForm(request.POST or None), opened.paper
    if handle_form(request, form, lambda: author_told(acting_user(request), submission=sent, **form.values)):
        messages.success(request, "It is recorded that the author has been told.")
        return redirect("matrix:submission", public_id=sent.public_id)
    return form_page(
        request,
        opened.child,
        form,
        title="Tell the author",
        text="The page of the matrix says how to reach them.",
        current="matrix:for_child",
    )
