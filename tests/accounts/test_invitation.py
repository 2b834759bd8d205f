"""From the invitation to the first page, as production is set; and invitations to a wrong address (house-a)."""

import importlib
import re
import runpy
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from cems.accounts.models import AccountChange, User
from cems.accounts.services import person as services
from cems.accounts.services.account_change import account_change_confirm
from cems.accounts.services.appointment import appointment_start
from tests.factories.people import make_agency, make_user, sign_in
from tests.guards.source import ROOT
from tests.guards.test_settings import SAFE

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "three rivers and a bridge"
OTHERS = "a stranger's long password"
HOST = "cems.example.test"
# What belongs to the machine of the test, not to how production answers.
OF_THE_MACHINE = re.compile(
    r"DATABASE|CACHES|CELERY|STATE_DIR|STORAGES|STATIC|WHITENOISE|EMAIL_|LOGGING|CEMS_MODE|TESTING"
)


@pytest.fixture(autouse=True)
def _as_production(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings that production has, read from its environment."""
    with monkeypatch.context() as environment:
        for name, value in SAFE.items():
            environment.setenv(name, value)
        environment.delenv("CEMS_SECOND_FACTOR", raising=False)
        read = runpy.run_path(str(ROOT / "cems" / "settings.py"))
    names = (name for name in read if name.isupper() and not OF_THE_MACHINE.search(name))
    other = {name: read[name] for name in names if getattr(settings, name, None) != read[name]}
    assert other["SECURE_SSL_REDIRECT"], "these are not the settings of production"
    cache.clear()
    with override_settings(**other):
        yield


class Browser:
    """Somebody's browser behind the proxy of production: https, with the forms' own tokens."""

    def __init__(self) -> None:
        self.client = Client(
            enforce_csrf_checks=True,
            SERVER_NAME=HOST,
            headers={
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": "192.0.2.7",
                "Origin": f"https://{HOST}",
                "Referer": f"https://{HOST}/",
            },
        )

    def open(self, address: str) -> Any:
        self.page = self.client.get(address.removeprefix(f"https://{HOST}"), follow=True)
        return self.page

    def send(self, **values: str) -> Any:
        """Fill in and send the form of the page that is open."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page.content.decode())
        assert token, self.page.content.decode()
        where = self.page.request["PATH_INFO"]
        self.page = self.client.post(where, {"csrfmiddlewaretoken": token[1], **values}, follow=True)
        return self.page

    def here(self) -> str:
        return str(self.page.resolver_match.view_name)

    def choose_password(self, link: str, password: str) -> bool:
        """Open a link and choose a password; whether the link was taken."""
        if self.open(link).context.get("token_fail"):
            return False
        self.send(password1=password, password2=password)
        return True

    def sign_in(self, email: str, password: str) -> str:
        """Give address and password; where that leads."""
        self.open(reverse("account_login"))
        self.send(login=email, password=password)
        self.open("/")
        return self.here()

    def set_up_second_factor(self) -> None:
        secret = self.page.context["form"].secret
        self.send(code=format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def letters_to(address: str) -> list[str]:
    """The links of the mails to this address, oldest first."""
    bodies = [str(letter.body) for letter in mail.outbox if letter.to == [address]]
    return [link for body in bodies for link in re.findall(r"https://\S+/password/reset/key/\S+", body)]


def invite(email: str) -> User:
    """An administrator adds a practitioner, who gets a link."""
    admin = make_user("administrator")
    user = services.user_create(admin, email=email, name="Invited Example", agency=make_agency())
    appointment_start(admin, user=user, role_key="practitioner")
    return user


@pytest.mark.requirement("A1")
@time_machine.travel(datetime(2026, 6, 10, 9, 0, tzinfo=UTC), tick=False)
def test_who_is_invited_comes_to_their_first_page() -> None:
    user = invite("invited@example.test")
    person = Browser()
    (link,) = letters_to(user.email)
    assert person.choose_password(link, PASSWORD)
    assert person.here() == "account_reset_password_from_key_done"

    assert person.sign_in(user.email, PASSWORD) == "mfa_activate_totp"
    person.set_up_second_factor()
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    person.open("/")
    assert person.here() == "home"
    assert user.name in person.page.content.decode()
    assert not Browser().choose_password(link, OTHERS), "the link worked twice"


@pytest.mark.requirement("A1")
def test_who_sets_up_their_app_in_the_second_of_signing_in_still_sees_the_recovery_codes() -> None:
    with time_machine.travel(datetime(2026, 6, 10, 9, 0, tzinfo=UTC), tick=False) as clock:
        user, person = invite("quick@example.test"), Browser()
        person.choose_password(letters_to(user.email)[0], PASSWORD)
        person.sign_in(user.email, PASSWORD)
        clock.shift(0.2)
        person.set_up_second_factor()
        clock.shift(2.7)
        person.open(reverse("mfa_view_recovery_codes"))
    assert person.here() == "mfa_view_recovery_codes"


@pytest.mark.requirement("A1")
def test_who_forgot_the_password_after_the_invitation_comes_in_too() -> None:
    user = invite("forgot@example.test")
    person = Browser()
    person.open(reverse("account_reset_password"))
    person.send(email=user.email)
    assert person.choose_password(letters_to(user.email)[-1], PASSWORD)
    assert person.sign_in(user.email, PASSWORD) == "mfa_activate_totp"
    person.set_up_second_factor()
    person.open("/")
    assert person.here() == "home"


@pytest.mark.requirement("A1")
def test_an_invitation_to_a_mistyped_address_opens_nothing_once_it_is_corrected() -> None:
    user = invite("mistpyed@example.test")
    (wrong,) = letters_to("mistpyed@example.test")
    services.user_change(make_user("administrator"), user=user, changes={"email": "mistyped@example.test"})

    stranger = Browser()
    assert not stranger.choose_password(wrong, OTHERS), "the link that went astray still opens the account"
    stranger.open(reverse("account_reset_password"))
    stranger.send(email="mistpyed@example.test")
    assert letters_to("mistpyed@example.test") == [wrong], "the wrong address gets another link"

    (right,) = letters_to("mistyped@example.test")
    person = Browser()
    assert person.choose_password(right, PASSWORD)
    assert person.sign_in("mistyped@example.test", PASSWORD) == "mfa_activate_totp"
    assert not EmailAddress.objects.exists(), "an address is kept beside the account's own"


@pytest.mark.requirement("A1")
def test_a_password_chosen_at_a_mistyped_address_ends_when_it_is_corrected() -> None:
    user = invite("mistpyed@example.test")
    stranger = Browser()
    (wrong,) = letters_to(user.email)
    stranger.choose_password(wrong, OTHERS)
    assert stranger.sign_in(user.email, OTHERS) == "mfa_activate_totp"
    admin = make_user("administrator")
    services.user_change(admin, user=user, changes={"email": "mistyped@example.test"}, shut=True)

    stranger.open("/")
    assert stranger.here() == "account_login", "the sign-in went on"
    assert Browser().sign_in("mistpyed@example.test", OTHERS) == "account_login"
    account_change_confirm(make_user("administrator"), change=AccountChange.objects.get(user=user))
    for address in ("mistpyed@example.test", "mistyped@example.test"):
        assert Browser().sign_in(address, OTHERS) == "account_login", address
    services.user_change(admin, user=user, changes={"email": "mistyped@example.test", "phone": "03000 1"})
    assert len(letters_to("mistyped@example.test")) == 1, "nothing new, and yet another link"


@pytest.mark.requirement("A1")
def test_a_leaver_whose_address_is_corrected_gets_no_link() -> None:
    user, admin = invite("leaver@example.test"), make_user("administrator")
    services.user_end(admin, user=user, last_day=user.created_at.date(), at_once=True)
    services.user_change(admin, user=user, changes={"email": "gone@example.test"})
    assert letters_to("gone@example.test") == []


@pytest.mark.requirement("A1")
def test_copies_of_addresses_made_before_no_longer_bar_or_open_anything() -> None:
    user = make_user(email="right@example.test", password=PASSWORD)
    EmailAddress.objects.create(user=user, email="wrong@example.test", verified=False)
    migration = importlib.import_module("cems.accounts.migrations.0008_own_addresses_only")
    migration.remove_copies(apps, None)

    assert Browser().sign_in("wrong@example.test", PASSWORD) == "account_login"
    assert Browser().sign_in(user.email, PASSWORD) == "mfa_activate_totp"


@pytest.mark.requirement("A1")
def test_the_page_says_what_a_changed_address_brings_about() -> None:
    with override_settings(SECURE_SSL_REDIRECT=False, ALLOWED_HOSTS=["testserver"]):
        client, user = sign_in(make_user("administrator")), invite("before@example.test")
        address = reverse("people:change", args=[user.public_id])
        assert (
            "get a link at the new address to choose a new password" in client.get(address).content.decode()
        )
        response = client.post(address, {"name": user.name, "email": "after@example.test"}, follow=True)
        assert "They get a link at the new address." in response.content.decode()
        assert len(letters_to("after@example.test")) == 1
        response = client.post(address, {"name": "Other Example", "email": "after@example.test"}, follow=True)
        assert "a link at the new address" not in response.content.decode()


@pytest.mark.requirement("A1")
def test_nobody_is_told_that_a_link_goes_out_which_could_not_be_sent() -> None:
    away = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": 1,
    }
    with override_settings(SECURE_SSL_REDIRECT=False, ALLOWED_HOSTS=["testserver"]):
        client, user = sign_in(make_user("administrator")), invite("waits@example.test")
        again = reverse("people:invite", args=[user.public_id])
        change = reverse("people:change", args=[user.public_id])
        with override_settings(**away):
            told = [
                client.post(again, follow=True),
                client.post(change, {"name": user.name, "email": "other@example.test"}, follow=True),
            ]
        for answer in told:
            page = answer.content.decode()
            assert "The link could not be sent: the mail server does not answer." in page
            assert "on its way" not in page and "They get a link" not in page
        assert letters_to("other@example.test") == []
        assert "A new link is on its way to them." in client.post(again, follow=True).content.decode()
        assert len(letters_to("other@example.test")) == 1


@pytest.mark.requirement("A1")
def test_a_double_click_adds_one_person_and_tells_the_second_time_what_the_first_did() -> None:
    with override_settings(SECURE_SSL_REDIRECT=False, ALLOWED_HOSTS=["testserver"]):
        client, agency = sign_in(make_user("administrator")), make_agency()
        page = client.get(reverse("people:new"))
        sent = {
            "csrfmiddlewaretoken": page.context["csrf_token"],
            "name": "Doubly Clicked",
            "email": "double@example.test",
            "agency": agency.code,
        }
        answers = [client.post(reverse("people:new"), sent) for _ in range(2)]
        person = User.objects.get_queryset().get(email="double@example.test")
        assert [answer.headers["Location"] for answer in answers] == [
            reverse("people:appoint", args=[person.public_id])
        ] * 2
        assert len(letters_to("double@example.test")) == 1


@pytest.mark.requirement("A1")
@pytest.mark.parametrize(
    ("address", "believed"),
    [
        ("127.0.0.1", True), ("172.18.0.1", True), ("10.1.2.3", True), ("::1", True), ("", True),
        ("203.0.113.9", False), ("2001:db8::1", False), ("no address", False), ("172.32.0.1", False),
    ],
)  # fmt: skip
def test_who_is_no_proxy_is_not_believed_that_a_request_came_by_https(address: str, believed: bool) -> None:
    client = Client(SERVER_NAME=HOST, headers={"X-Forwarded-Proto": "https"})
    answer = client.get(reverse("account_login"), REMOTE_ADDR=address)
    assert answer.status_code == (200 if believed else 301)
