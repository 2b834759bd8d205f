"""Signing in and out: what is recorded of it (A3), and ending sign-ins."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import Signal  # noqa: TID251 - to listen to the signals of Django and django-allauth
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from cems.accounts.models import User
from cems.accounts.services.second_factor import code_spend
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.services.form_draft import form_drafts_of
from cems.base.time import now


def failed(request: HttpRequest, email: str, *, why: str) -> None:
    """Record a refused attempt. What was typed is not kept: it may be a password in the wrong field."""
    _attempt(request, Verb.SIGN_IN_FAILED, email, why)


def locked_out(request: HttpRequest, email: str) -> None:
    """Record an attempt that came too soon after too many others."""
    _attempt(request, Verb.LOCKED_OUT, email, "too many attempts")


def _attempt(request: HttpRequest, verb: Verb, email: str, why: str) -> None:
    user = User.objects.filter(email__iexact=email.strip()).first() if email else None
    # Nobody is the actor: that it was the account's person is just what was not shown.
    record(None, verb=verb, subject=user, reason=why, detail={"address": _address(request)})


def _signed_in(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    request.session["signed_in_at"] = int(now().timestamp())
    record(user, verb=Verb.SIGNED_IN, subject=user, detail={"address": _address(request)})
    _say_what_was_kept(request, user)


def _say_what_was_kept(request: HttpRequest, user: User) -> None:
    """Whoever was signed out in mid-sentence reads that the sentence is kept, and where (K2)."""
    if form_drafts_of(user) and hasattr(request, "_messages"):
        link = format_html(
            '<a class="govuk-notification-banner__link" href="{}">See what is not sent</a>',
            reverse("form_drafts:unsent"),
        )
        messages.info(request, format_html("What you typed before and did not send is kept. {}", link))


def _signed_out(sender: object, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        reason = getattr(request, "signed_out_because", "")
        _sign_in_ended(user, session_key=request.session.session_key, reason=reason)


@command
def _sign_in_ended(user: User, *, session_key: str | None, reason: str) -> None:
    UserSession.objects.filter(session_key=session_key).delete()
    record(user, verb=Verb.SIGNED_OUT, subject=user, reason=reason)


def _second_factor_failed(sender: object, request: HttpRequest, user: User | None, **_: Any) -> None:
    _attempt(request, Verb.SIGN_IN_FAILED, user.email if user else "", "second factor")


def _credentials_changed(what: str) -> Callable[..., None]:
    """A listener that records which of the person's own means of signing in changed."""

    def listen(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
        record(user, verb=Verb.CREDENTIALS_CHANGED, subject=user, detail={"fields": [what]})

    return listen


def _set_up_with_code(
    sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """The code by which an app was set up is used up by that."""
    if authenticator.type == Authenticator.Type.TOTP:
        code_spend(user, authenticator=authenticator, code=request.POST.get("code", ""))


def signed_in_at(request: HttpRequest) -> datetime:
    """The second in which the person signed in."""
    moment = request.session.setdefault("signed_in_at", int(now().timestamp()))
    return datetime.fromtimestamp(int(moment), UTC)


def signed_in_for(request: HttpRequest) -> timedelta:
    """How long ago the person signed in."""
    return now() - signed_in_at(request)


def _address(request: HttpRequest) -> str:
    return str(get_adapter().get_client_ip(request)) if request.META.get("REMOTE_ADDR") else ""


# Kept here, since a signal holds its listeners weakly.
_LISTENERS: list[tuple[Signal, Callable[..., None]]] = [
    (user_logged_in, _signed_in),
    (user_logged_out, _signed_out),
    (mfa.authentication_failed, _second_factor_failed),
    (mfa.authenticator_added, _credentials_changed("second_factor_added")),
    (mfa.authenticator_added, _set_up_with_code),
    (mfa.authenticator_removed, _credentials_changed("second_factor_removed")),
    (mfa.authenticator_reset, _credentials_changed("recovery_codes")),
    (account.password_set, _credentials_changed("password")),
    (account.password_changed, _credentials_changed("password")),
    (account.password_reset, _credentials_changed("password")),
]


def connect() -> None:
    """Listen to Django's and allauth's signals; called once, when the app is ready."""
    for signal, listener in _LISTENERS:
        signal.connect(listener)


def end_sign_ins(user: User, *, but: str = "") -> int:
    """End every sign-in of `user` save the session with key `but`; returns how many ended.

    Must be called in a transaction; the caller records why.
    """
    rows = [row for row in UserSession.objects.filter(user=user) if row.session_key != but]
    for row in rows:
        row.end()
    return len(rows)


@command
def end_own_elsewhere(user: User, *, here: str) -> int:
    """End the person's own sign-ins everywhere but in the session with key `here`; recorded (A3)."""
    ended = end_sign_ins(user, but=here)
    record(user, verb=Verb.SIGNED_OUT, subject=user, reason="everywhere else", detail={"sign_ins": ended})
    return ended
