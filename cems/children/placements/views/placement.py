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
from cems.base.time import today
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.models import Placement
from cems.children.placements import selectors as where
from cems.children.placements.forms.placement import (
    PlacementConcernForm,
    PlacementCorrectForm,
    PlacementEndForm,
    PlacementForm,
    PlacementWithdrawForm,
)
from cems.children.placements.services.placement import (
    placement_concern,
    placement_correct,
    placement_end,
    placement_open,
    placement_withdraw,
)
from cems.children.view_helpers import both_texts, form_page
from cems.clocks.selectors import still_promised

TAB = "children:placements"


@requires_child(Shape.PAGE, Part.STATUS)
def placements(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Where the child is placed and was placed."""
    context = {
        **child_page(request, opened),
        "rows": where.history(opened.child),
        "concerns": where.concerns(opened.child),
        "may_write": opened.access.may(Work.STATUS),
        "today": today(),
    }
    return render(request, "children/placements.html", context)


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def place(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record a placement from a day on."""
    form = PlacementForm(request.POST or None)
    if handle_form(
        request, form, lambda: placement_open(acting_user(request), child=opened.child, place=form.place)
    ):
        coming = form.place.starts_on > today()
        when = f" The record follows on {form.place.starts_on:%-d %B %Y}." if coming else ""
        messages.success(
            request, f"The placement of {opened.child.name} is recorded. Education and health are told.{when}"
        )
        return redirect(TAB, public_id=opened.child.public_id)
    return form_page(request, opened, form, title="Record a placement", current=TAB)


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def end(request: HttpRequest, opened: OpenChild, placement_id: UUID) -> HttpResponse:
    """A placement ends on its last day."""
    row, form = _row(opened, placement_id), PlacementEndForm(request.POST or None)
    if handle_form(
        request, form, lambda: placement_end(acting_user(request), placement=row, **form.cleaned_data)
    ):
        ends_on, placement = form.cleaned_data["ends_on"], f"The placement of {opened.child.name}"
        messages.success(
            request,
            f"{placement} ends on {ends_on:%-d %B %Y}. Education and health are told on that day."
            if ends_on > today()
            else f"{placement} is ended: area and locality are the home's again. Education and health are told.",
        )
        return redirect(TAB, public_id=opened.child.public_id)
    words = f"{row.get_kind_display()} since {row.starts_on:%-d %B %Y}."
    return form_page(
        request,
        opened,
        form,
        title="End a placement",
        text=words,
        current=TAB,
        leaves=still_promised(opened.cluster.values(), opened.at),
        leaves_title="What is still promised about the child goes on",
    )


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def correct(request: HttpRequest, opened: OpenChild, placement_id: UUID) -> HttpResponse:
    """Put right what a placement says; what it said is kept."""
    row = _row(opened, placement_id)
    form = PlacementCorrectForm(row, request.POST or None)
    if handle_form(request, form, lambda: _correct(request, row, form)):
        messages.success(request, "The placement is corrected. What it said before is kept below it.")
        return redirect(TAB, public_id=opened.child.public_id)
    words = {"title": "Correct a placement", "current": TAB}
    return form_page(request, opened, form, **words, differences=both_texts(form))


def _correct(request: HttpRequest, row: Placement, form: PlacementCorrectForm) -> Placement:
    why, version = form.cleaned_data["why"], form.cleaned_data["version"]
    return placement_correct(
        acting_user(request), placement=row, mended=form.mended, why=why, version=version
    )


@requires_child(Shape.PAGE, Part.STATUS, work=Work.STATUS, methods=FORM)
def withdraw(request: HttpRequest, opened: OpenChild, placement_id: UUID) -> HttpResponse:
    """A placement was recorded in error."""
    row, form = _row(opened, placement_id), PlacementWithdrawForm(request.POST or None)
    if handle_form(
        request, form, lambda: placement_withdraw(acting_user(request), placement=row, **form.values)
    ):
        messages.success(
            request, "The placement is withdrawn. Area and locality are what they were before it."
        )
        return redirect(TAB, public_id=opened.child.public_id)
    words = (
        f"{row.get_kind_display()} since {row.starts_on:%-d %B %Y}. It stays readable as recorded in error."
    )
    return form_page(request, opened, form, title="Withdraw a placement", text=words, current=TAB)


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
        messages.success(
            request,
            f"Sent: the concern about {opened.child.name}. First Contact acts on it, by a clock{also}.",
        )
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
