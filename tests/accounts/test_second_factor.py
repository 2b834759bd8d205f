"""A code of the second factor is good once, for as long as it would run (A1)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a walk along the river wear"
SECRET = "JBSWY3DPEHPK3PXP"
NINE = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def user() -> User:
    person = make_user(password=PASSWORD)
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(SECRET)}
    )
    return person


def code_at(moment: datetime) -> str:
    return format_hotp_value(hotp_value(SECRET, int(moment.timestamp()) // 30))


def signs_in(user: User, code: str) -> bool:
    """Whether password and code open a new browser."""
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code})
    cache.clear()  # a cache that forgets, or is emptied, must change nothing
    return "_auth_user_id" in client.session


@pytest.mark.requirement("A1", "A3")
@pytest.mark.parametrize("seconds", [0, 1, 20, 31, 45, 59])
def test_a_code_seen_over_a_shoulder_opens_nothing(user: User, seconds: int) -> None:
    with time_machine.travel(NINE, tick=False) as clock:
        assert signs_in(user, code_at(NINE))
        clock.shift(seconds)
        assert not signs_in(user, code_at(NINE))
        assert not signs_in(user, "-".join((code_at(NINE)[:3], code_at(NINE)[3:]))), "written otherwise"
    refused = Entry.objects.filter(verb=Verb.SIGN_IN_FAILED, subject_id=str(user.public_id))
    assert [row.reason for row in refused] == ["second factor"] * 2


@pytest.mark.requirement("A1")
def test_an_earlier_code_is_used_up_with_a_later_one_and_the_next_opens(user: User) -> None:
    with time_machine.travel(NINE, tick=False) as clock:
        assert signs_in(user, code_at(NINE + timedelta(seconds=30))), "a phone half a minute fast"
        assert not signs_in(user, code_at(NINE))
        assert not signs_in(user, code_at(NINE - timedelta(seconds=30)))
        clock.shift(60)
        assert signs_in(user, code_at(NINE + timedelta(seconds=60)))


@pytest.mark.requirement("A1")
def test_a_code_that_signed_in_does_not_confirm_what_comes_after(user: User) -> None:
    with time_machine.travel(NINE, tick=False) as clock:
        client = Client()
        client.post("/account/login/", {"login": user.email, "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code_at(NINE)})
        clock.shift(45)
        cache.clear()
        again = client.post(reverse("mfa_reauthenticate"), {"code": code_at(NINE)})
        assert again.context["form"].errors
        clock.shift(30)
        right = client.post(reverse("mfa_reauthenticate"), {"code": code_at(NINE + timedelta(seconds=75))})
        assert right.status_code == 302


@pytest.mark.requirement("A1")
def test_the_code_that_set_the_app_up_does_not_sign_in(
    client: Client,
    django_capture_on_commit_callbacks,  # type: ignore[no-untyped-def]
) -> None:
    user = make_user(password=PASSWORD)
    with time_machine.travel(NINE, tick=False) as clock:
        client.post("/account/login/", {"login": user.email, "password": PASSWORD})
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        code = format_hotp_value(hotp_value(secret, int(NINE.timestamp()) // 30))
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("mfa_activate_totp"), {"code": code})
        cache.clear()
        clock.shift(10)
        assert not signs_in(user, code)


@pytest.mark.requirement("A1")
def test_a_recovery_code_opens_once(user: User) -> None:
    codes = RecoveryCodes.activate(user).get_unused_codes()
    assert signs_in(user, codes[0])
    assert not signs_in(user, codes[0])
    assert signs_in(user, codes[1])
