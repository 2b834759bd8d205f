"""A person's clocks in their own calendar program: who gets what, and for how long (K1)."""

import base64
import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar, Event

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.calendar import close_of_business
from cems.base.errors import NotAllowed
from cems.clocks.models import CalendarFeed, Clock
from cems.clocks.services import clock as services
from cems.clocks.services.feed import feed_make, feed_revoke, feed_used
from cems.clocks.views.feed import FeedThrottle
from tests.factories.children import make_child
from tests.factories.clocks import MONDAY, london, make_clock
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]


def ask(feed: CalendarFeed, password: str, client: Client | None = None, **more):
    return ask_with(f"{feed.username}:{password}", client, **more)


def ask_with(pair: str, client: Client | None = None, **more):
    sent = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return (client or Client()).get(reverse("clocks:feed"), headers={"Authorization": sent}, **more)


def events(response) -> list[Event]:
    assert response.status_code == 200
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


def shown(response) -> set[str]:
    return {str(event["summary"]) for event in events(response)}


def test_a_feed_has_the_open_clocks_of_the_person_and_of_their_teams() -> None:
    team = make_team()
    user, mate = make_user(team=team), make_user(team=team)
    own, teams = make_clock(user), make_clock(team)
    make_clock(mate), make_clock(make_team())
    services.clock_meet(user, clock=make_clock(user), reason="done", at=MONDAY)
    services.clock_pause(user, clock=make_clock(user), reason="AllocationWait", at=MONDAY)
    answer = ask(*feed_make(user))
    assert shown(answer) == {f"{own.reference}: Example promise", f"{teams.reference}: Example promise"}
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer["Cache-Control"] == "no-store"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in answer.content
    assert {str(event["uid"]) for event in events(answer)} == {
        f"{clock.public_id}@cems" for clock in (own, teams)
    }


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-26T10:00", datetime(2026, 3, 27, 17, 0, tzinfo=UTC)),
        ("2026-03-27T10:00", datetime(2026, 3, 30, 16, 0, tzinfo=UTC)),  # the clocks went forward between
        ("2026-10-22T10:00", datetime(2026, 10, 23, 16, 0, tzinfo=UTC)),
        ("2026-10-23T10:00", datetime(2026, 10, 26, 17, 0, tzinfo=UTC)),  # and back
    ],
)
def test_an_event_is_at_the_instant_it_is_due_whatever_the_season(received: str, due: datetime) -> None:
    user = make_user()
    make_clock(user, deadline=close_of_business(london(received), 1), at=london(received))
    answer = ask(*feed_make(user))
    (event,) = events(answer)
    assert event["dtstart"].dt == due
    assert f"DTSTART:{due:%Y%m%dT%H%M%SZ}".encode() in answer.content


def test_a_program_that_has_the_clocks_as_they_stand_is_told_so() -> None:
    """What real programs ask with: HEAD, and If-None-Match with the ETag of the last time."""
    user = make_user()
    key, clock = feed_make(user), make_clock(user)

    def again(etag: str, at: datetime):
        with time_machine.travel(at, tick=False):
            pair = base64.b64encode(f"{key[0].username}:{key[1]}".encode()).decode()
            sent = {"Authorization": f"Basic {pair}", "If-None-Match": etag}
            return Client().get(reverse("clocks:feed"), headers=sent)

    first = ask(*key)
    later = MONDAY + timedelta(hours=1)
    same = again(first["ETag"], later)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert same["Cache-Control"] == "no-store"
    assert again('"other"', later).status_code == 200
    services.clock_move(
        user, clock=clock, deadline=close_of_business(MONDAY, 9), reason="Corrected", at=later
    )
    moved = again(first["ETag"], later)
    assert moved.status_code == 200
    (was,), (event,) = events(first), events(moved)
    assert event["uid"] == was["uid"]
    assert event["sequence"] > was["sequence"]
    assert event["dtstart"].dt > was["dtstart"].dt
    assert (was["last-modified"].dt, event["last-modified"].dt) == (MONDAY, later)
    services.clock_meet(user, clock=clock, at=later)
    assert again(moved["ETag"], later).status_code == 200
    feed_revoke(user)
    assert again(moved["ETag"], later).status_code == 401


