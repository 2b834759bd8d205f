"""Deciding an age that was not known or disputed (C1)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.children.access.selectors.restriction_page import may_still_read
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.forms.age import AgeDecisionForm
from cems.children.identity.services.age import age_decide
from cems.children.view_helpers import form_page


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.STATUS, methods=FORM)
def decide(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record what was decided about the age; what hangs on it follows at once."""
    form = AgeDecisionForm(request.POST or None)
    user = acting_user(request)
    if handle_form(request, form, lambda: age_decide(user, child=opened.child, decided=form.decided)):
        messages.success(request, "The age is decided. Who works with the child is told.")
        if not may_still_read(user, opened.child):
            return redirect("home")
        return redirect("children:overview", public_id=opened.child.public_id)
    words = (
        "Until it is decided the person is presumed under 18. Decided 18 or over, the record closes to those who read"
        " whole authorities, unless the agreed level is Moderate or more or a transition plan is open; who works with"
        " the person keeps it, and First Contact is asked to agree with adult services what goes on."
    )
    return form_page(request, opened, form, title="Decide the age", text=words, current="children:overview")
