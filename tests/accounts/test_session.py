"""Staying signed in: leavers, idle and old sign-ins, and what may be kept by a browser."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import LONDON, now
from tests.factories.people import make_user, sign_in

pytestmark = pytest.mark.django_db

PAGE = "/account/sign-ins/"
KEEP_ALIVE = "/account/keep-alive/"


def reason_of_last_sign_out() -> str:
    return Entry.objects.filter(verb=Verb.SIGNED_OUT).latest("pk").reason


@pytest.mark.requirement("A1")
def test_a_leaver_is_signed_out_when_the_last_day_is_over() -> None:
    before, after = datetime(2026, 6, 10, 23, 55, tzinfo=LONDON), datetime(2026, 6, 11, 0, 5, tzinfo=LONDON)
    with time_machine.travel(before, tick=False):
        client = sign_in(make_user(ends_on=before.date()))
        assert client.get(PAGE).status_code == 200
    with time_machine.travel(after, tick=False):
        answer = client.get(PAGE)
        assert answer.status_code == 403
        assert "has ended" in answer.content.decode()
        assert reason_of_last_sign_out() == "left"
        assert client.get(PAGE).status_code == 302


@pytest.mark.requirement("A1")
def test_idle_people_are_signed_out_and_come_back_where_they_were() -> None:
    client = sign_in(make_user())
    client.get(PAGE)
    with time_machine.travel(now() + timedelta(seconds=settings.IDLE_SECONDS + 120), tick=False):
        answer = client.get(PAGE)
    assert answer.url == f"/account/login/?next={PAGE}"  # type: ignore[attr-defined]
    assert reason_of_last_sign_out() == "idle"


@pytest.mark.requirement("A1")
def test_activity_keeps_the_sign_in_and_polling_does_not() -> None:
    start = now()
    active, polling = sign_in(make_user()), sign_in(make_user())
    for minutes in (10, 19, 28):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert active.get(PAGE).status_code == 200
            answer = polling.get(PAGE, headers={"X-CEMS-Polling": "1", "X-Requested-With": "cems"})
            assert answer.status_code == (200 if minutes < 20 else 401)


@pytest.mark.requirement("A1")
def test_a_sign_in_ends_with_the_working_day_however_active() -> None:
    start, client = now(), sign_in(make_user())
    for quarter in range(1, 49):
        with time_machine.travel(start + timedelta(minutes=15 * quarter), tick=False):
            assert client.get(PAGE).status_code == 200, quarter
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=False):
        assert client.get(PAGE).status_code == 302
    assert reason_of_last_sign_out() == "too old"


@pytest.mark.requirement("A1")
def test_saying_i_am_here_keeps_the_sign_in() -> None:
    start, client = now(), sign_in(make_user())
    with time_machine.travel(start + timedelta(minutes=15), tick=False):
        answer = client.post(KEEP_ALIVE, headers={"X-Requested-With": "cems"})
        assert answer.json() == {"seconds": settings.IDLE_SECONDS}
    with time_machine.travel(start + timedelta(minutes=30), tick=False):
        assert client.get(PAGE).status_code == 200
    assert client.get(KEEP_ALIVE).status_code == 405
    assert Client().post(KEEP_ALIVE, headers={"X-Requested-With": "cems"}).status_code == 401


def test_activity_is_written_at_most_once_a_minute(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    client = sign_in(make_user())
    client.post(KEEP_ALIVE)
    client.post(KEEP_ALIVE)
    # The session, the person: nothing is written, and a page of nothing else asks no more.
    with django_assert_num_queries(2):
        client.post(KEEP_ALIVE)


@pytest.mark.requirement("A1")
def test_signed_in_answers_are_not_kept_and_tell_no_other_site() -> None:
    client = sign_in(make_user())
    for url in (PAGE, reverse("notices:list"), "/nothing-here/"):
        answer = client.get(url)
        assert "no-store" in answer["Cache-Control"], url
        assert answer["Referrer-Policy"] == "same-origin", url
        assert answer["X-Frame-Options"] == "DENY", url
        assert answer["X-Content-Type-Options"] == "nosniff", url
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy, url
        assert "default-src 'none'" in policy, url
        assert "frame-ancestors 'none'" in policy, url


def test_cookies_stay_on_this_site_and_out_of_reach_of_scripts() -> None:
    client = sign_in(make_user())
    client.get(PAGE)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
