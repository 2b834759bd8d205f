"""The people in a child's life: added, changed, ended, and shown to those whose part it is (C7)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid
from cems.base.time import today
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.chronology.selectors import chronology_entries
from cems.children.family.services.relationship import (
    relationship_add,
    relationship_correct,
    relationship_end,
)
from cems.children.matching.selectors.merge import merge_lines
from cems.children.matching.services.merge import merge_make
from cems.children.models import Relationship
from cems.children.own_copy import own_copy
from tests.factories.children import involve, make_child, make_matter, make_relationship
from tests.factories.people import make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C7")]
MOTHER = {
    "name": "Dana Example",
    "relation": "parent",
    "parental_responsibility": "yes",
    "safe_to_ring": "only_when",
    "safe_when": "after six, when she is alone",
    "phone": "01632 960123",
    "must_not_be_told": "That the child spoke with us",
    "must_not_why": "Her partner reads her telephone",
    "named_by": "child",
    "named_on": today(),
}


@pytest.fixture
def worker():
    return make_user(team=make_team())


@pytest.fixture
def child(worker):
    child = make_child()
    involve(child, worker)
    return child


def url(name, child, *more):
    return reverse(f"children:{name}", args=[child.public_id, *more])


def typed(**kw):
    """What the form sends."""
    day = kw.pop("named_on", today())
    plain = {name: value for name, value in MOTHER.items() if name != "named_on"}
    answers = {"lives_with": "yes", "key": str(uuid4()), **plain, **kw}
    born = {"date_of_birth_0": "1", "date_of_birth_1": "1"} if "date_of_birth_2" in answers else {}
    return {**answers, **born, "named_on_0": day.day, "named_on_1": day.month, "named_on_2": day.year}


def page(client, child):
    return client.get(url("family", child)).content.decode()


def opened(user, child):
    return OpenChild(child, access_to(user, child))


def test_a_mother_is_added_and_stands_with_what_she_must_not_be_told(worker, child):
    client = sign_in(worker)
    answer = client.post(url("relationship_new", child), typed(), follow=True)
    words = answer.content.decode()
    assert f"Dana Example is added to the people of {child.name}." in words
    for part in ("Must not be told:", "That the child spoke with us", "Her partner reads her telephone"):
        assert part in words
    assert "Only: after six, when she is alone" in words and "01632 960123" in words
    row = Relationship.objects.get()
    assert (row.recorded_by, row.named_by, row.parental_responsibility) == (worker, "child", "yes")
    assert (
        "Must not be told: That the child spoke with us"
        in client.get(url("overview", child)).content.decode()
    )


def test_the_message_that_names_her_is_kept_in_no_cookie(worker, child):
    """It waits for the next page in the session, which stays on the server, and is read once."""
    client = sign_in(worker)
    answer = client.post(url("relationship_new", child), typed())
    assert answer.status_code == 302 and "messages" not in answer.cookies
    message = f"Dana Example is added to the people of {child.name}."
    assert message in page(client, child) and message not in page(client, child)


def test_sent_twice_she_is_kept_once(worker, child):
    client, body = sign_in(worker), typed()
    for _ in range(2):
        assert client.post(url("relationship_new", child), body).status_code == 302
    assert Relationship.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"must_not_why": ""}, "Say why they must not be told."),
        ({"safe_when": ""}, "Say when, or how, it is safe to ring."),
        ({"name": " "}, "Write the name, or what the child calls them."),
        ({"relation": ""}, "Choose who they are to the child."),
        ({"named_on": today() + timedelta(days=1)}, "This day is in the future. Check the date."),
        ({"date_of_birth_2": "9" * 25}, "There is no such day."),
        ({"named_on": today() - timedelta(days=9000)}, "This is before the child was born. Check the date."),
    ],
)
def test_what_can_not_be_is_refused_beside_its_field_and_the_words_are_kept(worker, child, wrong, words):
    answer = sign_in(worker).post(url("relationship_new", child), typed(**wrong))
    html = answer.content.decode()
    assert answer.status_code == 400 and words in html and "That the child spoke with us" in html
    assert not Relationship.objects.exists()


def test_a_change_supersedes_and_the_earlier_words_stay(worker, child):
    row = relationship_add(worker, child=child, **MOTHER)
    client = sign_in(worker)
    body = typed(phone="01632 960999")
    assert client.get(url("relationship_correct", child, row.public_id)).status_code == 200
    for _ in range(2):  # the second time changes nothing more
        assert client.post(url("relationship_correct", child, row.public_id), body).status_code == 302
    assert Relationship.objects.count() == 2
    row.refresh_from_db()
    assert row.phone == "01632 960123" and row.superseded_by.phone == "01632 960999"
    words = page(client, child)
    assert "01632 960999" in words and "01632 960123" not in words


def test_two_who_change_at_once_lose_no_word(worker, child):
    row = relationship_add(worker, child=child, **MOTHER)
    relationship_correct(make_user(), relationship=row, **{**MOTHER, "phone": "01632 960555"})
    answer = sign_in(worker).post(
        url("relationship_correct", child, row.public_id), typed(may_be_told="The day of the visit")
    )
    words = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody has corrected this meanwhile" in words and "The day of the visit" in words
    # Both texts stand there, and what is typed can be sent: to the newest, once.
    newest = Relationship.objects.get(supersedes=row)
    table = words[words.index("<table") : words.index("</table>")]
    assert "01632 960555" in table and "01632 960123" in table and "Dana Example" not in table
    (action,) = re.findall(r'action="([^"]*relation[^"]*|[^"]*family[^"]*)"', words)
    assert action == url("relationship_correct", child, newest.public_id)
    body = typed(may_be_told="The day of the visit", phone="01632 960555")
    for _ in range(2):
        assert sign_in(worker).post(action, body).status_code == 302
    kept = Relationship.objects.get(supersedes=newest)
    assert (kept.phone, kept.may_be_told) == ("01632 960555", "The day of the visit")
    # An old address leads to the page of today.
    assert sign_in(worker).get(url("relationship_correct", child, row.public_id)).status_code == 302


def test_who_ends_what_a_colleague_corrected_reads_the_newest_and_can_send_it(worker, child):
    row = relationship_add(worker, child=child, **MOTHER)
    newest = relationship_correct(make_user(), relationship=row, **{**MOTHER, "name": "Dana Newname"})
    client, end = sign_in(worker), today()
    body = {"reason": "Moved away", "ends_on_0": end.day, "ends_on_1": end.month, "ends_on_2": end.year}
    answer = client.post(url("relationship_end", child, row.public_id), body)
    words = answer.content.decode()
    assert answer.status_code == 409 and "Dana Newname, parent" in words and "Moved away" in words
    action = url("relationship_end", child, newest.public_id)
    assert f'action="{action}"' in words
    assert client.post(action, body).status_code == 302
    newest.refresh_from_db()
    assert newest.end_reason == "Moved away"
    again = client.post(action, body)
    assert again.status_code == 409 and "This has ended already." in again.content.decode()


def test_somebody_who_goes_stands_among_those_before(worker, child):
    row = relationship_add(worker, child=child, **MOTHER)
    client, end = sign_in(worker), today()
    body = {"reason": "Moved away", "ends_on_0": end.day, "ends_on_1": end.month, "ends_on_2": end.year}
    assert (
        client.post(url("relationship_end", child, row.public_id), {**body, "reason": ""}).status_code == 400
    )
    assert client.post(url("relationship_end", child, row.public_id), body).status_code == 302
    words = page(client, child)
    assert "Earlier: 1" in words and "Moved away" in words
    assert "Must not be told: That the child spoke with us" in words  # it holds of who has gone, too
    again = client.post(url("relationship_end", child, row.public_id), body)
    assert again.status_code == 409 and "This has ended already." in again.content.decode()
    with pytest.raises(Conflict, match="ended already"):
        relationship_correct(worker, relationship=row, **MOTHER)


def test_it_ends_on_a_day_that_can_be(worker, child):
    row = relationship_add(worker, child=child, **{**MOTHER, "starts_on": today() - timedelta(days=3)})
    for day, why in (
        (today() + timedelta(days=1), "future"),
        (today() - timedelta(days=4), "before the first"),
    ):
        with pytest.raises(Invalid, match=why):
            relationship_end(worker, relationship=row, ends_on=day, reason="Moved away")


def test_the_database_keeps_what_the_service_promises(child):
    for wrong in (
        {"must_not_be_told": "A thing"},
        {"safe_to_ring": "only_when"},
        {"ends_on": today()},
        {"ends_on": today(), "end_reason": "Moved away"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_relationship(child, **wrong)


def test_who_may_not_know_the_family_is_told_nothing_of_it(worker, child):
    relationship_add(worker, child=child, **MOTHER)
    school = make_team(kind="school")
    lead = make_user("school_lead", team=school)
    involve(child, school, "school")
    client = sign_in(lead)
    assert client.get(url("overview", child)).status_code == 200
    for name in ("family", "relationship_new"):
        assert client.get(url(name, child)).status_code == 403
    row = Relationship.objects.get()
    assert client.post(url("relationship_correct", child, row.public_id), typed()).status_code == 403
    overview = client.get(url("overview", child)).content.decode()
    assert "Dana" not in overview and "Family and people" not in overview
    stranger = sign_in(make_user(team=make_team()))
    assert stranger.get(url("family", child)).status_code == 404
    # First Contact reads a family once there is a referral, not before.
    front = sign_in(make_user("first_contact", team=make_team()))
    assert front.get(url("family", child)).status_code == 403
    make_matter(child, "referral")
    assert "Dana Example" in page(front, child)


def test_the_table_of_cevt_reads_it_and_writes_nothing(child):
    make_matter(child, "cevt")
    member = sign_in(make_user("cevt_member"))
    assert member.get(url("family", child)).status_code == 200
    assert member.get(url("relationship_new", child)).status_code == 403


def test_the_police_of_erase_read_the_matter_and_not_the_family(worker, child):
    """The access table gives them matrix, missing, decisions and plan; a missing coordinator rings the family."""
    relationship_add(worker, child=child, **MOTHER)
    make_matter(child, "missing")
    officer = sign_in(make_user("erase_police", team=make_team()))
    assert officer.get(url("family", child)).status_code == 403
    overview = officer.get(url("overview", child)).content.decode()
    assert child.name in overview and "Dana" not in overview and "Family and people" not in overview
    coordinator = sign_in(make_user("missing_coordinator", team=make_team()))
    assert "Dana Example" in page(coordinator, child)


def test_a_row_of_another_child_is_no_row_of_this_one(worker, child):
    other = make_relationship(make_child())
    client = sign_in(worker)
    for name in ("relationship_correct", "relationship_end", "record_find"):
        assert client.get(url(name, child, other.public_id)).status_code == 404


def test_each_write_and_look_is_in_the_audit_of_the_child(worker, child):
    row = relationship_add(worker, child=child, **MOTHER)
    row = relationship_correct(worker, relationship=row, **MOTHER)
    relationship_end(worker, relationship=row, ends_on=today(), reason="Moved away")
    page(sign_in(worker), child)
    entries = Entry.objects.filter(child=child.public_id, part="family").order_by("pk")
    assert [entry.verb for entry in entries] == ["created", "changed", "changed", "viewed"]
    assert not any("Dana" in str(entry.detail) for entry in entries)


def test_the_chronology_tells_who_came_and_went_but_not_what_must_not_be_told(worker, child):
    row = relationship_add(worker, child=child, **MOTHER)
    manager = make_user()
    relationship_end(manager, relationship=row, ends_on=today(), reason="Moved away")
    matching_chronology_entries = [
        entry for entry in chronology_entries(opened(worker, child)) if entry.kind == "Family"
    ]
    assert {entry.title for entry in matching_chronology_entries} == {
        "Dana Example, parent: part of the child's life",
        "Dana Example, parent: no longer part of the child's life",
    }
    assert not any("spoke with us" in entry.text for entry in matching_chronology_entries)
    by_text = {entry.text: entry.by_id for entry in matching_chronology_entries}
    assert by_text == {"Named by: the child.": worker.pk, "Moved away": manager.pk}


@pytest.mark.requirement("A4")
def test_the_own_copy_holds_it_marked_as_naming_somebody_else(worker, child):
    relationship_add(worker, child=child, **MOTHER)
    (row,) = [row for row in own_copy([child.pk]) if row["kind"] == "Somebody in the child's life"]
    assert row["who"] == "Dana Example" and row["to the child"] == "Parent" and row["third_party"] is True


@pytest.mark.requirement("C1")
def test_two_records_that_name_one_person_are_joined_and_say_so():
    officer = make_user("first_contact", team=make_team())
    primary, other = make_child(authority=make_authority()), make_child(authority=make_authority())
    for record in (primary, other):
        relationship_add(
            officer,
            child=record,
            **{**MOTHER, "name": "Dana  EXAMPLE" if record is other else "Dana Example"},
        )
    relationship_add(officer, child=other, **{**MOTHER, "name": "Robin Example"})
    lines = merge_lines([primary.pk, other.pk])
    assert "1 person of the child's life is named on both: end the one that isn't needed afterwards." in lines
    merge_make(officer, primary=primary, other=other, why="One child", decisions={})
    make_matter(primary, "referral")
    words = page(sign_in(officer), primary)
    assert words.count("Named twice: if it is one person, end one of the two.") == 2
    assert words.count("That the child spoke with us") == 3 and "Robin Example" in words
