"""Making a record: what is typed is checked, duplicates are offered, a repeat makes nothing (C1)."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from cems.base.idempotency import IdempotencyKey
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Child, Identifier, Involvement, Submitter
from tests.factories.children import involve, make_child, restrict
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]
URL = reverse("children:record_new")


def children():
    return Child.objects.unscoped("a test looks at what was made")


def typed(**changes):
    born = changes.pop("born", (3, 4, 2011))
    data = {
        "given_name": "Amy",
        "family_name": "Newrecordton",
        "preferred_name": "",
        "date_of_birth_0": born[0],
        "date_of_birth_1": born[1],
        "date_of_birth_2": born[2],
        "sex": "F",
        "gender": "girl",
        "ethnicity": "WBRI",
        "address": "",
        "postcode": "dh15ul",
        "nhs": "",
        "upn": "",
        "authority": "E06000047",
        "case_role": "social_worker",
        "key": str(uuid4()),
    }
    return {**data, **changes}


@pytest.fixture
def worker():
    return make_user(team=make_team())


@pytest.fixture
def client(worker):
    return sign_in(worker)


def test_a_record_is_made_and_the_involvement_waits_for_first_contact(client, worker):
    answer = client.post(URL, typed(nhs="999 123 4578"))
    child = children().get()
    assert answer.status_code == 302 and str(child.public_id) in answer["Location"]
    assert (child.name, child.postcode, child.provisional) == ("Amy Newrecordton", "DH1 5UL", False)
    assert Identifier.objects.get(child=child).value == "9991234578"
    row = Involvement.objects.get(child=child)
    assert (row.user, row.state) == (worker, InvolvementState.CLAIMED)
    assert Submitter.objects.filter(child=child, user=worker).exists()
    page = client.get(reverse("children:overview", args=[child.public_id]))
    assert page.status_code == 200 and b"You see what you submitted" in page.content


def test_who_does_not_work_with_the_child_claims_nothing(client):
    client.post(URL, typed(case_role="none"))
    assert children().count() == 1 and not Involvement.objects.exists()


@pytest.mark.parametrize("born", [(1, 1, 2099), (1, 1, 1901), (31, 2, 2011), ("x", "y", "z"), ("", "", "")])
def test_floor_f1_a_birth_that_can_not_be_is_refused_and_what_was_typed_is_kept(client, born):
    answer = client.post(URL, typed(born=born))
    assert answer.status_code == 400 and not children().exists()
    assert answer.context["form"].errors.keys() == {"date_of_birth"}
    page = answer.content.decode()
    assert "There is a problem" in page and 'value="Newrecordton"' in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("nhs", "9991234560", "An NHS number has 10 digits"),
        ("upn", "A840200016001", "A UPN has a letter and 12 digits"),
        ("postcode", "DH1 5U", "A postcode looks like DH1 5UL"),
        ("given_name", "", "given name"),
        ("given_name", "--", "letters"),
        ("case_role", "", "what you are to the child"),
    ],
)
def test_floor_f2_what_can_not_be_right_is_refused_with_the_field_and_the_mend(client, field, value, said):
    answer = client.post(URL, typed(**{field: value}))
    assert answer.status_code == 400 and not children().exists()
    assert said in str(answer.context["form"].errors[field])
    assert 'value="Newrecordton"' in answer.content.decode()


def test_floor_f3_the_same_form_sent_twice_makes_one_record(client):
    data = typed()
    first, second = client.post(URL, data), client.post(URL, {**data, "checked": "on"})
    assert first["Location"] == second["Location"]
    assert children().count() == 1 and IdempotencyKey.objects.count() == 1


def test_floor_f3_one_key_for_two_records_is_a_conflict(client):
    data = typed()
    client.post(URL, data)
    answer = client.post(URL, {**data, "given_name": "Berta", "checked": "on"})
    assert answer.status_code == 409 and "already sent" in answer.content.decode()
    assert children().count() == 1


def test_a_child_in_reach_is_offered_before_a_second_record(client, worker):
    known = make_child(given_name="Amie", family_name="Newrecordton", date_of_birth=date(2011, 4, 3))
    involve(known, worker)
    data = typed()
    page = client.post(URL, data)
    assert page.status_code == 200 and "Is it one of these?" in page.content.decode()
    assert known.reference in page.content.decode() and children().count() == 1
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.content.decode()))
    assert hidden["key"] == data["key"] and hidden["family_name"] == "Newrecordton"
    assert client.post(URL, {**data, "again": "on"}).context["form"]["family_name"].value() == "Newrecordton"
    client.post(URL, {**data, "checked": "on"})
    assert children().count() == 2 and not children().filter(provisional=True).exists()


@pytest.mark.parametrize("restricted", [False, True])
def test_an_unseen_record_is_hinted_at_and_the_new_one_is_provisional(client, restricted):
    unseen = make_child(
        given_name="Amy",
        family_name="Newrecordton",
        date_of_birth=date(2011, 4, 3),
        identifiers={"nhs": "9991234578"},
    )
    if restricted:
        restrict(unseen)
    data = typed(nhs="9991234578")
    page = client.post(URL, data)
    assert "may be known already" in page.content.decode() and unseen.reference not in page.content.decode()
    client.post(URL, {**data, "checked": "on"})
    made = children().get(provisional=True)
    # The number stays with the record that holds it, and is not lost for the one who matches them.
    assert Identifier.objects.get(child=unseen).ended_at is None
    row = Identifier.objects.get(child=made)
    assert row.ended_at is None and row.claimed_at is not None
    page = client.get(reverse("children:overview", args=[made.public_id])).content.decode()
    assert "provisional" not in page.lower()


def test_the_search_that_led_here_begins_the_form(client):
    location = client.post(reverse("children:search"), {"q": "Amy Newrecordton 3/4/2011"})["Location"]
    token = location.rstrip("/").rsplit("/", 1)[1]
    form = client.get(URL, {"search": token}).context["form"]
    assert (form["given_name"].value(), form["family_name"].value()) == ("Amy", "Newrecordton")
    assert form["date_of_birth"].value() == date(2011, 4, 3)


def test_who_records_no_children_has_no_such_page():
    assert sign_in(make_user("cevt_chair")).get(URL).status_code == 403
