"""Who is signed in stays so only while they may: leavers, idle and old sign-ins, the second factor (A1)."""

from collections.abc import Callable

from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cems.accounts.leaving import has_left
from cems.accounts.sign_in import signed_in_for
from cems.base.error_pages import refuse, wants_json
from cems.base.time import now

# What somebody without a second factor may still reach: setting one up, and leaving.
WITHOUT_SECOND_FACTOR = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
    "account_logout",
    "account_login",
    "account_keep_alive",
    "healthz",
    "readyz",
}
LEFT = "Your account has ended, so you were signed out. If that is wrong, ask your agency's administrator."
IDLE = "You were signed out because nothing had happened for a while. Sign in to go on where you were."
TOO_OLD = "You were signed out because you had been signed in for a whole working day. Sign in to go on."


class SignedInPeople:
    """Asks of each request of a signed-in person whether they still may, and marks the answer no-store."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        if has_left(request.user):
            _sign_out(request, "left")
            return _private(refuse(request, 403, LEFT, code="signed_out"))
        if reason := _over(request):
            _sign_out(request, reason)
            messages.info(request, IDLE if reason == "idle" else TOO_OLD)
        else:
            _seen(request)
        # Signed out now, the page's own access rule asks for a new sign-in, and public pages stay open.
        return _private(self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Lead who has no second factor yet to setting one up."""
        if not settings.SECOND_FACTOR_COMPULSORY or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        user, match = request.user, request.resolver_match
        if not user.is_authenticated or (match and match.view_name in WITHOUT_SECOND_FACTOR):
            return None
        # Remembered in the session, since the last one can't be taken away without ending the sign-ins.
        if request.session.get("second_factor"):
            return None
        if get_mfa_adapter().is_mfa_enabled(user):
            request.session["second_factor"] = True
            return None
        if wants_json(request):
            return refuse(request, 403, "Set up your second factor first.", code="second_factor")
        messages.info(request, "Before you go on, set up your second factor. It takes about two minutes.")
        return redirect("mfa_activate_totp")


def _over(request: HttpRequest) -> str:
    """Why the sign-in is over: "idle", "too old", or "" while it goes on."""
    age = int(signed_in_for(request).total_seconds())
    if age > settings.SESSION_COOKIE_AGE:
        return "too old"
    moment = int(now().timestamp())
    # Activity is written down only so often, so the last of it may be that much younger than written.
    if moment - request.session.get("seen_at", moment - age) > settings.IDLE_SECONDS + _write_every():
        return "idle"
    return ""


def _seen(request: HttpRequest) -> None:
    """Note that the person did something; what a page asks by itself (polling) does not count."""
    if "X-CEMS-Polling" in request.headers:
        return
    instant = now()
    moment = int(instant.timestamp())
    if moment - request.session.get("seen_at", 0) < _write_every():
        return
    request.session["seen_at"] = moment
    mine = UserSession.objects.filter(session_key=request.session.session_key)
    if not mine.update(last_seen_at=instant):
        # A sign-in must be in the list to be ended from it, however it came about.
        UserSession.objects.create_from_request(request)


def _write_every() -> int:
    return int(min(60, settings.IDLE_SECONDS // 10))


def seconds_left(request: HttpRequest) -> int:
    """How long the sign-in lasts from now without further activity."""
    age = int(signed_in_for(request).total_seconds())
    return max(0, min(settings.IDLE_SECONDS, settings.SESSION_COOKIE_AGE - age))


def _sign_out(request: HttpRequest, reason: str) -> None:
    request.signed_out_because = reason  # type: ignore[attr-defined]
    logout(request)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
