"""All open clocks about children a person may see, and no others (K1, A2)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.children.models import Child
from cems.clocks import selectors
from cems.clocks.models import Clock
from cems.clocks.services import clock as services
from tests.factories.children import bar, involve, join, make_child, restrict
from tests.factories.clocks import MISSING, MONDAY, PROMISE, make_clock
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1", "A2")]
URL = "clocks:children"


@pytest.fixture
def reader() -> User:
    return make_user()


@pytest.fixture
def child(reader: User) -> Child:
    """A child the reader works with."""
    planted = make_child(given_name="Plantedgiven", family_name="Plantedfamily")
    involve(planted, reader)
    return planted


def about(child: Child, **kw) -> Clock:
    """A clock of somebody else about the child."""
    return make_clock(make_user(), child=child.public_id, **kw)


def page(user: User, **asked) -> str:
    answer = sign_in(user).get(reverse(URL), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(user: User, **asked) -> set[str]:
    return set(re.findall(r"TST-2026-\d+", page(user, **asked)))


def test_it_lists_what_others_promised_about_a_child_i_may_see(reader: User, child: Child) -> None:
    open_one, met, no_child = about(child), about(child), make_clock(make_user())
    services.clock_meet(met.owner_user, clock=met, reason="done", at=MONDAY)
    away = about(make_child())
    assert listed(reader) == {open_one.reference}
    assert listed(make_user()) == set()
    assert not {met.reference, no_child.reference, away.reference} & listed(reader)


def test_restricted_and_barred_records_stay_out(reader: User) -> None:
    shut, barred = make_child(), make_child()
    for record in (shut, barred):
        involve(record, reader)
        about(record)
    assert len(listed(reader)) == 2
    restrict(shut)
    bar(barred, reader)
    assert listed(reader) == set()


def test_a_clock_of_a_joined_record_is_read_under_the_whole(reader: User, child: Child) -> None:
    other = make_child()
    clock = about(other)
    assert listed(reader) == set()
    join(child, other)
    assert listed(reader) == {clock.reference}
    assert sign_in(reader).get(reverse("clocks:detail", args=[clock.public_id])).status_code == 200


def test_the_list_and_the_clocks_own_page_agree(reader: User, child: Child) -> None:
    clocks = [about(record) for record in (child, make_child(), restrict(make_child()))]
    client = sign_in(reader)
    open_by_page = {
        clock.reference
        for clock in clocks
        if client.get(reverse("clocks:detail", args=[clock.public_id])).status_code == 200
    }
    assert listed(reader) == open_by_page == {clocks[0].reference}


def test_it_names_nobody_and_says_fixed_words_only(
    reader: User, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody wrote of a promise belongs to a part of the record that may not be open to the reader."""
    promise = about(child)
    monkeypatch.setitem(
        PROMISE.__dict__, "say", lambda clocks: {clock.pk: "Plantedwords" for clock in clocks}
    )
    shown = page(reader)
    assert promise.reference in shown
    assert "Example promise" in shown
    assert "Planted" not in shown


def test_it_is_filtered_by_kind_and_by_being_late(reader: User, child: Child) -> None:
    early, late = about(child), about(child, at=MONDAY - timedelta(days=14))
    hours = about(child, kind=MISSING)
    assert listed(reader) == {early.reference, late.reference, hours.reference}
    assert listed(reader, kind=MISSING.key) == {hours.reference}
    assert listed(reader, late="1") == {late.reference}
    assert listed(reader, late="1", kind=MISSING.key) == set()
    client = sign_in(reader)
    assert client.get(reverse(URL), {"kind": "no.such"}).status_code == 400
    assert client.get(reverse(URL), {"after": "nonsense"}).status_code == 400


def test_its_pages_go_on_by_key_with_the_same_filter(
    reader: User, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors.ORDER, "size", 2)
    clocks = [about(child, at=MONDAY - timedelta(days=14 + number)) for number in range(3)]
    about(child)
    client = sign_in(reader)
    first = client.get(reverse(URL), {"late": "1", "kind": PROMISE.key})
    second = client.get(first.context["older_url"])
    seen = [row[0].pk for answer in (first, second) for row in answer.context["rows"]]
    assert sorted(seen) == [clock.pk for clock in clocks]
    assert not second.context["older_url"]


def test_the_list_is_recorded_with_its_children(reader: User, child: Child) -> None:
    about(child), about(child)
    page(reader)
    entry = Entry.objects.get(verb=Verb.LISTED, part="clocks.children")
    assert entry.actor == reader
    assert entry.detail == {"children": [str(child.public_id)], "count": 1}


def test_it_is_a_tab_of_the_clocks(reader: User) -> None:
    own = sign_in(reader).get(reverse("clocks:list")).content.decode()
    assert reverse(URL) in own
    assert "About children I may see" in own
    assert reverse("clocks:feed_settings") in own


@pytest.mark.parametrize("role", ["practitioner", "first_contact"])
def test_it_asks_as_often_for_one_clock_as_for_many(role: str) -> None:
    reader = make_user(role)
    client, counts = sign_in(reader), []
    for more in (1, 6):
        for _ in range(more):
            record = make_child()
            involve(record, reader)
            about(record)
        client.get(reverse(URL))
        with CaptureQueriesContext(connection) as asked:
            assert len(client.get(reverse(URL)).context["rows"]) >= more
        counts.append(len(asked))
    assert counts[0] == counts[1]
