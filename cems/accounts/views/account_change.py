"""Pages of what one administrator may not do alone (A1)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.account_change import AccountChange
from cems.accounts.forms.account_change import AccountChangeForm, TakeBackForm
from cems.accounts.models import User
from cems.accounts.roles import Work
from cems.accounts.selectors import account_change as selectors
from cems.accounts.services import account_change as services
from cems.base.access_control import FORM, Shape, public, requires_sign_in
from cems.base.errors import CommandError
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import local_date, today


@requires_work(Shape.PAGE, Work.ADMINISTRATION, FORM)
def account_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was asked of an account, and a second administrator's yes or no."""
    user, change = acting_user(request), or_404(selectors.change_at(public_id))
    may_confirm = all(
        selectors.may_confirm(user, change, day) for day in (local_date(change.asked_at), today())
    )
    form = (AccountChangeForm if may_confirm else TakeBackForm)(request.POST or None)
    if handle_form(
        request, form, lambda: _decide(user, change, form.cleaned_data["act"]), refusals=CommandError
    ):
        addresses = "the old address and the new" if change.new_email else "their address"
        messages.success(request, f"Saved. {change.user} is told, at {addresses}.")
        return redirect("people:user", change.user.public_id)
    context = {
        "form": form,
        "change": change,
        "may_confirm": may_confirm,
        "back_url": reverse("people:user", args=[change.user.public_id]),
    }
    return render(request, "people/account_change.html", context, status=form.status)


def _decide(user: User, change: AccountChange, act: str) -> AccountChange:
    if act == "confirm":
        return services.account_change_confirm(user, change=change)
    return services.account_change_refuse(user, change=change)


@requires_sign_in(Shape.POST, reason="everybody stops what was asked of their own account")
def stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """I stop what an administrator asked of my account."""
    user, change = acting_user(request), or_404(selectors.change_at(public_id))
    services.account_change_stop(user, change=change)
    messages.success(request, "Stopped: nothing of your account changes. Those who were told of it are told.")
    return redirect("account:sessions")


@public(
    Shape.PAGE, reason="the link in the letter to the old address is its key, and stops only", methods=FORM
)
def stop_link(request: HttpRequest, token: str) -> HttpResponse:
    """The letter's link: what was asked, and the button that stops it."""
    change = or_404(selectors.change_of_link(token))
    if change.shut:
        change = or_404(None)
    if request.method == "POST" and change.ended_at is None:
        services.account_change_stop(None, change=change)
        change = or_404(selectors.change_of_link(token))
    return render(request, "account/stop_link.html", {"change": change})
