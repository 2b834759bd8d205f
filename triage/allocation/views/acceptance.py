"""One allocation: who has the child, whether it is accepted, and its end (T6)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import NotAllowed
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import local, local_date
from cems.children.access_control import OpenChild, requires_child
from cems.children.choices import RiskLevel
from cems.children.identity.page_context import child_page
from cems.children.view_helpers import form_page
from cems.clocks.selectors import still_promised
from triage.allocation.forms import EndForm, TakeUpForm, UndoForm
from triage.allocation.selectors.allocation import allocation_at, may_undo
from triage.allocation.selectors.candidates import social_workers
from triage.allocation.services.acceptance import allocation_accept
from triage.allocation.services.allocation import allocation_end
from triage.allocation.services.allocation_undo import allocation_undo
from triage.models import Allocation

TAB = "children:overview"


@requires_child(Shape.PAGE, Part.INVOLVED, methods=FORM)
def detail(request: HttpRequest, opened: OpenChild, allocation_id: UUID) -> HttpResponse:
    """Who has the child since when; the worker accepts it here, with the first visit and the social worker."""
    user, row = acting_user(request), _row(opened, allocation_id)
    mine = row.worker_id == user.pk and row.ended_at is None
    known = {
        "first_visit_on": row.first_visit_on,
        "social_worker_told": row.social_worker_told_at is not None,
    }
    form = TakeUpForm(request.POST or None, initial=known)
    if request.method == "POST":
        if not mine:
            raise NotAllowed("Only the worker who has the child accepts it.")
        if handle_form(request, form, lambda: _take_up(request, row, form)):
            messages.success(request, "Saved. The ERASE manager sees it on the board.")
            return redirect("allocation:caseload")
    by_record = social_workers(list(opened.cluster), local_date(row.starts_at))
    context = {
        **child_page(request, opened, current=TAB),
        "row": row,
        "form": form if mine else None,
        "social_worker": next(iter(by_record.values()), None),
        "may_allocate": opened.access.may(Work.ALLOCATION) and row.ended_at is None,
        "may_undo": opened.access.may(Work.ALLOCATION) and may_undo(user, row, opened.at),
        "sees_why": opened.access.sees(Part.DECISIONS),
    }
    return render(request, "triage/allocation/detail.html", context, status=form.status)


def _take_up(request: HttpRequest, row: Allocation, form: TakeUpForm) -> None:
    allocation_accept(acting_user(request), allocation=row, **form.values)


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.ALLOCATION, methods=FORM)
def end(request: HttpRequest, opened: OpenChild, allocation_id: UUID) -> HttpResponse:
    """The work ends now, and the access with it."""
    row, form = _row(opened, allocation_id), EndForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: allocation_end(acting_user(request), allocation=row, why=form.cleaned_data["why"]),
    ):
        messages.success(
            request,
            f"Ended. {row.worker} can no longer open the record of {opened.child.name} through this work.",
        )
        return redirect("allocation:board")
    text = f"{row.worker} has had the child since {local(row.starts_at):%-d %B %Y}. Access to the record ends now."
    if opened.child.level is RiskLevel.SIGNIFICANT:
        text += " At Significant the child waits for another worker at once."
    back = reverse("allocation:detail", args=[opened.child.public_id, row.public_id])
    return form_page(
        request,
        opened,
        form,
        title="End an allocation",
        text=text,
        current=TAB,
        back=back,
        leaves=still_promised(opened.cluster.values(), opened.at, owner=row.worker),
        leaves_title=f"What {row.worker} has promised about the child stays with them: hand it over",
    )


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.ALLOCATION, methods=FORM)
def undo(request: HttpRequest, opened: OpenChild, allocation_id: UUID) -> HttpResponse:
    """The child was given in error: what is open again, and who is told."""
    row, form = _row(opened, allocation_id), UndoForm(request.POST or None)
    back = reverse("allocation:detail", args=[opened.child.public_id, row.public_id])
    if handle_form(
        request,
        form,
        lambda: allocation_undo(acting_user(request), allocation=row, why=form.cleaned_data["why"]),
    ):
        messages.success(
            request, f"Undone: {opened.child.name} was not given to {row.worker}. Who was told of it is told."
        )
        return redirect("allocation:board")
    if request.method != "POST" and not may_undo(acting_user(request), row, opened.at):
        messages.info(request, "This can’t be undone any more, or not by you. End the allocation instead.")
        return redirect(back)
    text = (
        f"{row.worker} has had {opened.child.name} since {local(row.starts_at):%-d %B %Y, %H:%M}. Undone, it counts as"
        " not given: the access ends now, the child waits as before with the time it had, and the tasks that it met are"
        f" to do again. {row.worker}, the team’s managers and the social worker are told."
    )
    return form_page(request, opened, form, title="Undo an allocation", text=text, current=TAB, back=back)


def _row(opened: OpenChild, allocation_id: UUID) -> Allocation:
    return or_404(allocation_at(opened.child, allocation_id))
