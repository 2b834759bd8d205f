"""Forms of signing in: who gets a link to choose a password, and a code that is good once (A1)."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator

from cems.accounts.adapters import SecondFactor
from cems.accounts.invitations import can_be_sent
from cems.accounts.models import User
from cems.accounts.selectors.account_change import is_shut
from cems.accounts.services.second_factor import code_spend
from cems.base.time import today


class PasswordResetForm(account.ResetPasswordForm):
    """Asks for a link; to a leaver, a system or an account that is shut none is sent, and the answer is the same."""

    def clean_email(self) -> str:
        """The address, with `users` narrowed to those who may choose a password."""
        email = str(super().clean_email())
        asked: list[User] = list(self.users)  # type: ignore[has-type]  # set by allauth's own
        self.users = [user for user in asked if _may_choose(user)]
        return email


class PasswordLinkForm(account.UserTokenForm):
    """A link that was sent; of somebody who has left meanwhile it opens nothing."""

    def _get_user(self, uidb36: str) -> User | None:
        user: User | None = super()._get_user(uidb36)
        return user if user is not None and _may_choose(user) else None


def _may_choose(user: User) -> bool:
    return can_be_sent(user, today()) and not is_shut(user)


class _CodeOnce:
    """The code of an app is good once: not again while its half minute, or the one after, still runs."""

    def clean_code(self) -> str:
        code = str(super().clean_code())  # type: ignore[misc]  # allauth's own form, beside which this stands
        authenticator: Any = self.authenticator  # type: ignore[attr-defined]  # set by it
        if authenticator.type == Authenticator.Type.TOTP and not code_spend(
            None, authenticator=authenticator, code=code
        ):
            self._emit_authentication_failed(authenticator)  # type: ignore[attr-defined]  # allauth's own
            raise SecondFactor().validation_error("incorrect_code")
        return code


class CodeForm(_CodeOnce, mfa.AuthenticateForm):
    """The second factor at a sign-in."""


class CodeAgainForm(_CodeOnce, mfa.ReauthenticateForm):
    """The second factor asked for again before something that matters."""
