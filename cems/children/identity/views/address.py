"""A confidential address: shown to its recipients, kept by those who decide who reads the record (A2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part
from cems.audit.services import read
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError
from cems.base.forms import handle_form
from cems.base.time import now
from cems.children.access.selectors.restriction_page import people_at_work
from cems.children.access.services.restriction import may_manage
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.forms.address import AddressForm
from cems.children.identity.page_context import child_page
from cems.children.identity.selectors.address import had_before, taken_off
from cems.children.identity.services.address import PART, address_end, address_for, address_keep
from cems.children.view_helpers import form_page


@requires_child(Shape.PAGE, Part.IDENTITY)
def address(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The address for a listed recipient; the same words for everybody else, whether there is one or not."""
    user = acting_user(request)
    kept = address_for(user, opened.child)
    if kept:
        read(user, child=opened.child.public_id, part=PART, subject=kept, reason="listed to know the address")
    manages = may_manage(user, opened.child, now())
    context = {
        **child_page(request, opened, current="children:restriction"),
        "kept": kept,
        "taken_off": taken_off(opened) if kept else [],
        "manages": manages,
        "had_before": had_before(opened) if manages else None,
    }
    return render(request, "children/address.html", context)


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def keep(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Keep an address for listed people."""
    user = acting_user(request)
    if not may_manage(user, opened.child, now()):
        messages.error(request, "First Contact, the team's manager or the record's owner decides this.")
        return redirect("children:address", public_id=opened.child.public_id)
    form = AddressForm(people_at_work(opened.child, now()), request.POST or None)
    if handle_form(request, form, lambda: address_keep(user, child=opened.child, **form.values)):
        messages.success(
            request,
            "The address is kept for the people you chose. An earlier one has ended, and no open address is left on the"
            " record. See below who may still have it.",
        )
        return redirect("children:address", public_id=opened.child.public_id)
    return form_page(
        request,
        opened,
        form,
        title="Keep a confidential address",
        text=(
            "It never appears in documents, calendars, mail or exports. You see it again only if you list yourself."
            " Any open address comes off the record, and the listed people go on reading it."
        ),
        back=reverse("children:address", args=[opened.child.public_id]),
        current="children:restriction",
    )


@requires_child(Shape.POST, Part.IDENTITY)
def end(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """No address is kept any more; the answer is the same where there was none."""
    try:
        address_end(acting_user(request), child=opened.child)
    except CommandError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "No confidential address is kept now.")
    return redirect("children:address", public_id=opened.child.public_id)