def test_the_head_of_a_feed_has_no_body() -> None:
    user = make_user()
    key, _ = feed_make(user), make_clock(user)
    pair = base64.b64encode(f"{key[0].username}:{key[1]}".encode()).decode()
    head = Client().head(reverse("clocks:feed"), headers={"Authorization": f"Basic {pair}"})
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", ask(*key)["ETag"])


def test_the_feed_keeps_to_the_letter_of_rfc_5545() -> None:
    user = make_user()
    key = feed_make(user)
    assert b"BEGIN:VTIMEZONE" in ask(*key).content  # a calendar has a component at least
    make_clock(user, reference="CEM-2026-00001;,\\" + "é" * 22)
    answer = ask(*key)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.endswith(b"END:VCALENDAR\r\n") and b"VTIMEZONE" not in answer.content
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert any(line.startswith(b" ") for line in lines)  # something was folded
    (event,) = events(answer)
    assert str(event["summary"]).startswith("CEM-2026-00001;,\\" + "é" * 22)
    once = {
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SEQUENCE",
        "LAST-MODIFIED",
        "SUMMARY",
        "URL",
        "TRANSP",
        "CLASS",
    }
    assert set(event.keys()) == once and not event.errors
    for name in ("DTSTAMP", "DTSTART", "DTEND", "LAST-MODIFIED"):
        assert event.decoded(name).tzinfo is not None and event[name].to_ical().endswith(b"Z")


@pytest.mark.parametrize(("hours", "before"), [(1, 15), (4, 15), (5, 120), (72, 120)])
def test_an_event_has_an_end_and_an_alarm_in_time(hours: int, before: int) -> None:
    user = make_user()
    clock = make_clock(user)
    Clock.objects.filter(pk=clock.pk).update(due_at=clock.started_at + timedelta(hours=hours))
    (event,) = events(ask(*feed_make(user)))
    (alarm,) = event.walk("VALARM")
    assert event["dtend"].dt > event["dtstart"].dt
    assert (alarm["action"], alarm["trigger"].dt) == ("DISPLAY", -timedelta(minutes=before))
    assert str(alarm["description"]) == str(event["summary"])


def test_nothing_personal_is_in_the_feed() -> None:
    """Not what somebody wrote, no name, and no way to the child but through the clock's own page."""
    user, child = make_user(), make_child(given_name="Plantedgiven", family_name="Plantedfamily")
    clock = make_clock(user, child=child.public_id, title="Plantedtitle", url=f"/children/{child.public_id}/")
    Clock.objects.filter(pk=clock.pk).update(explanation="Plantedexplanation")
    plain = ask(*feed_make(user)).content.replace(b"\r\n ", b"").decode()
    assert clock.reference in plain
    for secret in ("Planted", str(child.public_id), child.reference, user.name, user.email):
        assert secret not in plain
    assert f"/clocks/{clock.public_id}/" in plain


def test_record_f9_a_revoked_feed_gives_nothing_from_that_minute() -> None:
    user = make_user()
    make_clock(user)
    feed, password = feed_make(user)
    assert ask(feed, password).status_code == 200
    feed_revoke(user)
    answer = ask(feed, password)
    assert (answer.status_code, b"VEVENT" in answer.content) == (401, False)
    assert answer["WWW-Authenticate"].startswith("Basic ")


def test_record_f9_a_new_key_ends_the_one_before() -> None:
    user = make_user()
    first, second = feed_make(user), feed_make(user)
    assert [ask(*key).status_code for key in (first, second)] == [401, 200]
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarFeed.objects.filter(pk=first[0].pk).update(revoked_at=None)


def test_record_f9_a_leavers_feed_gives_nothing() -> None:
    off, gone, no_post = make_user(), make_user(), make_user()
    keys = [feed_make(user) for user in (off, gone, no_post)]
    assert [ask(*key).status_code for key in keys] == [200, 200, 200]
    type(off).objects.filter(pk=off.pk).update(is_active=False)
    type(gone).objects.filter(pk=gone.pk).update(ends_on=(MONDAY - timedelta(days=1)).date())
    no_post.appointments.update(ends_on=(MONDAY - timedelta(days=1)).date())
    assert [ask(*key).status_code for key in keys] == [401, 401, 401]


