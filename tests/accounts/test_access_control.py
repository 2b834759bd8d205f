"""Every address of accounts has an access rule, and allauth's are all in the table."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cems.accounts.access_control import ALLAUTH_RULES
from cems.base.access_control import AccessRule, Shape
from tests.factories.people import make_user, sign_in


def _patterns(resolver: URLResolver) -> list[URLPattern]:
    patterns: list[URLPattern] = []
    for url_pattern in resolver.url_patterns:
        patterns += _patterns(url_pattern) if isinstance(url_pattern, URLResolver) else [url_pattern]
    return patterns


def test_the_table_names_exactly_the_allauth_pages_that_are_open() -> None:
    theirs = {
        pattern.name
        for pattern in _patterns(get_resolver("cems.accounts.urls"))
        if not hasattr(pattern.callback, "access_rule")
    }
    assert theirs == set(ALLAUTH_RULES)
    assert all(
        isinstance(access_rule, AccessRule) and access_rule.reason for access_rule in ALLAUTH_RULES.values()
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, access_rule in ALLAUTH_RULES.items()
        if not access_rule.public and "webauthn" not in name
    ),
)
def test_own_pages_of_allauth_ask_for_a_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert "/account/login/" in answer.url  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
    ],
)
def test_entrance_pages_open_to_anybody(client: Client, name: str) -> None:
    assert ALLAUTH_RULES[name].public
    assert ALLAUTH_RULES[name].shape is Shape.PAGE
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["mfa_index", "mfa_list_webauthn", "account_change_password", "account_logout"]
)
def test_own_pages_draw_for_somebody_signed_in(name: str) -> None:
    assert sign_in(make_user(password="a walk along the river wear")).get(reverse(name)).status_code == 200
