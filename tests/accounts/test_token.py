"""Keys of agencies' systems: made and shown once, scoped, ended, taken back, throttled (O1)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import path, reverse
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from cems.accounts import invitations
from cems.accounts.models import ServiceToken
from cems.accounts.profile import profile_of
from cems.accounts.services.appointment import appointment_start
from cems.accounts.services.person import invitation_resend
from cems.accounts.services.token import token_make, token_revoke
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import today
from tests.factories.people import appoint, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("O1")]


class Scoped(APIView):
    read_scope, write_scope = "matrix:read", "matrix:write"

    def get(self, request):
        return Response({"who": str(request.user.public_id)})

    def post(self, request):
        return Response({"who": str(request.user.public_id)})


@api_view(["GET"])
def without_scope(request):
    return Response({})


urlpatterns = [path("scoped/", Scoped.as_view()), path("without/", without_scope)]
here = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def no_history():
    cache.clear()


@pytest.fixture
def admin():
    return make_user("administrator")


@pytest.fixture
def system():
    return make_user("service_account")


def make(admin, system, scopes=("matrix:read",), days=30, **kw):
    last = today() + timedelta(days=days)
    return token_make(admin, user=system, name="Case system", scopes=scopes, last_day=last, **kw)


def ask(key, url="/scoped/", method="get"):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return getattr(client, method)(url)


@here
def test_a_key_lets_in_as_its_account_and_within_its_scope(admin, system):
    token, key = make(admin, system)
    answer = ask(key)
    assert answer.status_code == 200 and answer.json()["who"] == str(system.public_id)
    assert ask(key, method="post").status_code == 403
    assert ask(key, "/without/").status_code == 403  # what is not said is not given
    token.refresh_from_db()
    assert token.last_used_at is not None
    _, writing = make(admin, system, scopes=["matrix:write"])
    assert ask(writing, method="post").status_code == 200 and ask(writing).status_code == 403


@here
def test_keys_that_do_not_hold_are_refused(admin, system, time_machine):
    token, key = make(admin, system, days=1)
    for wrong in ("", "cems_", key[:-1], key + "x", "é", f"{key} {key}"):
        answer = ask(wrong)
        assert answer.status_code == 401 and answer["WWW-Authenticate"].startswith("Bearer"), wrong
    assert APIClient().get("/scoped/").status_code == 401
    time_machine.move_to(token.expires_at - timedelta(seconds=1), tick=False)
    assert ask(key).status_code == 200
    time_machine.move_to(token.expires_at, tick=False)
    assert ask(key).status_code == 401


@here
def test_a_key_ends_when_taken_back_and_with_the_account_or_its_role(admin, system):
    token, key = make(admin, system)
    token_revoke(admin, token=token)
    token_revoke(admin, token=token)
    assert ask(key).status_code == 401
    _, key = make(admin, system)
    role = system.appointments.get()
    role.ends_on = today() - timedelta(days=1)
    role.starts_on = role.ends_on
    role.save()
    assert ask(key).status_code == 401
    role.ends_on = None
    role.save()
    assert ask(key).status_code == 200
    system.is_active = False
    system.save()
    assert ask(key).status_code == 401
    revoked = [row.detail for row in Entry.objects.filter(verb=Verb.CREDENTIALS_CHANGED)]
    assert (
        sum("revoked" in detail for detail in revoked) == 1
        and sum("made" in detail for detail in revoked) == 2
    )


@here
def test_a_person_needs_no_scope_and_a_form_of_another_site_is_refused():
    person = make_user()
    client = sign_in(person, APIClient(enforce_csrf_checks=True))
    assert client.get("/scoped/").status_code == 200
    assert client.post("/scoped/").status_code == 403


@here
def test_too_many_requests_and_too_many_wrong_keys_are_put_off(admin, system, monkeypatch):
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"api": "3/min", "failed_keys": "2/min"})
    _, key = make(admin, system)
    assert [ask(key).status_code for _ in range(4)] == [200, 200, 200, 429]
    _, other = make(admin, system)
    assert ask(other).status_code == 200  # each key has its own measure
    answers = [ask("cems_wrong") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429] and int(
        answers[-1]["Retry-After"]
    ) > 0


def test_only_a_fingerprint_is_kept(admin, system):
    token, key = make(admin, system)
    kept = " ".join(str(value) for value in ServiceToken.objects.filter(pk=token.pk).values_list()[0])
    assert key not in kept and len(key) > 40 and key.startswith(token.prefix)
    assert key not in str([row.detail for row in Entry.objects.all()])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": -1}, "last_day"),
        ({"days": 367}, "last_day"),
    ],
)
def test_what_a_key_may_not_be(admin, system, change, field):
    with pytest.raises(Invalid) as refused:
        make(admin, system, **change)
    assert refused.value.field == field and not ServiceToken.objects.exists()


def test_who_may_make_one_and_for_whom(admin, system):
    with pytest.raises(NotAllowed):
        make(make_user("team_manager"), system)
    with pytest.raises(Invalid, match="service accounts"):
        make(admin, make_user())
    with pytest.raises(Conflict):
        make(admin, _ended(make_user("service_account")))
    token, _ = make(admin, system)
    with pytest.raises(NotAllowed):
        token_revoke(make_user("team_manager"), token=token)


def _ended(user):
    """Ended while the page was open: the role is still remembered."""
    profile_of(user)
    user.is_active = False
    return user


# --- the pages -----------------------------------------------------------------------------------------------
def form(**more):
    last = today() + timedelta(days=90)
    days = {"last_day_0": last.day, "last_day_1": last.month, "last_day_2": last.year}
    return {"name": "Case system", "scopes": ["matrix:write"], "key": str(uuid4()), **days, **more}


def test_the_page_shows_the_key_once(admin, system):
    client, url = sign_in(admin), reverse("people:token-new", args=[system.public_id])
    sent = form()
    page = client.post(url, sent)
    key = page.context["secret"]
    assert page.status_code == 200 and key in page.content.decode()
    again = client.post(url, sent, follow=True)
    assert key not in again.content.decode() and ServiceToken.objects.count() == 1
    listed = client.get(reverse("people:user", args=[system.public_id])).content.decode()
    assert "Case system" in listed and key not in listed and "Never" in listed
    token = ServiceToken.objects.get()
    client.post(reverse("people:token-revoke", args=[token.public_id]))
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_the_page_says_what_is_wrong(admin, system):
    client, url = sign_in(admin), reverse("people:token-new", args=[system.public_id])
    page = client.post(url, form(last_day_2=today().year + 3))
    assert page.status_code == 400 and "within a year" in page.content.decode()
    page = client.post(url, form(scopes=[]))
    assert page.status_code == 400 and not ServiceToken.objects.exists()


def test_a_person_gets_no_key(admin):
    person = make_user()
    answer = sign_in(admin).get(reverse("people:token-new", args=[person.public_id]), follow=True)
    assert (
        "service accounts only" in answer.content.decode()
        and "Keys of this system" not in answer.content.decode()
    )


@pytest.mark.requirement("A1", "O1")
@pytest.mark.parametrize("days", [(-30, None), (-30, -1), (3, None)])
def test_a_service_account_never_signs_in_as_a_person(days: tuple[int, int | None], client: Client) -> None:
    """Working, ended or to come: not by the form, not by a link, and nobody sends it one."""
    first, last = (None if number is None else today() + timedelta(days=number) for number in days)
    account = make_user(None, password="a walk along the river wear")
    appoint(account, "service_account", starts_on=first, ends_on=last)
    client.post("/account/login/", {"login": account.email, "password": "a walk along the river wear"})
    assert "_auth_user_id" not in client.session
    assert client.post(reverse("account_reset_password"), {"email": account.email}).status_code == 302
    assert mail.outbox == []
    link = invitations.link_for(account)
    assert client.get(f"/{link.split('://', 1)[1].partition('/')[2]}", follow=True).context["token_fail"]
    with pytest.raises(Conflict):
        invitation_resend(make_user("administrator"), user=account)


@pytest.mark.requirement("A1", "O1")
def test_an_account_is_a_persons_or_a_systems_and_what_a_person_chose_for_a_system_ends() -> None:
    admin, person, account = make_user("administrator"), make_user(), make_user(None, password="three rivers")
    browser = sign_in(account)
    appointment_start(admin, user=account, role_key="service_account")
    account.refresh_from_db()
    assert not account.has_usable_password()
    assert browser.get("/account/sign-ins/").status_code == 302, "the sign-in went on"
    for user, role_key in ((person, "service_account"), (account, "auditor"), (account, "practitioner")):
        with pytest.raises(Invalid) as refused:
            appointment_start(admin, user=user, role_key=role_key)
        assert refused.value.field == "role_key"