def test_only_name_and_password_together_open_it() -> None:
    user, other = make_user(), make_user()
    feed, password = feed_make(user)
    others, _ = feed_make(other)
    client = sign_in(user)
    assert client.get(reverse("clocks:feed")).status_code == 401  # a sign-in is no key
    pairs = [
        f"{others.username}:{password}",
        f"{feed.username}:",
        f":{password}",
        f"{feed.username}:{feed.digest}",
        "\0:\0",
    ]
    assert [ask_with(pair).status_code for pair in pairs] == [401] * len(pairs)
    for header in ("Basic", "Basic ???", f"Bearer {password}", "Basic w6k6w6k="):
        answer = Client().get(reverse("clocks:feed"), headers={"Authorization": header})
        assert answer.status_code == 401
    assert Client().post(reverse("clocks:feed")).status_code == 405


def test_the_key_is_in_no_address_no_log_and_not_in_the_database(caplog: pytest.LogCaptureFixture) -> None:
    user = make_user()
    feed, password = feed_make(user)
    with caplog.at_level(logging.DEBUG):
        assert ask(feed, password).status_code == 200
        assert ask_with(f"wrong:{password}").status_code == 401
    assert password not in caplog.text
    feed.refresh_from_db()
    assert password not in str(vars(feed))
    assert password not in str(list(Entry.objects.values()))


def test_wrong_keys_and_greedy_programs_are_slowed_down() -> None:
    key = feed_make(make_user())
    limit = FeedThrottle().num_requests
    greedy = [ask(*key, REMOTE_ADDR="192.0.2.7").status_code for _ in range(limit + 1)]
    assert greedy == [200] * limit + [429]
    guesses = [ask_with("calendar:wrong", REMOTE_ADDR="192.0.2.8") for _ in range(21)]
    assert [answer.status_code for answer in guesses] == [401] * 20 + [429]
    assert int(guesses[-1]["Retry-After"]) > 0
    # Another's guesses lock nobody out.
    assert ask(*feed_make(make_user()), REMOTE_ADDR="192.0.2.8").status_code == 200


def test_last_used_is_noted_once_a_minute() -> None:
    feed, password = feed_make(make_user())
    for later, noted in ((0, 0), (30, 0), (90, 90)):
        feed_used(feed.username, password, MONDAY + timedelta(seconds=later))
        feed.refresh_from_db()
        assert feed.last_used_at == MONDAY + timedelta(seconds=noted)


def test_the_page_makes_a_key_shows_it_once_and_takes_it_back() -> None:
    user = make_user()
    client, page = sign_in(user), reverse("clocks:feed_settings")
    assert "Make a password" in client.get(page).content.decode()
    made = client.post(reverse("clocks:feed_make"))
    feed = CalendarFeed.objects.get(user=user)
    password = made.context["password"]
    assert password in made.content.decode()
    assert made["Cache-Control"] == "no-store"
    assert ask(feed, password).status_code == 200
    again = client.get(page).content.decode()
    assert feed.username in again
    assert password not in again
    assert "1 June 2026, 10:00" in again
    client.post(reverse("clocks:feed_revoke"))
    assert ask(feed, password).status_code == 401
    entries = Entry.objects.filter(verb=Verb.CREDENTIALS_CHANGED, subject_id=feed.public_id)
    assert [entry.detail for entry in entries.order_by("pk")] == [{"made": True}, {"revoked": True}]
    client.post(reverse("clocks:feed_revoke"))  # again is harmless
    assert entries.count() == 2


def test_another_persons_key_is_out_of_reach() -> None:
    key = feed_make(make_user())
    sign_in(make_user()).post(reverse("clocks:feed_revoke"))
    assert ask(*key).status_code == 200


def test_somebody_without_a_role_gets_no_key() -> None:
    user = make_user(None)
    with pytest.raises(NotAllowed):
        feed_make(user)
    assert not CalendarFeed.objects.filter(user=user).exists()


def test_a_feed_asks_as_often_for_one_clock_as_for_many() -> None:
    user = make_user()
    key, counts = feed_make(user), []
    ask(*key)  # the first makes the row that counts how often it is asked
    for more in (1, 6):
        for _ in range(more):
            make_clock(user)
        later = MONDAY + timedelta(minutes=2 * more)  # so that each notes its use
        with time_machine.travel(later, tick=False), CaptureQueriesContext(connection) as asked:
            assert len(events(ask(*key))) >= more
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16
