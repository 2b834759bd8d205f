"""CEVT oversees the matrices at Low or None in one list (M5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user, requires_any_work
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape
from cems.base.errors import NotAllowed
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.time import now
from cems.base.words import counted
from triage.cevt.forms.low_matrix import LookedAtForm
from triage.cevt.selectors.low_matrix import overseen
from triage.cevt.services.low_matrix import low_matrices_look
from triage.policy import LOW_MATRIX_DAYS


@requires_any_work(Shape.PAGE, Work.DECISIONS, Work.CONTRIBUTION, methods=FORM)
def low(request: HttpRequest) -> HttpResponse:
    """Whose matrix at Low or None nobody has looked at: look at several at once, or bring a child to CEVT."""
    user, instant = acting_user(request), now()
    page = overseen(user, instant, request.GET.get(AFTER, ""))
    form = LookedAtForm(request.POST or None)
    done = handle_form(request, form, lambda: _look(request, form))
    if done:
        count = done.result["looked_at"]
        messages.success(request, f"Looked at: {counted(count, 'child')}.")
        return redirect("cevt:low")
    listed(user, what="triage.low", children=[line.child.public_id for line in page.lines], at=instant)
    context = {
        "lines": page.lines,
        "days": LOW_MATRIX_DAYS.at(instant),
        "older_url": next_url(request, page.after),
        "form": form,
        "ticked": {str(value) for value in request.POST.getlist("low_matrices")},
        "may_decide": profile_of(user).may(Work.DECISIONS),
    }
    return render(request, "triage/cevt/low.html", context, status=form.status)


def _look(request: HttpRequest, form: LookedAtForm) -> dict[str, int]:
    user, data = acting_user(request), form.cleaned_data
    if not profile_of(user).may(Work.DECISIONS):
        raise NotAllowed("CEVT’s chair says what CEVT has looked at.")
    return {"looked_at": low_matrices_look(user, low_matrices=data["low_matrices"], note=data["note"])}
