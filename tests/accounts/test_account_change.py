"""One administrator alone does not become somebody else: address and second factor need a second person (A1)."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cems.accounts.models import AccountChange, Agency, User
from cems.accounts.services import account_change as changes
from cems.accounts.services import person as services
from cems.accounts.services.account_change import account_change_ask
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.notices.models import Notice
from tests.factories.people import appoint, make_agency, make_user, sign_in

pytestmark = pytest.mark.django_db

PASSWORD = "a walk along the river wear"
NEW = "new.address@example.test"
Commits = Callable[..., AbstractContextManager[object]]


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def agency() -> Agency:
    return make_agency()


@pytest.fixture
def asker(agency: Agency) -> User:
    return make_user("administrator", agency=agency)


@pytest.fixture
def person(agency: Agency) -> User:
    """Somebody who works with CEMS."""
    user = make_user(agency=agency, password=PASSWORD)
    sign_in(user)
    return user


def ask(asker: User, person: User, **more: bool) -> AccountChange:
    services.user_change(asker, user=person, changes={"email": NEW}, **more)
    return AccountChange.objects.get(user=person, ended_at__isnull=True)


@pytest.mark.requirement("A1", "A3")
def test_a_new_address_waits_for_a_second_administrator_and_everybody_is_told(
    agency: Agency, asker: User, person: User, django_capture_on_commit_callbacks: Commits
) -> None:
    second, governing = (
        make_user("administrator", agency=agency),
        make_user("information_governance", agency=agency),
    )
    browser, before = sign_in(person), person.email
    with django_capture_on_commit_callbacks(execute=True):
        change = ask(asker, person)
    person.refresh_from_db()
    assert person.email == before
    assert browser.get("/account/sign-ins/").status_code == 200, "they can't go on working"
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([before, NEW])
    assert not any("password" in letter.body for letter in mail.outbox), "a password link left too early"
    told = set(Notice.objects.filter(kind="accounts.change").values_list("user_id", flat=True))
    assert told == {second.pk, governing.pk, person.pk}
    assert change.due_at is None
    assert changes.account_changes_carry_out(at=now() + timedelta(days=30)) == 0, "a month did for a yes"

    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        changes.account_change_confirm(second, change=change)
    person.refresh_from_db()
    assert person.email == NEW
    assert not person.has_usable_password()
    assert browser.get("/account/sign-ins/").status_code == 302
    links = [letter.to for letter in mail.outbox if "/password/reset/key/" in letter.body]
    assert links == [[NEW]], "the link goes to the new address alone"
    assert [before] in [letter.to for letter in mail.outbox], "the old address hears of the end"
    steps = Entry.objects.filter(verb=Verb.CHANGED, subject_id=str(person.public_id)).order_by("pk")
    assert [(row.actor_id, row.detail["step"]) for row in steps] == [(asker.pk, "asked"), (second.pk, "done")]
    with pytest.raises(Conflict):
        changes.account_change_confirm(second, change=change)


@pytest.mark.requirement("A1", "A2")
def test_whose_yes_does_not_count(agency: Agency, asker: User, person: User) -> None:
    made_for_it, nobody = make_user(None, agency=agency), make_user("team_manager", agency=agency)
    appoint(made_for_it, "administrator", starts_on=today())
    change = ask(asker, person)
    appoint(person, "administrator")
    for user in (asker, made_for_it, nobody, person):
        with pytest.raises(NotAllowed):
            changes.account_change_confirm(user, change=change)
    client, address = sign_in(asker), reverse("people:account-change", args=[change.public_id])
    page = client.get(address)
    assert not page.context["may_confirm"]
    client.post(address, {"key": str(uuid4()), "act": "confirm"})
    change.refresh_from_db()
    assert change.ended_at is None
    assert sign_in(nobody).get(address).status_code == 403
    person.refresh_from_db()
    assert person.email != NEW


@pytest.mark.requirement("A1")
def test_where_there_is_no_other_a_day_passes_in_which_the_person_stops_it(
    asker: User, person: User, client: Client, django_capture_on_commit_callbacks: Commits
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        change = ask(asker, person)
    assert change.due_at == change.asked_at + timedelta(days=1)
    assert changes.account_changes_carry_out(at=now() + timedelta(hours=23)) == 0
    (letter,) = (letter for letter in mail.outbox if letter.to == [person.email])
    link = re.search(r"https?://[^/]+(/account/changes/stop/\S+)", letter.body)
    assert link
    assert not any("/changes/stop/" in other.body for other in mail.outbox if other.to == [NEW])
    assert client.get(link[1]).status_code == 200
    change.refresh_from_db()
    assert change.ended_at is None, "looking at the link stopped it: mail programs look too"
    for _ in range(2):  # a double click
        assert "stopped by the person" in client.post(link[1]).content.decode()
    assert changes.account_changes_carry_out(at=now() + timedelta(days=2)) == 0
    person.refresh_from_db()
    assert person.email != NEW
    assert client.get("/account/changes/stop/key/nonsense/").status_code == 404


@pytest.mark.requirement("A1")
def test_a_day_nobody_used_does_it_once_and_a_stop_comes_too_late(asker: User, person: User) -> None:
    change = ask(asker, person)
    later = now() + timedelta(days=1, minutes=5)
    assert [changes.account_changes_carry_out(at=later) for _ in range(2)] == [1, 0]
    person.refresh_from_db()
    assert person.email == NEW
    with pytest.raises(Conflict):
        changes.account_change_stop(person, change=change)


@pytest.mark.requirement("A1")
def test_the_person_stops_it_on_their_own_page_and_nobody_else_does(
    agency: Agency, asker: User, person: User
) -> None:
    make_user("administrator", agency=agency)
    change, stranger = ask(asker, person), make_user(agency=agency)
    address = reverse("account:stop-change", args=[change.public_id])
    assert sign_in(stranger).post(address).status_code == 403
    client = sign_in(person)
    assert address in client.get(reverse("account:sessions")).content.decode()
    assert client.post(address).status_code == 302
    change.refresh_from_db()
    assert (change.outcome, change.ended_by) == ("stopped", person)
    assert address not in client.get(reverse("account:sessions")).content.decode()
    assert client.post(address).status_code == 409


@pytest.mark.requirement("A1")
def test_a_lost_second_factor_waits_alike_and_a_second_administrator_finds_it(
    agency: Agency, asker: User, person: User
) -> None:
    second = make_user("administrator", agency=agency)
    client = sign_in(asker)
    address = reverse("people:reset-second-factor", args=[person.public_id])
    assert client.post(address, {"reason": "Rang them back on a number I know"}).status_code == 302
    assert Authenticator.objects.filter(user=person).exists()
    with pytest.raises(Conflict):
        services.second_factor_reset(asker, user=person, reason="Asked twice")
    change = AccountChange.objects.get(user=person)
    page = reverse("people:account-change", args=[change.public_id])
    other = sign_in(second)
    assert page in other.get("/").content.decode()
    assert page not in client.get("/").content.decode(), "who asked is asked to agree"
    assert other.post(page, {"key": str(uuid4()), "act": "confirm"}).status_code == 302
    assert not Authenticator.objects.filter(user=person).exists()
    assert page not in other.get("/").content.decode()


@pytest.mark.requirement("A1")
def test_who_asked_takes_it_back_on_its_page_once(agency: Agency, asker: User, person: User) -> None:
    make_user("administrator", agency=agency)
    change = ask(asker, person)
    client, address = sign_in(asker), reverse("people:account-change", args=[change.public_id])
    assert "Take it back: nothing changes" in client.get(address).content.decode()
    answer = client.post(address, {"key": str(uuid4()), "act": "refuse"}, follow=True)
    assert "is told, at the old address and the new" in answer.content.decode()
    change.refresh_from_db()
    assert (change.outcome, change.ended_by) == ("refused", asker)
    assert "Take it back" not in client.get(address).content.decode()
    assert client.post(address, {"key": str(uuid4()), "act": "refuse"}).status_code == 409
    person.refresh_from_db()
    assert person.email != NEW


@pytest.mark.requirement("A1")
def test_a_refusal_changes_nothing_and_it_can_be_asked_again(
    agency: Agency, asker: User, person: User
) -> None:
    second = make_user("administrator", agency=agency)
    changes.account_change_refuse(second, change=ask(asker, person))
    person.refresh_from_db()
    assert person.email != NEW
    assert ask(asker, person).ended_at is None
    with pytest.raises(NotAllowed):
        account_change_ask(asker, user=asker, kind="factor", reason="My own")


@pytest.mark.requirement("A1")
@pytest.mark.parametrize("taken", [NEW, NEW.upper(), f" {NEW} "])
def test_a_taken_address_is_refused_at_once_and_one_taken_meanwhile_later(
    agency: Agency, asker: User, person: User, taken: str
) -> None:
    second, change = make_user("administrator", agency=agency), ask(asker, person)
    make_user(agency=agency, email=NEW)
    ended = changes.account_change_confirm(second, change=change)
    assert ended.outcome == "overtaken"
    with pytest.raises(Invalid) as refused:
        services.user_change(asker, user=person, changes={"email": taken})
    assert refused.value.field == "email"


@pytest.mark.requirement("A1")
def test_while_an_account_is_shut_its_password_opens_nothing_and_no_link_is_sent(
    agency: Agency, asker: User, person: User, client: Client, django_capture_on_commit_callbacks: Commits
) -> None:
    second, browser = make_user("administrator", agency=agency), sign_in(person)
    assert browser.get("/account/sign-ins/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        change = ask(asker, person, shut=True)
    assert browser.get("/account/sign-ins/").status_code == 302
    assert not any("/changes/stop/" in letter.body for letter in mail.outbox), "a stranger could stop it"
    mail.outbox.clear()
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    client.post(reverse("account_reset_password"), {"email": person.email})
    with pytest.raises(Conflict):
        services.invitation_resend(asker, user=person)
    assert mail.outbox == []
    changes.account_change_refuse(second, change=change)
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert client.session.get("account_login"), "the password is not asked for its second factor again"
