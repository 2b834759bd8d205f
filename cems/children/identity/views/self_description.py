"""How the child describes their own orientation: shown to those who work closest, the same words for others (C1)."""

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
from cems.base.time import local, now, today
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.forms.self_description import OrientationForm
from cems.children.identity.page_context import child_page
from cems.children.identity.services.self_description import (
    ONLY_CLOSEST,
    PART,
    may_know,
    orientation_keep,
    orientation_of,
    orientation_take_back,
)
from cems.children.view_helpers import form_page

TAB = "children:feedback"


@requires_child(Shape.PAGE, Part.IDENTITY)
def orientation(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The child's words for those who may know them; each look is recorded, whether any are kept or not."""
    user, knows = acting_user(request), _knows(request, opened)
    if knows:
        read(user, child=opened.child.public_id, part=PART, reason=opened.access.why)
    context = {
        **child_page(request, opened, current=TAB),
        "knows": knows,
        "kept": orientation_of(opened.child) if knows else None,
    }
    return render(request, "children/orientation.html", context)


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def keep(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Keep the child's own words, if the child agrees."""
    if not _knows(request, opened):
        messages.error(request, ONLY_CLOSEST)
        return redirect("children:orientation", public_id=opened.child.public_id)
    begin = {
        "happened_on": today(),
        "happened_time": local(now()).time(),
        "asked_by": acting_user(request).name,
    }
    form = OrientationForm(request.POST or None, initial=begin)
    if handle_form(
        request,
        form,
        lambda: orientation_keep(acting_user(request), child=opened.child, **form.values),
    ):
        messages.success(request, "Kept. Only those who work closest with the child see it.")
        return redirect("children:orientation", public_id=opened.child.public_id)
    return form_page(
        request,
        opened,
        form,
        title="Keep what the child says about their orientation",
        text="Nobody has to answer. It is never in lists, documents, the chronology or a search, and the child can"
        " take it back at any time.",
        back=reverse("children:orientation", args=[opened.child.public_id]),
        current=TAB,
    )


@requires_child(Shape.POST, Part.IDENTITY)
def take_back(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The child wants it kept no more."""
    try:
        orientation_take_back(acting_user(request), child=opened.child)
    except CommandError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Nothing is kept now.")
    return redirect("children:orientation", public_id=opened.child.public_id)


def _knows(request: HttpRequest, opened: OpenChild) -> bool:
    return may_know(acting_user(request), opened.child, opened.access, opened.at)
