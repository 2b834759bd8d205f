"""A person's own sign-ins, and the sign that they are still there (A1)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from cems.accounts import sign_in
from cems.accounts.access_control import acting_user
from cems.accounts.middleware import seconds_left
from cems.accounts.selectors import person as selectors
from cems.accounts.selectors.account_change import open_changes
from cems.base.access_control import Shape, requires_sign_in
from cems.base.words import counted


@requires_sign_in(Shape.PAGE, reason="everybody sees their own sign-ins")
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in, and my sign-ins and refused attempts of late."""
    context = {
        "sign_ins": selectors.sign_ins_of(acting_user(request)),
        "current_key": request.session.session_key,
        "changes": open_changes(acting_user(request)),
        "history": selectors.sign_in_history(acting_user(request)),
    }
    return render(request, "account/sessions.html", context)


@requires_sign_in(Shape.POST, reason="everybody may end their own sign-ins")
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End my sign-ins everywhere but here."""
    ended = sign_in.end_own_elsewhere(acting_user(request), here=request.session.session_key or "")
    messages.success(request, f"Signed out in {counted(ended, 'other place')}.")
    return redirect("account:sessions")


@requires_sign_in(Shape.POST, reason="everybody may go on with their own sign-in")
def keep_alive(request: HttpRequest) -> HttpResponse:
    """The person is still there; the middleware has noted it."""
    return JsonResponse({"seconds": seconds_left(request)})
