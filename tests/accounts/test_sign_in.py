"""Signing in by the form: closed sign-up, second factor, lock-out, and what the audit keeps of it."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from tests.factories.people import make_user, sign_in

pytestmark = pytest.mark.django_db

PASSWORD = "a walk along the river wear"
LOGIN = "/account/login/"
SET_UP_AT = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def try_to_sign_in(client: Client, user: User, password: str = PASSWORD, **extra: str):  # type: ignore[no-untyped-def]
    return client.post(LOGIN, {"login": user.email, "password": password, **extra})


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def verbs_about(user: User) -> list[str]:
    rows = Entry.objects.filter(subject_id=str(user.public_id)).order_by("pk")
    return [row.verb for row in rows]


@pytest.mark.requirement("A1")
def test_nobody_signs_themselves_up(client: Client) -> None:
    answer = client.post(
        "/account/signup/", {"email": "new@example.test", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert answer.status_code == 200
    assert "signup_closed" in answer.templates[0].name
    assert not User.objects.get_queryset().filter(email="new@example.test").exists()


@pytest.mark.requirement("A1", "A3")
def test_the_second_factor_is_forced_set_up_and_asked_for(
    client: Client,
    request: pytest.FixtureRequest,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    user, clock = make_user(password=PASSWORD), time_machine.travel(SET_UP_AT, tick=False)
    moment = clock.start()
    request.addfinalizer(clock.stop)
    assert try_to_sign_in(client, user).status_code == 302
    assert client.get(reverse("notices:list")).url == reverse("mfa_activate_totp")  # type: ignore[attr-defined]

    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert client.get(reverse("notices:list")).status_code == 200

    stored = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert secret not in stored.data["secret"], "the secret lies open in the database"

    client.post("/account/logout/")
    moment.shift(30)  # a code is good once; the next sign-in waits for another
    answer = try_to_sign_in(client, user, next="/account/sign-ins/")
    assert answer.url == reverse("mfa_authenticate")  # type: ignore[attr-defined]
    assert client.get("/account/sign-ins/").status_code == 302, "half a sign-in opened a page"
    answer = client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert answer.url == "/account/sign-ins/"  # type: ignore[attr-defined]
    assert verbs_about(user) == [
        Verb.SIGNED_IN,
        Verb.CREDENTIALS_CHANGED,
        Verb.CREDENTIALS_CHANGED,
        Verb.SIGNED_OUT,
        Verb.SIGNED_IN,
    ]


@pytest.mark.requirement("A1")
def test_a_script_without_a_second_factor_is_told_so(client: Client) -> None:
    client.force_login(make_user())
    answer = client.get(reverse("notices:list"), headers={"X-Requested-With": "cems"})
    assert answer.status_code == 403
    assert answer.json()["error"] == "second_factor"


@pytest.mark.requirement("A1")
def test_the_last_second_factor_stays(client: Client) -> None:
    user = make_user()
    client = sign_in(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


@override_settings(SECRET_KEY="n" * 50, SECRET_KEY_FALLBACKS=[])
def test_secrets_of_the_second_factor_survive_a_change_of_the_key() -> None:
    from allauth.mfa.adapter import get_adapter

    sealed = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DP" not in sealed
    with override_settings(SECRET_KEY="m" * 50, SECRET_KEY_FALLBACKS=["n" * 50]):
        assert get_adapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


@pytest.mark.requirement("A3")
def test_lock_out_is_by_account_and_address_together() -> None:
    user = make_user(password=PASSWORD)
    here, elsewhere = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.2")
    for _ in range(5):
        assert "not right" in try_to_sign_in(here, user, "wrong").content.decode()
    assert "tried too often" in try_to_sign_in(here, user).content.decode(), (
        "the right password walked past the lock"
    )
    assert try_to_sign_in(elsewhere, user).status_code == 302, "a stranger locked a colleague out"
    assert verbs_about(user) == [*[Verb.SIGN_IN_FAILED] * 5, Verb.LOCKED_OUT, Verb.SIGNED_IN]
    failed = Entry.objects.filter(subject_id=str(user.public_id), verb=Verb.SIGN_IN_FAILED).first()
    assert failed is not None
    assert failed.actor_id is None
    assert failed.detail == {"address": "10.0.0.1"}


@pytest.mark.requirement("A3")
def test_nothing_tells_whether_an_account_exists(client: Client) -> None:
    user = make_user(password=PASSWORD)
    known = try_to_sign_in(client, user, "wrong").content.decode()
    unknown = client.post(LOGIN, {"login": "nobody@example.test", "password": "wrong"}).content.decode()

    def plain(html: str) -> str:
        html = re.sub(r'(value|nonce|content)="[^"]*"', "", html)
        return re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}", "", html)

    assert plain(known) == plain(unknown)
    for address in (user.email, "nobody@example.test"):
        answer = client.post("/account/password/reset/", {"email": address})
        assert answer.url == "/account/password/reset/done/"  # type: ignore[attr-defined]
    assert [letter.to for letter in mail.outbox] == [[user.email]]


@pytest.mark.requirement("A1")
def test_a_reset_link_points_to_our_own_address_whoever_asked(client: Client) -> None:
    user = make_user(password=PASSWORD)
    client.post("/account/password/reset/", {"email": user.email}, headers={"Host": "localhost"})
    links = re.findall(r"https?://\S+", mail.outbox[0].body)
    assert links
    assert all(link.startswith(settings.BASE_URL) for link in links)
    assert user.name not in mail.outbox[0].subject + mail.outbox[0].body


@pytest.mark.requirement("A1")
def test_floor_f4_after_a_time_out_one_comes_back_to_the_page(client: Client) -> None:
    user = make_user("administrator", password=PASSWORD)
    answer = client.post("/people/new/", {"name": "Example"})
    assert answer.url == "/account/login/?next=/people/new/"  # type: ignore[attr-defined]
    answer = try_to_sign_in(client, user, next="/people/new/")
    assert answer.url == "/people/new/"  # type: ignore[attr-defined]


def test_signing_in_goes_nowhere_else_than_here(client: Client) -> None:
    user = make_user(password=PASSWORD)
    answer = try_to_sign_in(client, user, next="https://elsewhere.example/")
    assert "elsewhere" not in answer.url  # type: ignore[attr-defined]


@pytest.mark.requirement("A1", "A3")
def test_own_sign_ins_are_shown_and_ended_elsewhere() -> None:
    user = make_user()
    here, there = sign_in(user), sign_in(user)
    there.get("/account/sign-ins/")
    page = here.get("/account/sign-ins/").content.decode()
    assert page.count("Sign out everywhere else") == 1
    assert "This one" in page
    assert page.count("Signed in") == 2
    here.post("/account/sign-ins/elsewhere/")
    assert here.get("/account/sign-ins/").status_code == 200
    assert there.get("/account/sign-ins/").status_code == 302
