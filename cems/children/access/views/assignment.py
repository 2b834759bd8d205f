"""A record assigned to an auditor or to information governance: to whom, for what, how long (A2)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now
from cems.children.access.forms.assignment import AssignmentForm
from cems.children.access.selectors import assignment as reads
from cems.children.access.services.assignment import assignment_end, assignment_make
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page

TAB = "children:restriction"


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.ASSIGNMENT, methods=FORM)
def assignments(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """To whom the record is assigned now; assign it to one more."""
    user = acting_user(request)
    form = AssignmentForm(reads.people_to_assign(user, now()), request.POST or None)
    if handle_form(request, form, lambda: assignment_make(user, child=opened.child, **form.values)):
        person, name = form.cleaned_data["person"], opened.child.name
        messages.success(request, f"{person} can read the record of {name} now, and is told.")
        return redirect("children:assignments", public_id=opened.child.public_id)
    context = {
        **child_page(request, opened, current=TAB),
        "rows": reads.assignments_of(opened.child, opened.at),
        "form": form,
    }
    return render(request, "children/assignments.html", context, status=form.status)


@requires_child(Shape.POST, Part.IDENTITY, work=Work.ASSIGNMENT)
def end(request: HttpRequest, opened: OpenChild, assignment_id: UUID) -> HttpResponse:
    """The record closes to this person now."""
    row = or_404(reads.assignment_at(opened.child, assignment_id))
    try:
        assignment_end(acting_user(request), assignment=row)
        messages.success(request, f"The record of {opened.child.name} is closed to {row.user}.")
    except Conflict as refusal:
        messages.info(request, refusal.message)
    return redirect("children:assignments", public_id=opened.child.public_id)
