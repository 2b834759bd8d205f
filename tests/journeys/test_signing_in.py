"""Signing in with both factors, and out again (A1)."""

import pytest

from cems.accounts.models import User
from tests.factories.people import make_user
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
