"""Access rules by kind of work, and those of django-allauth's own pages (guard: no URL without one)."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest
from rest_framework.request import Request

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.base.access_control import FORM, AccessRule, Shape, View, requires_sign_in


def acting_user(request: HttpRequest | Request) -> User:
    """The signed-in user, who acts in every command this request gives and is named in its audit.

    The one way to ask, of pages and of the API alike; only behind an access rule that is not public.
    """
    return cast(User, request.user)


def requires_work(shape: Shape, work: Work, methods: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Guard a view, not about one child, for those with a role that does this work (A2)."""
    return requires_sign_in(shape, work=work, may=_may, methods=methods)


def requires_any_work(shape: Shape, *works: Work, methods: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Guard a view for those whose roles do at least one of these kinds of work (A2)."""
    return requires_sign_in(
        shape,
        work="|".join(works),
        may=lambda user, _: any(profile_of(user).may(work) for work in works),
        methods=methods,
    )


def _may(user: Any, work: str) -> bool:
    return profile_of(user).may(Work(work))


_SIGNING_IN = "nobody is signed in yet"
_OWN = "everybody looks after their own sign-in"


def _entrance(shape: Shape = Shape.PAGE) -> AccessRule:
    return AccessRule(shape, public=True, reason=_SIGNING_IN, methods=FORM)


def _own(shape: Shape = Shape.PAGE) -> AccessRule:
    return AccessRule(shape, reason=_OWN, methods=FORM)


# By URL name. These views guard themselves; the guard test reads what they let through from here.
ALLAUTH_RULES: dict[str, AccessRule] = {
    "account_login": _entrance(),
    "account_logout": AccessRule(
        Shape.PAGE, public=True, reason="signing out twice must not fail", methods=FORM
    ),
    "account_inactive": _entrance(),
    "account_signup": AccessRule(
        Shape.PAGE, public=True, reason="says that administrators add people", methods=FORM
    ),
    "account_reset_password": _entrance(),
    "account_reset_password_done": _entrance(),
    "account_reset_password_from_key": _entrance(),
    "account_reset_password_from_key_done": _entrance(),
    "account_change_password": _own(),
    "account_set_password": _own(),
    "account_reauthenticate": _own(),
    "mfa_authenticate": AccessRule(
        Shape.PAGE, public=True, reason="half-way through signing in", methods=FORM
    ),
    "mfa_index": _own(),
    "mfa_reauthenticate": _own(),
    "mfa_activate_totp": _own(),
    "mfa_deactivate_totp": _own(),
    "mfa_view_recovery_codes": _own(),
    "mfa_generate_recovery_codes": _own(),
    "mfa_download_recovery_codes": _own(Shape.FEED),
    "mfa_list_webauthn": _own(),
    "mfa_add_webauthn": _own(),
    "mfa_reauthenticate_webauthn": _own(),
    "mfa_remove_webauthn": _own(),
    "mfa_edit_webauthn": _own(),
}
