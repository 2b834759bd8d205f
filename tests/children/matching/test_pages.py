"""The pages by which First Contact keeps one record a child (C1)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import now, today
from cems.children import home_content
from cems.children.choices import RiskLevel
from cems.children.history.services.status import status_open
from cems.children.identity.rules import search_key
from cems.children.matching.rules.duplicate import alike
from cems.children.models import Child, Identifier, Merge, NotSame, Submitter
from tests.factories.children import agree_level, involve, make_child, restrict
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]


@pytest.fixture
def officer():
    return make_user("first_contact", team=make_team())


def page(name, *args):
    return reverse(f"children:{name}", args=args)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Amy Northbeck", "Northbeck Amy", True),
        ("Zoë O'Hara-Finch", "Zoe OHara Finch", True),
        ("Katherine Lowmoor", "Catherine Lowmoor", True),
        ("Amy Northbeck", "Ben Southmoor", False),
        ("Amy Northbeck", "Amy Southmoor", False),
    ],
)
def test_which_names_are_alike(one, other, same):
    assert alike([search_key(one)], [search_key(other)]) is same


def test_the_queue_holds_what_waits_and_what_is_alike(officer):
    old = make_child(given_name="Katherine", family_name="Lowmoor", created_at=now() - timedelta(days=400))
    new = make_child(given_name="Catherine", family_name="Lowmoor", date_of_birth=old.date_of_birth)
    make_child(given_name="Catherine", family_name="Lowmoor", date_of_birth=today() - timedelta(days=4000))
    waiting = make_child(provisional=True, created_at=now() - timedelta(days=3))
    client = sign_in(officer)
    answer = client.get(page("duplicates"))
    (pair,) = answer.context["queue"].pairs
    assert (pair.older, pair.newer) == (old, new)
    assert answer.context["rows"] == [(waiting, 3)]
    apart = page("not_same", old.public_id, new.public_id)
    checked = client.get(apart).content.decode()  # looked at first: nothing is decided by that
    assert old.name in checked and new.name in checked and not NotSame.objects.exists()
    client.post(apart, {"key": uuid4()})
    assert NotSame.objects.count() == 1 and client.get(page("duplicates")).context["queue"].pairs == []
    assert sign_in(make_user()).get(page("duplicates")).status_code == 403


def test_the_queue_costs_the_same_however_long_it_is(officer):
    def queries():
        client = sign_in(officer)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page("duplicates")).status_code == 200
        return len(caught)

    make_child(provisional=True)
    make_child(given_name="Amy", family_name="Quince", date_of_birth=today())
    make_child(given_name="Amy", family_name="Quince", date_of_birth=today())
    before = queries()
    for number in range(6):
        make_child(provisional=True)
        for _ in range(2):
            make_child(given_name="Amy", family_name=f"Quince{number}", date_of_birth=today())
    assert queries() == before


def test_a_provisional_record_is_matched_with_one_that_is_known(officer):
    known = make_child(given_name="Rowan", family_name="Staynes", identifiers={"nhs": "9991234578"})
    came = make_child(provisional=True)
    Identifier.objects.create(child=came, kind="nhs", value="9991234578", added_at=now(), ended_at=now())
    client = sign_in(officer)
    answer = client.get(page("merge_candidates", came.public_id))
    assert [row.child for row in answer.context["rows"]] == [known]
    address = page("merge", known.public_id, came.public_id)
    assert address in answer.content.decode()
    text = client.get(address).content.decode()
    assert came.family_name in text and "Staynes" in text and "not in force" in text
    assert client.post(address, {"why": ""}).status_code == 400
    assert client.post(address, {"why": "Same NHS number"}).status_code == 302
    assert Merge.objects.get().child == known
    assert not [item for item in home_content.items(officer, now()) if "provisional" in item.what]
    # The old address opens the primary record.
    answer = client.get(page("overview", came.public_id))
    assert answer.context["child"] == known and came.family_name in answer.content.decode()


def test_what_must_be_decided_is_asked_and_kept_when_something_is_missing(officer):
    primary, other = make_child(), make_child()
    for child in (primary, other):
        status_open(officer, child=child, kind="child_in_need", starts_on=today())
    client, address = sign_in(officer), page("merge", primary.public_id, other.public_id)
    answer = client.post(address, {"why": "One child"})
    assert answer.status_code == 400 and "Choose which one goes on." in answer.content.decode()
    assert "One child" in answer.content.decode()
    client.post(address, {"why": "One child", "status-child_in_need": "other"})
    row = Merge.objects.get()
    undo = page("merge_undo", primary.public_id, row.public_id)
    assert other.reference in client.get(undo).content.decode()
    assert client.post(undo, {"why": "Two children"}).status_code == 302
    assert set(Child.objects.visible_to(officer)) == {primary, other}
    assert client.get(undo).status_code == 403


def test_a_new_child_is_confirmed(officer):
    came = make_child(provisional=True)
    (item,) = [item for item in home_content.items(officer, now()) if item.child == came.public_id]
    assert item.url == page("merge_candidates", came.public_id)
    client = sign_in(officer)
    client.post(page("record_confirm", came.public_id), {"key": uuid4()})
    assert not Child.objects.unscoped("a test looks again").get(pk=came.pk).provisional


def test_another_record_is_named_by_its_reference(officer):
    primary, other = make_child(), make_child()
    client, address = sign_in(officer), page("merge_candidates", primary.public_id)
    answer = client.post(address, {"reference": f" {other.reference.lower()} "})
    assert answer.url == page("merge", primary.public_id, other.public_id)
    for wrong in (primary.reference, "CHD-1999-00001", ""):
        assert client.post(address, {"reference": wrong}).status_code == 400


def test_who_works_with_the_child_does_not_match_records(officer):
    primary, other, worker = make_child(), make_child(), make_user(team=make_team())
    for child in (primary, other):
        involve(child, worker)
    client = sign_in(worker)
    assert client.get(page("merge_candidates", primary.public_id)).status_code == 403
    assert client.get(page("merge", primary.public_id, other.public_id)).status_code == 403
    assert client.post(page("merge", primary.public_id, other.public_id), {"why": "x"}).status_code == 403
    assert not Merge.objects.exists()


def test_the_second_record_is_read_as_the_first_is(officer):
    """Who looked at it side by side stands in its own record of use, when the form is drawn again too."""
    primary, other, colleague = make_child(), make_child(), make_user("first_contact", team=make_team())
    address = page("merge", primary.public_id, other.public_id)
    looked = Entry.objects.filter(verb=Verb.VIEWED, part="identity")
    sign_in(officer).get(address)
    sign_in(colleague).post(address, {"why": ""})
    for child in (primary, other):
        assert set(looked.filter(child=child.public_id).values_list("actor__public_id", flat=True)) == {
            officer.public_id,
            colleague.public_id,
        }
    assert "serves the whole authority" in looked.filter(child=other.public_id).first().reason


def test_a_record_whose_identity_is_shut_stands_beside_no_other(officer):
    """Of a grown-up about whom they once submitted something they know their own words alone."""
    born = today() - timedelta(days=365 * 19 + 30)
    primary, grown = (
        make_child(given_name="Rowan", family_name="Staynes", date_of_birth=born) for _ in range(2)
    )
    agree_level(primary, RiskLevel.SIGNIFICANT)
    Submitter.objects.create(child=grown, user=officer, at=now())
    client = sign_in(officer)
    assert Child.objects.visible_to(officer).filter(pk=grown.pk).exists()
    assert client.get(page("duplicates")).context["queue"].pairs == []
    candidates = page("merge_candidates", primary.public_id)
    assert grown.reference not in client.get(candidates).content.decode()
    assert client.post(candidates, {"reference": grown.reference}).status_code == 400
    for name in ("merge", "not_same"):
        assert client.post(page(name, primary.public_id, grown.public_id), {"why": "x"}).status_code == 404
    assert client.get(page("merge", primary.public_id, grown.public_id)).status_code == 404
    assert not Merge.objects.exists() and not NotSame.objects.exists()


def test_a_sealed_record_stands_beside_no_other(officer):
    primary, sealed = make_child(), restrict(make_child(), owner=officer)
    sealed.sealed_at = now()
    sealed.save(update_fields=["sealed_at"])
    client = sign_in(officer)
    assert client.get(page("overview", sealed.public_id)).status_code == 200
    for one, other in ((primary, sealed), (sealed, primary)):
        address = page("merge", one.public_id, other.public_id)
        assert client.get(address).status_code == client.post(address, {"why": "x"}).status_code == 404
