"""Somebody whose last day was three days ago: gone everywhere, however they are asked for (A1, safe-f3)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cems.accounts import invitations
from cems.accounts.leaving import gone, has_left, here
from cems.accounts.models import User
from cems.accounts.selectors.person import team_rows
from cems.base.time import now, today
from cems.children.history.selectors.involvement import members
from cems.notices.models import Mail, Notice
from cems.notices.outbox import send_outbox
from cems.notices.services import notice_send
from tests.factories.people import make_agency, make_team, make_user, sign_in
from triage.cevt.selectors.seats import seats

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PASSWORD = "a walk along the river wear"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def left(role: str | None = "practitioner", **kw: object) -> User:
    """Somebody whose last day was three days ago; nobody switched the account off."""
    return make_user(role, ends_on=today() - 3 * DAY, password=PASSWORD, **kw)  # type: ignore[arg-type]


@pytest.mark.requirement("A1")
@pytest.mark.parametrize(
    ("ends_in", "active", "is_gone"),
    [(None, True, False), (1, True, False), (0, True, False), (-1, True, True), (None, False, True), (5, False, True)],
)  # fmt: skip
def test_gone_is_one_thing_however_it_is_asked(ends_in: int | None, active: bool, is_gone: bool) -> None:
    ends_on = None if ends_in is None else today() + ends_in * DAY
    user = make_user(ends_on=ends_on, is_active=active)
    rows = User.objects.get_queryset().filter(pk=user.pk)
    assert has_left(user) is is_gone
    assert rows.filter(here(today())).exists() is not is_gone
    assert rows.filter(gone(today())).exists() is is_gone
    told = notice_send([user.pk], kind="k", key="once", text="T")
    assert told == (0 if is_gone else 1)


@pytest.mark.requirement("A1", "K1")
def test_who_has_left_is_told_nothing_and_mail_that_waited_is_not_sent() -> None:
    user = make_user()
    notice_send([user.pk], kind="k", key="before", text="T")
    User.objects.filter(pk=user.pk).update(ends_on=today() - 3 * DAY)
    assert notice_send([user.pk], kind="k", key="late", text="T", at=now() - 9 * DAY) == 0
    assert send_outbox() == 0
    assert mail.outbox == []
    assert Mail.objects.stuck().count() == 0, "somebody is asked to look at it"
    assert Notice.objects.filter(user=user).count() == 1


@pytest.mark.requirement("A1")
def test_who_has_left_gets_no_link_and_the_one_sent_before_opens_nothing(client: Client) -> None:
    user = make_user(password=PASSWORD)
    before = invitations.link_for(user)
    here_still = make_user(password=PASSWORD)
    User.objects.filter(pk=user.pk).update(ends_on=today() - 3 * DAY)
    address = reverse("account_reset_password")
    answers = [client.post(address, {"email": person.email}).status_code for person in (user, here_still)]
    assert answers == [302, 302], "the answer tells who has left"
    assert [letter.to for letter in mail.outbox] == [[here_still.email]]
    page = client.get(before.split("://", 1)[1].partition("/")[2].join(("/", "")), follow=True)
    assert page.context["token_fail"]


@pytest.mark.requirement("A1", "O1")
def test_who_has_left_is_not_taken_by_page_api_or_form(client: Client) -> None:
    user = left()
    for address in ("/", "/api/v1/actions/"):
        assert sign_in(user).get(address).status_code in (401, 403)
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.requirement("A1")
def test_who_has_left_is_neither_offered_nor_counted() -> None:
    team = make_team(agency=make_agency())
    stays = make_user("team_manager", team=team)
    gone_manager = left("team_manager", team=team)
    assert members(team) == [stays]
    counted = {row.pk: row.members for row in team_rows(today())}  # type: ignore[attr-defined]
    assert counted[team.pk] == 1
    chair = left("cevt_chair")
    authorities = chair.agency.authorities.values_list("pk", flat=True)
    people = seats(authorities).people
    assert chair not in people
    assert gone_manager not in people
