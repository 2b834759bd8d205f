"""The demonstration's people: every role has somebody who can really sign in."""

import io
import stat

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import ROLES
from demo import password
from demo.cast import DOMAIN, gather, sign_ins
from demo.data import load
from tests.demo.conftest import AS_OF

pytestmark = pytest.mark.django_db
BY_TOKEN = {"service_account"}  # an agency's system has no password


def test_every_role_has_somebody_who_signs_in_with_the_printed_password(client: Client) -> None:
    gather(AS_OF)
    out = io.StringIO()
    call_command("demo_sign_ins", stdout=out)
    secret = password.read()
    assert f"Everybody's password: {secret}" in out.getvalue()

    cache.clear()  # whom a browser signed in a moment ago counts towards the limit of one address
    role_keys = set()
    for label, name, email in sign_ins():
        assert email in out.getvalue()
        assert label in out.getvalue()
        client.logout()
        answer = client.post(reverse("account_login"), {"login": email, "password": secret})
        assert (answer.status_code, answer["Location"]) == (302, reverse("home")), name
        user = User.objects.get(pk=client.session["_auth_user_id"])
        assert user.email == email
        assert client.get(reverse("home")).status_code == 200
        role_keys |= {role.key for role in profile_of(user).roles}
    assert role_keys == set(ROLES) - BY_TOKEN


def test_a_wrong_password_lets_nobody_in(client: Client) -> None:
    gather(AS_OF)
    _, _, email = sign_ins()[0]
    client.post(reverse("account_login"), {"login": email, "password": "not-the-password"})
    assert "_auth_user_id" not in client.session


def test_the_password_is_private_random_and_stays() -> None:
    gather(AS_OF)
    first = password.read()
    assert stat.S_IMODE(password.path().stat().st_mode) == 0o600
    assert len(first) >= 15
    count = User.objects.count()
    gather(AS_OF)
    assert password.read() == first
    assert User.objects.count() == count == len(load("people"))


def test_before_there_are_people_the_table_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="seed_demo"):
        call_command("demo_sign_ins")


def test_everybody_is_shown_when_asked_for() -> None:
    gather(AS_OF)
    shown = {email for _, _, email in sign_ins(everybody=True)}
    assert shown == set(User.objects.filter(email__endswith=f"@{DOMAIN}").values_list("email", flat=True))
    assert len(sign_ins()) == len(ROLES) - len(BY_TOKEN)
