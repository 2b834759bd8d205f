"""A child is raised at CEVT without a new matrix; the user who did reads what became of it (T3, T4)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.audit.services import read
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.forms import handle_form
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from triage.cevt.forms.relayed_contribution import RaiseForm
from triage.cevt.selectors.raised import before_raising, raised_by
from triage.cevt.selectors.seats import RAISE
from triage.cevt.services.item import item_raise


@requires_child(Shape.PAGE, Part.IDENTITY, work=RAISE, methods=FORM)
def raise_child(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Why CEVT should look at the child, and why now; a concern that is open already is shown in the form's place."""
    user, form = acting_user(request), RaiseForm(request.POST or None)
    made = handle_form(request, form, lambda: item_raise(user, child=opened.child, **form.values))
    if made:
        messages.success(request, "The child is on CEVT’s list.")
        return redirect("cevt:item_raised", made.public_id)
    context = {
        **child_page(request, opened, current="children:overview"),
        "form": form,
        "before": before_raising(user, opened),
        "died": opened.child.died_on,
        "may_matrix": opened.access.may(Work.MATRIX)
        and opened.access.sees(Part.MATRIX, Part.OWN_SUBMISSIONS),
        "may_refer": opened.access.may(Work.REFERRALS),
        "sees_sheet": opened.access.sees(Part.CONTRIBUTIONS),
    }
    return render(request, "triage/cevt/raise.html", context, status=form.status)


@requires_sign_in(Shape.PAGE, reason="the person who raised the child, and nobody else")
def raised(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """What one raised, and what became of it: the decision itself only where the record is open to them."""
    user = acting_user(request)
    concern = raised_by(user, item_id)
    if concern is None:
        raise Http404
    if concern.child and concern.access:
        part = Part.DECISIONS if concern.found else Part.OWN_SUBMISSIONS
        read(
            user,
            child=concern.child.public_id,
            part=part,
            subject=concern.item,
            reason=f"{concern.access.why}; raised the child at CEVT",
        )
    return render(request, "triage/cevt/raised.html", {"raised": concern, "item": concern.item})
