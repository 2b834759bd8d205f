"""Lists read by key: every row once, whatever the order, and no place but one that we gave (O1)."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from cems.base.errors import Invalid
from cems.base.keyset import Keyset, at_most, next_url
from cems.notices.models import Notice
from cems.notices.services import notice_send
from tests.factories.people import make_user

NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)


class Line(NamedTuple):
    at: datetime
    number: int


def told(count: int, *, at_once: int) -> list[Notice]:
    """Notices of one person, several at each instant."""
    user = make_user()
    for number in range(count):
        at = NOON + timedelta(minutes=number // at_once)
        notice_send([user.pk], kind="test", key=f"{number}", text=f"{number}", mail=False, at=at)
    return list(Notice.objects.visible_to(user).order_by("pk"))


@pytest.mark.django_db
@pytest.mark.parametrize("order", [("at", "pk"), ("-at", "-pk"), ("-at", "pk"), ("at", "-pk"), ("-pk",)])
def test_every_row_stands_on_one_page_in_its_order(order: tuple[str, ...]) -> None:
    rows = told(11, at_once=4)
    mine = Notice.objects.filter(pk__in=[row.pk for row in rows])
    keyset, read, after = Keyset(*order, size=3), [], ""
    for _ in range(5):
        page = keyset.page(mine, after)
        read += [row.pk for row in page.rows]
        after = page.after
        if not after:
            break
    assert read == list(mine.order_by(*order).values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_row_that_comes_meanwhile_shifts_nothing() -> None:
    rows = told(6, at_once=1)
    keyset = Keyset("-pk", size=3)
    mine = Notice.objects.visible_to(rows[0].user)
    first = keyset.page(mine)
    notice_send([rows[0].user_id], kind="test", key="new", text="new", mail=False)
    assert [row.text for row in keyset.page(mine, first.after).rows] == ["2", "1", "0"]


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 5))
def test_in_memory_what_is_of_one_instant_stays_together_and_nothing_is_lost(
    minutes: list[int], size: int
) -> None:
    lines = [Line(NOON + timedelta(minutes=minute), number) for number, minute in enumerate(sorted(minutes))]
    keyset, read, after = Keyset("at", size=size), list[Line](), ""
    while True:
        page = keyset.among(lines, after, key=lambda line: (line.at,))
        assert not {line.at for line in page.rows} & {line.at for line in read}
        read += page.rows
        after = page.after
        if not after:
            break
    assert read == lines


@pytest.mark.parametrize("place", ["odd", "1", "2026-05-12T12:00:00+00:00~1", "WzFd:AAAA"])
def test_a_place_that_we_did_not_give_is_refused(place: str) -> None:
    with pytest.raises(Invalid):
        Keyset("-pk", size=3).beyond(place)


def test_a_place_of_another_list_is_refused() -> None:
    numbers = [Line(NOON, number) for number in range(3)]
    place = Keyset("number", size=1).cut(numbers).after
    with pytest.raises(Invalid):
        Keyset("-number", size=1).beyond(place)


def test_the_next_page_keeps_the_filters_of_this_one() -> None:
    request = RequestFactory().get("/clocks/", {"state": "late", "after": "before"})
    assert next_url(request, "a:b+c") == "/clocks/?state=late&after=a%3Ab%2Bc"
    assert next_url(request, "") == ""


@pytest.mark.django_db
def test_a_list_without_further_pages_says_whether_it_is_cut() -> None:
    rows = told(3, at_once=1)
    mine = Notice.objects.visible_to(rows[0].user).order_by("pk")
    assert at_most(mine, 3) == (rows, False)
    assert at_most(mine, 2) == (rows[:2], True)
