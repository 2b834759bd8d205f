"""An agency answers what First Contact asks (T1)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part
from cems.audit.services import read
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.forms import handle_form
from cems.base.time import now
from cems.clocks.presentation import present
from triage.first_contact.forms import AnswerForm
from triage.first_contact.selectors.enquiry import asked_of, question_to
from triage.first_contact.services.enquiry import agency_enquiry_answer


@requires_sign_in(
    Shape.PAGE,
    reason="everybody in a team First Contact asks, while the question waits for its answer",
    methods=FORM,
)
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who the child is, what is asked, and the answer; nothing of it for anybody else, nor once it is answered."""
    user = acting_user(request)
    asked = asked_of(user, public_id)
    if asked is None:
        return _answered_already(request, public_id)
    form = AnswerForm(request.POST or None)
    if handle_form(request, form, lambda: agency_enquiry_answer(user, enquiry=asked.row, **form.values)):
        messages.success(
            request, f"{asked.row.referral.reference}: First Contact has your answer. Thank you."
        )
        return redirect("home")
    read(
        user,
        child=asked.child.public_id,
        part=Part.IDENTITY,
        subject=asked.row,
        reason="asked by First Contact",
    )
    context = {"asked": asked.row, "child": asked.child, "bar": present(asked.row.clock, now()), "form": form}
    return render(request, "triage/first_contact/answer.html", context, status=form.status)


def _answered_already(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The notice of a question leads here for good: say who has answered, and nothing of the child.

    Where a colleague was quicker, what was typed stays on the page.
    """
    row = question_to(acting_user(request), public_id)
    if row is None:
        raise Http404
    sent = request.method == "POST"
    context = {"asked": row, "sent": sent, "typed": request.POST.get("text", "")}
    return render(request, "triage/first_contact/answered.html", context, status=409 if sent else 410)
