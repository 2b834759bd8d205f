"""The page on which what somebody holds is handed over (A1)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.forms.hand_over import HandOverForm, KeepForm
from cems.accounts.roles import Work
from cems.accounts.selectors import hand_over as selectors
from cems.accounts.selectors.person import person_at
from cems.accounts.services.hand_over import things_hand_over, things_keep
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import today
from cems.base.words import counted


@requires_work(Shape.PAGE, Work.HANDOVER, FORM)
def hand_over(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything open that this person alone answers for, and who gets it."""
    user, day = acting_user(request), today()
    holder = or_404(person_at(public_id))
    if not selectors.may_hand_over(user, holder, day):
        raise Http404
    kinds = selectors.open_things_of(holder)
    keep = KeepForm(request.POST if "keep" in request.POST else None)
    if handle_form(
        request, keep, lambda: {"things": things_keep(user, holder=holder)}, refusals=CommandError
    ):
        messages.success(request, f"{holder} keeps what they hold. You are not asked about it again.")
        return redirect("home")
    sent = request.POST if request.POST and not keep.is_bound else None
    form = HandOverForm(kinds, selectors.receivers(holder, day), sent)
    handled = handle_form(
        request,
        form,
        lambda: {"things": things_hand_over(user, holder=holder, **form.values)},
        refusals=CommandError,
    )
    if handled:
        things = counted(handled.result["things"], "thing")
        messages.success(request, f"{form.cleaned_data['owner']} has {things} of {holder} now.")
        return redirect("account:hand-over", public_id)
    context = {
        "form": form,
        "holder": holder,
        "why": selectors.why_open(holder, day),
        "kinds": kinds,
        "gives": any(kind.is_given for kind in kinds),
        "keep": keep if selectors.may_keep(user, holder, day) else None,
        "errors": [{"text": keep.refusal.message}] if keep.refusal else [],
    }
    status = keep.status if keep.is_bound else form.status
    return render(request, "account/hand_over.html", context, status=status)
