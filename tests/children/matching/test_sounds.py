"""Names that sound alike are found, below those that are closely spelt (C1)."""

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from cems.base.time import now
from cems.children.identity.rules import search_key
from cems.children.matching import search as searching
from cems.children.matching.names import like
from cems.children.matching.rules.search import Asked, understand
from cems.children.matching.services.merge import merge_make
from cems.children.models import Submitter
from tests.factories.children import involve, make_child
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]

BORN = date(2011, 4, 3)


def found(user, words):
    return [row.child for row in searching.search(user, asked=understand(words)).rows]


@pytest.fixture
def officer():
    return make_user("first_contact", team=make_team())


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("Mohammed", "Muhammad"),
        ("Muhammad", "Mohamed"),
        ("Mohamed", "Mohammad"),
        ("Mohammad", "Muhammed"),
        ("Mohamad", "Mohammed"),
        ("Stephen", "Steven"),
        ("Steven", "Stefan"),
        ("Catherine", "Kathryn"),
        ("Kathryn", "Katherine"),
        ("Katherine", "Cathryn"),
        ("Sean", "Shaun"),
        ("Shaun", "Shawn"),
        ("Shawn", "Sean"),
        ("Nowak", "Novak"),
        ("Philip", "Filip"),
        ("Yusuf", "Joseph"),
        ("Umar", "Omar"),
        ("Aimee", "Amy"),
        ("Hussain", "Husein"),
        ("Олександр", "Aleksander"),
    ],
)
@pytest.mark.parametrize("family", [("", "Testerton"), ("Phipps", "Fips")])
def test_a_name_that_sounds_alike_is_found(officer, typed, given, family):
    child = make_child(given_name=given, family_name=family[1])
    make_child(given_name="Bob", family_name=family[1])
    assert child in found(officer, f"{typed} {family[0]}")


@pytest.mark.parametrize(
    ("typed", "given", "family"),
    [
        ("Amy Jones", "Anna", "James"),
        ("Emma", "Amy", "Xwvqz"),
        ("Ali", "Ellie", "Xwvqz"),
        ("Zoe", "Joe", "Xwvqz"),
        ("Lee", "Lou", "Xwvqz"),
        ("Mohammed", "Ahmed", "Xwvqz"),
        ("Muhammad Phipps", "Benjamin", "Fips"),
        ("Catherine Phipps", "Kathryn", "Xwvqz"),
        # These do sound alike, and are not known to: the docstring of `sounding` says so.
        ("Niamh", "Neve", "Xwvqz"),
        ("Aoife", "Eefa", "Xwvqz"),
        ("Hannah", "Anna", "Xwvqz"),
        ("Geoffrey", "Jeffery", "Xwvqz"),
    ],
)
def test_a_name_that_sounds_otherwise_is_not(officer, typed, given, family):
    make_child(given_name=given, family_name=family)
    assert found(officer, typed) == []


def test_words_too_short_to_have_a_sound_are_compared_as_they_are_written(officer):
    child = make_child(given_name="Muhammad", family_name="Al")
    make_child(given_name="Muhammad", family_name="Ul")
    assert found(officer, "Mohammed Al") == [child]


def test_a_close_spelling_comes_first_and_each_row_says_why_it_is_there(officer):
    sounding = make_child(given_name="Kathryn", family_name="Phipps")
    close = make_child(given_name="Catherin", family_name="Fipps")
    rows = searching.search(officer, asked=understand("Catherine Fipps")).rows
    assert [(row.child, row.sounds_alike) for row in rows] == [(close, False), (sounding, True)]
    client = sign_in(officer)
    text = client.post(reverse("children:search"), {"q": "Catherine Fipps"}, follow=True).content.decode()
    assert text.count("a name that sounds alike") == 1


def test_a_number_says_more_than_a_sound(officer):
    child = make_child(given_name="Shaun", family_name="Xwvqz", identifiers={"police": "SEAN/2024"})
    (row,) = searching.search(officer, asked=Asked("sean", identifiers=(("police", "SEAN/2024"),))).rows
    assert row.child == child and not row.sounds_alike


