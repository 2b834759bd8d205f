"""One child is found twice however the name or birth date was written; twins are two (C1)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import now
from cems.children.matching.rules.duplicate import (
    Named,
    named,
    near_birth,
    near_births,
    same_person,
    word_alike,
)
from cems.children.matching.rules.search import Asked
from cems.children.matching.search import likely
from cems.children.matching.selectors.duplicate import NEWEST, candidates, pairs
from cems.children.models import Child
from tests.children.identity.test_record import typed
from tests.factories.children import make_child
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]

BORN = date(2012, 3, 4)
SAME = [
    ("Amy|Jones", "Amy Louise|Jones"),  # a middle name
    ("Amy|Smith-Jones", "Amy|Jones"),  # double-barrelled against single
    ("Amy Louise|Jones", "Amy|Jones-Smith"),  # both at once
    ("A|Jones", "Amy|Jones"),  # a first letter
    ("Katie|Lovell", "Caitie|Lovell"),
    ("Mohammed|Hussein", "Muhammad|Hussain"),
    ("Yusuf|Khan", "Yousef|Khan"),
    ("Shaun|Lowe", "Sean|Lowe"),
    ("Sofia|Grey", "Sophia|Gray"),
    ("Philippa|Stephens", "Phillipa|Stevens"),
    ("Kayleigh|Moss", "Kaylee|Moss"),
    ("Abdul Rahman|Aziz", "Abdulrahman|Aziz"),
    ("Zoë|O'Hara", "Zoe|OHara"),
    ("Aiden|Ford", "Ford|Aidan"),  # swapped
    ("Zara|Thompson", "Zara|Thomson"),
    ("Олександр|Коваль", "Oleksandr|Koval"),
]
TWINS = [
    *(("Jayden|Low", "Hayden|Low"), ("Ella Rose|Low", "Emma Rose|Low"), ("Molly|Low", "Millie|Low")),
    *(("Hasan|Ali", "Hussain|Ali"), ("Mia|Low", "Maya|Low"), ("Oliver|Low", "Olivia|Low")),
    *(
        ("Jack|Low", "Jake|Low"),
        ("Daniel|Low", "Danielle|Low"),
        ("J|Low", "K|Low"),
        ("Aisha|Khan", "Amina|Khan"),
    ),
]


def who(name: str) -> Named:
    return named(*name.split("|"))


def made(name: str, **more: object) -> Child:
    given, family = name.split("|")
    return make_child(given_name=given, family_name=family, **{"date_of_birth": BORN, **more})


@pytest.fixture
def desk() -> User:
    return make_user("first_contact", team=make_team())


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_child_is_offered_and_queued_however_the_name_was_written(
    one: str, other: str, desk: User
) -> None:
    first, second = made(one, created_at=now() - timedelta(days=400)), made(other)
    assert same_person(who(one), who(other)) and same_person(who(other), who(one))
    assert [(pair.older, pair.newer) for pair in pairs(desk).rows] == [(first, second)]
    assert [row.child for row in candidates(desk, second)] == [first]
    asked = Asked(who(one).names[0], BORN, named=who(one))
    assert second in [row.child for row in likely(desk, asked=asked)]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_twins_are_two_children(one: str, other: str, desk: User) -> None:
    first, second = made(one), made(other)
    assert pairs(desk).rows == [] and candidates(desk, second) == [] and candidates(desk, first) == []


def test_a_brother_and_a_sister_of_one_day_are_two(desk: User) -> None:
    made("Christian|Low", sex="M")
    made("Christina|Low", sex="F")
    assert pairs(desk).rows == []


MISTYPED = [
    (date(2012, 4, 3), "day and month turned"),
    (date(2011, 3, 4), "born a year apart"),
    (date(2013, 3, 4), "born a year apart"),
]


@pytest.mark.parametrize(("born", "why"), MISTYPED)
@pytest.mark.parametrize("name", ["Katie|Lovell", "Caitie|Lovell", "Katie Ann|Lovell"])
def test_a_birth_date_that_is_easily_mistyped_is_looked_at(
    born: date, why: str, name: str, desk: User
) -> None:
    first = made("Katie|Lovell", date_of_birth=born, created_at=now() - timedelta(days=100))
    second = made(name)
    (pair,) = pairs(desk).rows
    assert (pair.older, pair.newer, pair.why) == (first, second, why)
    assert [row.child for row in candidates(desk, second)] == [first]
    page = sign_in(desk).get(reverse("children:duplicates")).content.decode()
    assert why in page and f"born {born:%-d %B %Y}" in page and "born 4 March 2012" in page


def test_other_birth_dates_are_other_children() -> None:
    for other in (date(2012, 3, 5), date(2014, 3, 4), date(2011, 4, 3), date(2002, 3, 4)):
        assert not near_birth(BORN, other)
    assert near_births(date(2012, 2, 29)) == [date(2012, 2, 29)], "no such day in the years beside"
    assert near_births(date(2012, 5, 5)) == [date(2012, 5, 5), date(2011, 5, 5), date(2013, 5, 5)]


def test_a_letter_alone_is_no_name() -> None:
    assert not same_person(who("A|J"), who("Amy|Jones"))
    assert not same_person(who("Amy|Jones"), who("Jones|Ben"))
    assert word_alike("a", "amy") and not word_alike("a", "bea")


def test_the_page_before_a_new_record_offers_the_turned_birth_date(desk: User) -> None:
    known = made("Amy|Newrecordton", date_of_birth=date(2011, 3, 4))
    page = sign_in(desk).post(reverse("children:record_new"), typed(born=(3, 4, 2011)))
    assert known.reference in page.content.decode()


def test_a_guessed_birth_date_is_never_told_as_a_fact(desk: User) -> None:
    made("Katie|Lovell", birth_date_known="unknown")
    made("Caitie|Lovell", birth_date_known="about")
    page = sign_in(desk).get(reverse("children:duplicates")).content.decode()
    assert "age not known: presumed under 18" in page and "born about 4 March 2012" in page
    assert ", born 4 March 2012" not in page


def test_the_queue_looks_at_every_record_however_old_page_by_page(desk: User) -> None:
    first = made("Katie|Lovell", created_at=now() - timedelta(days=800))
    second = made("Caitie|Lovell", created_at=now() - timedelta(days=700))
    for _ in range(NEWEST.size):
        make_child()
    client = sign_in(desk)
    page = client.get(reverse("children:duplicates"))
    assert "Nothing to match" not in page.content.decode()
    older = page.context["more_pairs_url"]
    assert older and "Compare older records" in page.content.decode()
    (pair,) = client.get(older).context["queue"].pairs
    assert (pair.older, pair.newer) == (first, second)


def test_more_that_wait_are_shown_on_the_next_page(desk: User) -> None:
    for number in range(52):
        make_child(provisional=True, created_at=now() - timedelta(days=number + 1))
    client = sign_in(desk)
    page = client.get(reverse("children:duplicates"))
    rest = client.get(page.context["more_rows_url"])
    assert (len(page.context["rows"]), len(rest.context["rows"])) == (50, 2)
    assert rest.context["more_rows_url"] == ""
