"""Who may read a record: restriction, named people, bars, conflicts; and a child who has died (A2)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.done import say_done
from cems.base.forms import PlainForm, handle_form
from cems.base.time import now
from cems.children.access.forms import death as death_forms
from cems.children.access.selectors.restriction_page import people_to_name
from cems.children.access.services.death import death_record, death_undo
from cems.children.access.views.restriction import _back, _page
from cems.children.access_control import OpenChild, requires_child
from cems.children.models import Child
from cems.clocks.selectors import still_promised


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.DEATH, methods=FORM)
def death(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record that a child has died, or undo what was recorded in error."""
    user, child = acting_user(request), opened.child
    if child.died_on is not None:
        undo = death_forms.DeathUndoForm(request.POST or None)
        if handle_form(
            request, undo, lambda: death_undo(user, child=child, reason=undo.cleaned_data["reason"])
        ):
            messages.success(
                request,
                f"Undone: {child.name} is not recorded as dead. Clocks that were cancelled stay so: begin again what"
                " is still promised.",
            )
            return _back(user, child)
        return _page(request, opened, undo, "The death was recorded in error")
    form = death_forms.DeathForm(people_to_name(child, now()), request.POST or None)
    if handle_form(request, form, lambda: _record_death(user, child, form)):
        say_done(
            request,
            f"Recorded that {child.name} has died. Clocks and letters have stopped.",
            undo_url=reverse("children:death", args=[child.public_id]),
            undo="It was recorded in error",
        )
        return _back(user, child)
    return _page(request, opened, form, "This child has died", text=_DEATH, **_ends(opened))


_DEATH = (
    "All clocks about the child are cancelled, and no mail about them leaves CEMS any more. Nothing of the"
    " record may be deleted. It opens only to its owner, to you and to people the owner names."
)


def _ends(opened: OpenChild) -> dict[str, Any]:
    """The promises about the child that end with it."""
    promised = still_promised(opened.cluster.values(), opened.at)
    return {"leaves": promised, "leaves_title": "These promises are cancelled"}


def _record_death(user: User, child: Child, form: PlainForm) -> None:
    data = form.cleaned_data
    death_record(user, child=child, died_on=data["died_on"], owner=data["owner"])