def test_another_name_and_that_of_a_record_that_was_joined_are_heard_too(officer):
    child, other = make_child(), make_child(given_name="Muhammad", family_name="Xwvqz")
    merge_make(officer, primary=child, other=other, why="One child")
    worker = make_user()
    assert found(officer, "Mohammed") == [child] and found(worker, "Mohammed") == []
    involve(child, worker)
    assert found(worker, "Mohammed") == [child]


def test_reach_is_the_same_for_names_that_sound_alike():
    mine, other = (make_child(given_name="Muhammad", family_name="Xwvqz") for _ in range(2))
    worker = make_user()
    involve(mine, worker)
    assert found(worker, "Mohammed") == [mine]
    teacher = make_user("school_lead")
    Submitter.objects.create(child=other, user=teacher, at=now())
    assert found(teacher, "Mohammed") == [other]


def test_a_signpost_still_asks_for_the_exact_name():
    make_child(given_name="Muhammad", family_name="Xwvqz", date_of_birth=BORN)
    results = searching.search(make_user(), asked=understand("Mohammed Xwvqz 3/4/2011"))
    assert not results.may_exist and results.rows == []


@pytest.mark.parametrize(
    ("born", "postcode", "offered"),
    [(BORN, "", True), (date(2010, 1, 1), "DH1 5UL", True), (date(2010, 1, 1), "DH1 5UX", False)],
)
def test_before_a_new_record_it_is_offered_where_birth_date_or_postcode_agrees(
    officer, born, postcode, offered
):
    child = make_child(given_name="Kathryn", family_name="Phipps", date_of_birth=BORN, postcode="DH1 5UL")
    make_child(
        given_name="Benjamin", family_name="Phipps", date_of_birth=date(2009, 1, 1), postcode="DH1 5UL"
    )
    make_child(given_name="Xander", family_name="Wvqz", date_of_birth=born, postcode="DH1 5UL")
    asked = Asked(search_key("Catherine Fipps"), born, postcode=postcode)
    assert [row.child for row in searching.likely(officer, asked=asked)] == [child] * offered


def test_first_contact_is_shown_a_record_of_the_same_address_that_sounds_alike(officer):
    known = make_child(given_name="Kathryn", family_name="Phipps", date_of_birth=BORN, postcode="DH1 5UL")
    make_child(given_name="Kathryn", family_name="Phipps", date_of_birth=BORN, postcode="DH1 5UX")
    came = make_child(given_name="Catherine", family_name="Fipps", postcode="DH1 5UL", provisional=True)
    rows = sign_in(officer).get(reverse("children:merge_candidates", args=[came.public_id])).context["rows"]
    assert [row.child for row in rows] == [known]


def test_an_index_serves_it():
    for number in range(20):
        make_child(given_name="Kathryn", family_name=f"Other{number}")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = like("catherine smith").explain()
    assert "childname_sounds" in plan and "childname_trigram" in plan


def test_names_that_only_sound_alike_fold_after_the_first_few_with_their_number(officer):
    make_child(given_name="Catherin", family_name="Fipps")
    for _ in range(13):
        make_child(given_name="Kathryn", family_name="Phipps")
    client = sign_in(officer)
    page = client.post(reverse("children:search"), {"q": "Catherine Fipps"}, follow=True)
    results = page.context["results"]
    assert results.shown + results.folded == results.rows and not results.shown[0].sounds_alike
    alike = [row for row in results.rows if row.sounds_alike]
    assert len(alike) == 13 and len(results.folded) == 10
    html = page.content.decode()
    assert "10 more records with a name that sounds alike" in html
    assert html.count("Kathryn Phipps") == 13  # none is left out


def test_a_few_names_that_sound_alike_do_not_fold(officer):
    for _ in range(3):
        make_child(given_name="Kathryn", family_name="Phipps")
    page = sign_in(officer).post(reverse("children:search"), {"q": "Catherine Fipps"}, follow=True)
    assert len(page.context["results"].shown) == 3 and not page.context["results"].folded
    assert "more record" not in page.content.decode()
