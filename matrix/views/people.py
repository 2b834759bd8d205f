"""Who fills a matrix in, and asking a colleague to (M6)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Work
from cems.accounts.selectors.person import person_with_email
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now, today
from matrix.access_control import Opened, requires_matrix
from matrix.forms import ContributorForm
from matrix.models import Matrix
from matrix.selectors.contributors import contributor_at, contributors_now
from matrix.services.contributors import contributor_add, contributor_end
from matrix.services.owners import lead_of
from matrix.views.common import elsewhere, page


@requires_matrix(Shape.PAGE, methods=FORM)
def contributors(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """Who fills this in; a colleague is asked by their address at work."""
    away = elsewhere(request, opened)
    if away:
        return away
    matrix = opened.paper
    may_ask = _may_ask(request, opened)
    form = ContributorForm(request.POST or None)
    if request.method == "POST":
        if not may_ask:
            raise NotAllowed("The person who started this matrix can ask more colleagues.")
        if handle_form(request, form, lambda: _add(request, opened, form)):
            messages.success(request, "They are asked, and find the matrix on their first page.")
            return redirect("matrix:contributors", public_id=matrix.public_id)
    context = page(
        request,
        opened,
        matrix=matrix,
        rows=contributors_now(matrix),
        may_ask=may_ask,
        form=form,
    )
    return render(request, "matrix/contributors.html", context, status=form.status)


@requires_matrix(Shape.POST)
def end_contributor(request: HttpRequest, opened: Opened[Matrix], contributor_id: UUID) -> HttpResponse:
    """Somebody fills it in no longer; anybody may leave by themselves."""
    row = or_404(contributor_at(opened.paper, contributor_id))
    if row.user_id != acting_user(request).pk and not _may_ask(request, opened):
        raise NotAllowed("The person who started this matrix decides who fills it in.")
    try:
        contributor_end(acting_user(request), contributor=row)
    except Conflict as refusal:
        messages.info(request, refusal.message)
    else:
        messages.success(request, f"{row.user} fills this in no longer. What they wrote stays.")
    if row.user_id == acting_user(request).pk and opened.only_own:
        return redirect("home")
    return redirect("matrix:contributors", public_id=opened.paper.public_id)


def _add(request: HttpRequest, opened: Opened[Matrix], form: ContributorForm) -> None:
    person = person_with_email(form.cleaned_data["email"], today())
    if person is None:
        raise Invalid("Nobody in CEMS has this address. Check it with them.", field="email")
    contributor_add(
        acting_user(request),
        matrix=opened.paper,
        person=person,
        may_bring_in=_may_bring_in(request, opened),
        at=now(),
    )


def _may_ask(request: HttpRequest, opened: Opened[Matrix]) -> bool:
    """Those who read this child's matrices, or started this one; not somebody who was only asked to help."""
    return not opened.only_own or opened.paper.started_by_id == acting_user(request).pk


def _may_bring_in(request: HttpRequest, opened: Opened[Matrix]) -> bool:
    """First Contact and the child's lead; and a user who made a matrix of their own, into that one alone."""
    if opened.paper.own:
        return opened.paper.started_by_id == acting_user(request).pk
    return opened.child.access.may(Work.REFERRALS) or lead_of(opened.child.child) == acting_user(request)
