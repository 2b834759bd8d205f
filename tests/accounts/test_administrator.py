"""The first administrators, from the command line (A1, house-b)."""

import io
import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command, get_commands
from django.test import Client

from cems.accounts.models import Agency, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import now
from tests.factories.people import make_agency, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A1")]

EMAIL, NAME = "first@example.test", "First Example"
PASSWORD = "three rivers and a bridge"


@pytest.fixture
def agency() -> Agency:
    return make_agency()


def add(agency: str, email: str = EMAIL, name: str = NAME) -> str:
    """Run the command; returns the path of the link it prints."""
    output = io.StringIO()
    call_command("add_administrator", email, name, "--agency", agency, stdout=output)
    (link,) = re.findall(r"https?://[^/]+(/\S+)", output.getvalue())
    return str(link)


def choose_password(link: str) -> bool:
    """Open the link and choose a password; whether the link was taken."""
    client = Client()
    page = client.get(link, follow=True)
    if page.context.get("token_fail"):
        return False
    client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    return True


def test_the_first_administrator_is_added_and_gets_in_by_the_link(agency: Agency) -> None:
    link = add(agency.code, email=" First@Example.test ")
    user = User.objects.get(email=EMAIL)
    assert user.name == NAME
    assert user.agency_id == agency.pk
    assert not user.has_usable_password()
    assert profile_of(user).may(Work.ADMINISTRATION)
    assert mail.outbox == [], "the link was to be handed over, not mailed"
    assert choose_password(link)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert Client().login(email=EMAIL, password=PASSWORD)


@pytest.mark.requirement("A3")
def test_adding_an_administrator_is_recorded(agency: Agency) -> None:
    before = Entry.objects.count()
    add(agency.code)
    user = User.objects.get(email=EMAIL)
    made, given = Entry.objects.order_by("pk")[before:]
    assert (made.verb, made.actor_id, made.subject_id) == (Verb.CREATED, None, str(user.public_id))
    assert (given.verb, given.actor_id) == (Verb.ACCESS_GIVEN, None)
    assert given.detail["role"] == "administrator"
    assert given.detail["user"] == str(user.public_id)


def test_an_unknown_agency_is_refused_with_those_there_are(agency: Agency) -> None:
    with pytest.raises(CommandError) as refused:
        add("no-such-agency")
    assert "no-such-agency" in str(refused.value)
    assert agency.code in str(refused.value)
    assert not User.objects.get_queryset().filter(email=EMAIL).exists()


@pytest.mark.parametrize(("email", "name"), [("who", NAME), (EMAIL, " ")])
def test_a_bad_address_or_no_name_adds_nobody(agency: Agency, email: str, name: str) -> None:
    with pytest.raises(CommandError):
        add(agency.code, email=email, name=name)
    assert not User.objects.get_queryset().filter(agency=agency).exists()


def test_who_is_here_already_is_not_made_an_administrator(agency: Agency) -> None:
    worker = make_user("practitioner", agency=agency, email=EMAIL)
    with pytest.raises(CommandError, match="here already"):
        add(agency.code, email=EMAIL.upper())
    assert not profile_of(User.objects.get(pk=worker.pk)).may(Work.ADMINISTRATION)


def test_a_second_run_prints_another_link_and_adds_nobody(agency: Agency) -> None:
    first = add(agency.code)
    user = User.objects.get(email=EMAIL)
    second = add(agency.code)
    assert User.objects.get_queryset().filter(agency=agency).count() == 1
    assert user.appointments.count() == 1
    noted = Entry.objects.filter(subject_id=str(user.public_id)).latest("pk")
    assert (noted.verb, noted.detail) == (Verb.CHANGED, {"fields": ["invitation"]})
    assert choose_password(second)
    assert not choose_password(first), "a link still worked after the password was chosen"


def test_a_second_run_opens_no_account_that_somebody_uses(agency: Agency) -> None:
    add(agency.code)
    User.objects.get_queryset().filter(email=EMAIL).update(last_login=now())
    with pytest.raises(CommandError, match="here already"):
        add(agency.code)
    with pytest.raises(CommandError, match="here already"):
        add(make_agency().code)


def test_createsuperuser_makes_nobody_and_says_what_does() -> None:
    assert get_commands()["createsuperuser"] == "cems.accounts"
    for given in ([], ["--noinput", "--email", EMAIL, "--name", NAME]):
        with pytest.raises(CommandError, match="add_administrator EMAIL NAME --agency CODE"):
            call_command("createsuperuser", *given)
    assert not User.objects.get_queryset().filter(email=EMAIL).exists()
