"""Where a child is placed (C2)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.models import Placement
from cems.children.placements import selectors as where
from cems.children.placements.forms.placement import PlacementConcernForm, PlacementEndForm, PlacementForm
from cems.children.placements.services.placement import placement_concern, placement_end, placement_open
from cems.children.view_helpers import form_page

TAB = "children:placements"


@requires_child(Shape.PAGE, Part.STATUS)
def placements(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Where the child is placed and was placed."""
    context = {
        **child_page(request, opened),
        "rows": where.history(opened.child),
        "concerns": where.concerns(opened.child),
        "may_write": opened.access.may(Work.STATUS),
    }
    return render(request, "children/placements.html", context)


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def place(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record a placement from a day on."""
    form = PlacementForm(request.POST or None)
    if handle_form(
        request, form, lambda: placement_open(acting_user(request), child=opened.child, place=form.place)
    ):
        messages.success(request, "The placement is recorded. Education and health are told of the move.")
        return redirect(TAB, public_id=opened.child.public_id)
    return form_page(request, opened, form, title="Record a placement", current=TAB)


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def end(request: HttpRequest, opened: OpenChild, placement_id: UUID) -> HttpResponse:
    """A placement ends on its last day."""
    row, form = _row(opened, placement_id), PlacementEndForm(request.POST or None)
    if handle_form(
        request, form, lambda: placement_end(acting_user(request), placement=row, **form.cleaned_data)
    ):
        messages.success(request, "The placement is ended. Education and health are told.")
        return redirect(TAB, public_id=opened.child.public_id)
    words = f"{row.get_kind_display()} since {row.starts_on:%-d %B %Y}."
    return form_page(request, opened, form, title="End a placement", text=words, current=TAB)


@requires_child(Shape.PAGE, Part.STATUS, methods=FORM)
def concern(request: HttpRequest, opened: OpenChild, placement_id: UUID) -> HttpResponse:
    """A worry about a child who is placed goes to First Contact, who tells the authority responsible."""
    row, form = _row(opened, placement_id), PlacementConcernForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: placement_concern(
            acting_user(request), placement=row, happened_at=form.happened_at, **form.values
        ),
    ):
        also = f" and tells {row.placed_by}" if row.elsewhere else ""
        messages.success(request, f"Sent. First Contact acts on it, by a clock{also}.")
        return redirect(TAB, public_id=opened.child.public_id)
    also = f", and tells {row.placed_by}, which is responsible" if row.elsewhere else ""
    words = f"First Contact acts on it, by a clock{also}. If the child is in danger now, ring 999."
    title = "A concern about a child who is placed"
    return form_page(request, opened, form, title=title, text=words, current=TAB)


def _row(opened: OpenChild, placement_id: UUID) -> Placement:
    return or_404(where.placement_at(opened.child, placement_id))


@requires_sign_in(
    Shape.PAGE, reason="shows only children that visible_to lets this person see, with their statuses"
)
def placed(request: HttpRequest) -> HttpResponse:
    """Children placed here by other authorities, and ours placed elsewhere."""
    page = where.placed(acting_user(request))
    children = [entry.child.public_id for entry in (*page.here, *page.elsewhere)]
    listed(acting_user(request), what="children.placed", children=children)
    return render(request, "children/placed.html", {"page": page})
