"""Reading a child's record: overview, chronology, record use; and its statuses and notes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import today
from cems.children.access_control import OpenChild, requires_child
from cems.children.history.forms.status import (
    StatusCorrectForm,
    StatusEndForm,
    StatusForm,
    StatusWithdrawForm,
)
from cems.children.history.selectors.status import status_at, statuses_of
from cems.children.history.services.status import (
    status_close,
    status_correct,
    status_open,
    status_withdraw,
)
from cems.children.identity.page_context import child_page
from cems.children.models import Status
from cems.children.view_helpers import both_texts, form_page


@requires_child(Shape.PAGE, Part.STATUS)
def statuses(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """How services know the child, and knew the child."""
    context = {
        **child_page(request, opened),
        "rows": statuses_of(opened.child),
        "authority": opened.child.authority,
        "today": today(),
        "may_write": opened.access.may(Work.STATUS),
    }
    return render(request, "children/statuses.html", context)


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def open_status(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record a status from a day on (C2)."""
    form = StatusForm(request.POST or None)
    if handle_form(
        request, form, lambda: status_open(acting_user(request), child=opened.child, **form.cleaned_data)
    ):
        messages.success(request, f"The status of {opened.child.name} is recorded.")
        return redirect("children:statuses", public_id=opened.child.public_id)
    return form_page(request, opened, form, title="Record a status", current="children:statuses")


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def end_status(request: HttpRequest, opened: OpenChild, status_id: UUID) -> HttpResponse:
    """End a status on its last day (C2)."""
    status = or_404(status_at(opened.child, status_id))
    form = StatusEndForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: status_close(acting_user(request), status=status, ends_on=form.cleaned_data["ends_on"]),
    ):
        messages.success(request, f"The status of {opened.child.name} is ended.")
        return redirect("children:statuses", public_id=opened.child.public_id)
    words = f"{status.get_kind_display()} since {status.starts_on:%-d %B %Y}."
    return form_page(request, opened, form, title="End a status", text=words, current="children:statuses")


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def correct_status(request: HttpRequest, opened: OpenChild, status_id: UUID) -> HttpResponse:
    """Put right what a status says; what it said is kept (C2)."""
    status = or_404(status_at(opened.child, status_id))
    form = StatusCorrectForm(status, request.POST or None)
    if handle_form(request, form, lambda: _correct(request, status, form)):
        messages.success(request, "The status is corrected. What it said before is kept below it.")
        return redirect("children:statuses", public_id=opened.child.public_id)
    words = {"title": "Correct a status", "current": "children:statuses"}
    return form_page(request, opened, form, **words, differences=both_texts(form))


def _correct(request: HttpRequest, status: Status, form: StatusCorrectForm) -> Status:
    why, version = form.cleaned_data["why"], form.cleaned_data["version"]
    return status_correct(acting_user(request), status=status, mended=form.mended, why=why, version=version)


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def withdraw_status(request: HttpRequest, opened: OpenChild, status_id: UUID) -> HttpResponse:
    """A status was recorded in error (C2)."""
    status, form = or_404(status_at(opened.child, status_id)), StatusWithdrawForm(request.POST or None)
    if handle_form(
        request, form, lambda: status_withdraw(acting_user(request), status=status, **form.values)
    ):
        messages.success(request, "The status is withdrawn. It stays readable as recorded in error.")
        return redirect("children:statuses", public_id=opened.child.public_id)
    words = f"{status.get_kind_display()} since {status.starts_on:%-d %B %Y}."
    return form_page(
        request, opened, form, title="Withdraw a status", text=words, current="children:statuses"
    )
