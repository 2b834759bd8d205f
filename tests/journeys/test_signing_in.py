"""Signing in with both factors, and out again (A1)."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail

from cems.accounts.models import User
from cems.accounts.services import person as services
from cems.accounts.services.appointment import appointment_start
from tests.factories.people import make_agency, make_user
from tests.journeys.browser import PASSWORD, set_up_second_factor
from tests.journeys.conftest import Open, Person


@pytest.mark.requirement("A1")
def test_a_practitioner_signs_in_sees_their_work_and_signs_out(person: Person) -> None:
    # given somebody with a password and an authenticator app, who has signed in
    worker = person("practitioner")
    # then they stand on their own page
    assert worker.here() == "home"
    assert worker.user and worker.page.get_by_text(worker.user.name).first.is_visible()
    worker.looks_right()
    # when they sign out
    worker.page.get_by_role("button", name="Sign out").click()
    # then nothing of it is left to go back to
    worker.open("/")
    assert worker.here() == "account_login"
    worker.looks_right()


@pytest.mark.requirement("A1")
def test_a_wrong_password_says_so_and_lets_nobody_in(window: Open) -> None:
    # given somebody at the sign-in page
    user: User = make_user(password=PASSWORD)
    set_up_second_factor(user)
    visitor = window()
    # when they mistype the password
    visitor.give_password(user, "another walk altogether")
    # then the page says what is wrong, keeps the address, and stays where it is
    assert visitor.here() == "account_login"
    assert "The e-mail address or the password is not right" in visitor.page.inner_text("main")
    assert visitor.page.locator("input[name=login]").input_value() == user.email
    visitor.looks_right()


@pytest.mark.requirement("A1")
def test_who_has_no_second_factor_is_led_to_set_one_up(window: Open) -> None:
    # given somebody new, with only a password
    user = make_user(password=PASSWORD)
    visitor = window()
    # when they sign in and ask for any page
    visitor.give_password(user)
    visitor.open("/clocks/")
    # then they come to the page that sets one up
    assert visitor.here() == "mfa_activate_totp"
    visitor.looks_right()


@pytest.mark.requirement("A1")
def test_who_is_invited_chooses_a_password_sets_up_both_factors_and_comes_in(window: Open) -> None:
    # given somebody whom an administrator added, with the mail they got
    admin = make_user("administrator")
    user = services.user_create(admin, email="new@example.test", name="New Example", agency=make_agency())
    appointment_start(admin, user=user, role_key="practitioner")
    link = re.search(r"/account/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link
    # when they open its link and choose a password
    visitor = window()
    visitor.open(link[0])
    visitor.looks_right()
    visitor.page.locator("input[name=password1]").fill(PASSWORD)
    visitor.page.locator("input[name=password2]").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Save the password").click()
    assert visitor.here() == "account_reset_password_from_key_done"
    visitor.looks_right()
    # and sign in with it, and type what their app shows for the key of the page
    visitor.page.get_by_role("button", name="Sign in").click()
    assert visitor.here() == "account_login"
    visitor.give_password(user)
    assert visitor.here() == "mfa_activate_totp"
    secret = visitor.page.locator("#authenticator_secret").input_value()
    visitor.page.locator("input[name=code]").fill(
        format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    )
    visitor.page.get_by_role("button", name="Continue").click()
    # then they see their recovery codes, asked for nothing more, and come to their first page
    assert visitor.here() == "mfa_view_recovery_codes"
    visitor.looks_right()
    visitor.open("/")
    assert visitor.here() == "home"
    assert visitor.page.get_by_text(user.name).first.is_visible()
    # and the link does not work a second time
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.open(link[0])
    assert visitor.page.get_by_role("link", name="Ask for a new link").is_visible()
    visitor.looks_right()
