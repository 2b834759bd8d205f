"""How django-allauth behaves here: nobody signs themselves up, and every attempt is recorded (A1, A3)."""

import base64
import logging
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cems.accounts import sign_in
from cems.accounts.leaving import has_left
from cems.accounts.models import User
from cems.accounts.selectors.account_change import is_shut
from cems.accounts.services.token import is_of_system
from cems.base.time import now

log = logging.getLogger(__name__)

FIRST_SET_UP = timedelta(minutes=10)


class ClosedSignUp(DefaultAccountAdapter):
    """Accounts are made by administrators; what is answered never tells whether an account exists."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right. Try again.",
        "too_many_login_attempts": (
            "That was tried too often. Wait 5 minutes and try again, or set a new password."
        ),
        "account_inactive": "This account has ended. Ask your agency's administrator.",
        "incorrect_code": "That code is not right. Wait for the next one and type it again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Account and address together, so that a stranger elsewhere can't lock a colleague out.
        login = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
        return f"{login}|{self.get_client_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in.locked_out(request, str(credentials.get("email", "")))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in.failed(request, str(credentials.get("email", "")), why="password")

    def reauthenticate(self, user: User, password: str) -> bool:
        # allauth would ask its own table of addresses; ours is the user's.
        known_user = self.authenticate(self.request, email=user.email, password=password)
        return known_user is not None and known_user.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        # Who has just typed the password need not type it again to set up their first second factor, and to see
        # the recovery codes that come with it.
        since = sign_in.signed_in_at(self.request)
        earlier = Authenticator.objects.filter(user_id=self.request.user.pk, created_at__lt=since)
        if now() - since < FIRST_SET_UP and not earlier.exists():
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if refused := _no_sign_in(user):
            sign_in.failed(request, user.email, why=refused)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def get_reset_password_from_key_url(self, key: str) -> str:
        # From the settings, not from the Host header of the request.
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL.rstrip("/") + path.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # A mail server that is away must neither fail the page nor tell which addresses exist.
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            log.exception("a mail about a sign-in could not be sent")


def _no_sign_in(user: User) -> str:
    """Why this account doesn't sign in though the password is right; "" where it may."""
    if has_left(user):
        return "left"
    if is_shut(user):
        return "shut until its address is settled"
    return "an agency's system" if is_of_system(user) else ""


class SecondFactor(DefaultMFAAdapter):
    """Secrets of the second factor lie encrypted in the database, under a key made from SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if not settings.SECOND_FACTOR_COMPULSORY:
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return bool(
            authenticator.type == Authenticator.Type.RECOVERY_CODES
            or others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        )

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)


def _vault() -> MultiFernet:
    """New secrets under the present key; those made under an earlier one can still be read."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(secret: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cems second factor").derive(secret.encode())
    return base64.urlsafe_b64encode(made)
