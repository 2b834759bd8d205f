"""A child is raised at CEVT without a new matrix; the user who did reads what became of it (T3, T4)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.audit.choices import Verb
from cems.audit.services import read, record
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.errors import Conflict
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now
from cems.children.access.document import questions_first
from cems.children.access_control import OpenChild, may_take_away, requires_child
from cems.children.identity.page_context import child_page
from cems.documents.rendering import Paper, available, pdf_response, render_pdf
from triage.cevt.forms.relayed_contribution import RaiseForm
from triage.cevt.selectors.raised import before_raising, letter_of, raised_by
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
        part = Part.DECISIONS if concern.sees_decision else Part.OWN_SUBMISSIONS
        read(
            user,
            child=concern.child.public_id,
            part=part,
            subject=concern.item,
            reason=f"{concern.access.why}; raised the child at CEVT",
        )
    context = {"raised": concern, "item": concern.item, "on_paper": concern.exports and available()}
    return render(request, "triage/cevt/raised.html", context)


@requires_sign_in(
    Shape.PDF, reason="the person who raised the child, and those who read CEVT's decisions about them"
)
def letter(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """What CEVT decided on a concern, as a letter to whoever raised it: references only on the outside."""
    user, instant = acting_user(request), now()
    concern = or_404(letter_of(user, item_id))
    undecided = Conflict("CEVT has not decided about this yet. Its page says when it has.")
    if concern.child is None or concern.access is None:
        raise undecided
    may_take_away(Shape.PDF, concern.access)
    asked = questions_first(request, Shape.PDF, concern.child.public_id)
    if asked:
        return asked
    if concern.found is None:
        raise undecided
    paper = Paper("Feedback from CEVT", concern.found.row.reference, f"{user}, {user.agency}", instant)
    context = {"item": concern.item, "found": concern.found, "sees_decision": concern.sees_decision}
    context["area_id"] = concern.child.area_id
    made = render_pdf("documents/feedback.html", context, paper)
    record(
        user,
        verb=Verb.DOWNLOADED,
        subject=concern.item,
        child=concern.child.public_id,
        part=Part.DECISIONS if concern.sees_decision else Part.OWN_SUBMISSIONS,
        reason=concern.access.why,
        at=instant,
    )
    return pdf_response(made, paper)
