"""The mails about an account: the link to choose a password, and what was asked of it. Sent after the commit (A1)."""

import logging
from datetime import date

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from cems.accounts.leaving import has_left
from cems.accounts.models import AccountChange, User
from cems.accounts.selectors.account_change import link_token
from cems.accounts.services.token import is_of_system

log = logging.getLogger(__name__)


def link_for(user: User) -> str:
    """A link that sets the password once, good for PASSWORD_RESET_TIMEOUT and only until it is used."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.BASE_URL.rstrip("/") + reverse("account_reset_password_from_key", kwargs=key)


def can_be_sent(user: User, on: date) -> bool:
    """Whether the account is for a person who chooses a password: not a system's, and not a leaver's."""
    return not has_left(user, on) and not is_of_system(user)


def send(user: User) -> bool:
    """Send the link to the person's own address; False when the mail server could not be reached, which
    `could_not_go` tells until a later one goes out.

    Straight away and not through the outbox: the link is a key, and the outbox keeps what it sends.
    """
    text = render_to_string(
        "people/email/invitation.txt",
        {
            "link": link_for(user),
            "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
            "base": settings.BASE_URL,
        },
    )
    went = _send("CEMS: choose your password", text, user.email)
    if went:
        cache.delete(_unsent(user))
    else:
        cache.set(_unsent(user), True, settings.PASSWORD_RESET_TIMEOUT)
    return went


def send_change_asked(change: AccountChange) -> None:
    """Tell the person at the address they have, and at the one they are to have, what was asked of their account.

    Straight away and not through the outbox, which knows the one address only: the first letter holds the key by
    which they stop it, unless the account is shut because somebody else may have that address.
    """
    stop = reverse("account:stop-link", args=[link_token(change)])
    link = "" if change.shut else settings.BASE_URL.rstrip("/") + stop
    _tell(change, change.old_email, "asked", link)
    if change.new_email:
        _tell(change, change.new_email, "asked", "")


def send_change_ended(change: AccountChange) -> None:
    """Tell both addresses how it ended."""
    for address in filter(None, (change.old_email, change.new_email)):
        _tell(change, address, "ended", "")


def _tell(change: AccountChange, address: str, step: str, link: str) -> None:
    context = {"change": change, "step": step, "link": link, "base": settings.BASE_URL}
    text = render_to_string("people/email/account_change.txt", context)
    _send("CEMS: your account", text, address)


def _send(subject: str, text: str, address: str) -> bool:
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])
    except OSError:
        log.exception("a mail about an account could not be sent")
        return False
    return True


def could_not_go(user: User) -> bool:
    """Whether the person's last link could not be sent: nobody should be told that they get one."""
    return bool(cache.get(_unsent(user)))


def _unsent(user: User) -> str:
    return f"invitation-unsent-{user.pk}"
