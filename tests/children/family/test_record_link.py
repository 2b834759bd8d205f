"""A brother or sister who has a record: shown to who may read both (C7)."""

from random import Random
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cems.base.errors import Conflict
from cems.base.time import now, today
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.family.selectors.relationship import linked_records
from cems.children.family.services.relationship import (
    record_link,
    record_unlink,
    relationship_correct,
)
from cems.children.matching.selectors.merge import merge_lines
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.models import Child, Merge, RecordLink, Relationship, Submitter
from tests.children.access.test_access import World
from tests.children.family.reading import fresh, make_reader_of, opened, page, seen, url
from tests.children.family.reference_links import PlainRule
from tests.factories.children import (
    involve,
    join,
    link_record,
    make_child,
    make_matter,
    make_relationship,
)
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C7")]


def test_who_reads_both_sees_each_on_the_others_page_with_its_level(reader, child, sibling, row):
    link = record_link(reader, relationship=row, other=sibling, why="Same mother and birth date")
    here, there = page(reader, child), page(reader, sibling)
    assert sibling.name in here and sibling.reference in here and "Moderate" in here and "Bet" in here
    assert "On the records of other children" in there and "Brother or sister" in there
    assert child.name in there and child.reference in there
    assert url("family", sibling) in here and url("family", child) in there
    assert link.linked_by == reader and RecordLink.objects.count() == 1
    assert sibling.name in page(reader, child, "overview") and child.name in page(reader, sibling, "overview")


@pytest.mark.parametrize(
    ("known", "age"),
    [("disputed", "age disputed: presumed under 18"), ("unknown", "age not known: presumed under 18")],
)
def test_a_brother_presumed_a_child_is_no_adult_there(reader, child, sibling, row, known, age):
    sibling.date_of_birth = today().replace(year=today().year - 20, day=1)
    sibling.birth_date_known = known
    sibling.save(update_fields=["date_of_birth", "birth_date_known"])
    record_link(reader, relationship=row, other=sibling, why="Same mother")
    assert f"· {age}" in page(reader, child) and "20 years old" not in page(reader, child)


def test_what_the_child_is_to_the_other_is_said_the_other_way_round(reader, child, sibling):
    row = make_relationship(child, relation="own_child")
    record_link(reader, relationship=row, other=sibling, why="The birth notice")
    assert [
        linked_record.relation for linked_record in linked_records(reader, opened(reader, sibling))[1]
    ] == ["Parent"]


def test_two_records_that_name_each_other_say_it_once(reader, child, sibling, row):
    back = make_relationship(sibling, name=child.name)
    record_link(reader, relationship=row, other=sibling, why="Same mother")
    record_link(reader, relationship=back, other=child, why="Same mother")
    assert seen(reader, child) == [sibling.pk] and seen(reader, sibling) == [child.pk]


def test_a_record_is_found_looked_at_and_linked_by_hand(reader, child, sibling):
    row = make_relationship(child, name=sibling.full_name, date_of_birth=sibling.date_of_birth)
    client = sign_in(reader)
    html = client.get(url("record_find", child, row.public_id)).content.decode()
    check = url("record_link", child, row.public_id, sibling.public_id)
    assert check in html
    by_reference = {"reference": sibling.reference.lower()}
    assert client.post(url("record_find", child, row.public_id), by_reference)["Location"] == check
    words = client.get(check).content.decode()
    assert "Are these the same person?" in words and sibling.reference in words
    refused = client.post(check, {"why": ""})
    assert refused.status_code == 400 and not RecordLink.objects.exists()
    body = {"why": "The school knows both", "key": str(uuid4())}
    for _ in range(2):  # sent twice, it counts once
        assert client.post(check, body).status_code == 302
    again = client.post(check, {**body, "key": str(uuid4())})
    assert again.status_code == 409 and "linked to a record already" in again.content.decode()
    assert RecordLink.objects.count() == 1
    link = RecordLink.objects.get()
    part = url("record_unlink", child, row.public_id, link.public_id)
    assert part in page(reader, child)
    assert client.post(part, {"reason": ""}).status_code == 400
    assert client.post(part, {"reason": "Another child of that name"}).status_code == 302
    assert client.post(part, {"reason": "Again"}).status_code == 404
    assert seen(reader, child) == seen(reader, sibling) == []


def test_who_parts_or_links_what_a_colleague_corrected_reaches_the_newest(reader, child, sibling, row):
    """The link went along with the person: an old page parts it there, and an old search links there."""
    link = record_link(reader, relationship=row, other=sibling, why="Same mother")
    fields = {"name": "Betty", "relation": "sibling", "named_by": "child", "named_on": today()}
    newest = relationship_correct(make_reader_of(child), relationship=row, **fields)
    with pytest.raises(Conflict, match="corrected this meanwhile"):
        record_unlink(reader, link=link, reason="Another child")
    client, part = sign_in(reader), url("record_unlink", child, row.public_id, link.public_id)
    assert "Betty" in client.get(part).content.decode()
    assert client.post(part, {"reason": "Another child"}).status_code == 302
    assert seen(reader, child) == []
    assert client.post(part, {"reason": "Again"}).status_code == 404
    check = url("record_link", child, row.public_id, sibling.public_id)
    assert client.post(check, {"why": "After all", "key": str(uuid4())}).status_code == 302
    assert seen(reader, child) == [sibling.pk]
    assert RecordLink.objects.get(relationship=newest, ended_at=None).why == "After all"


def test_a_name_without_a_letter_is_like_no_record(reader, child):
    """What the child calls somebody may be a mark alone; the page still lets one look by reference."""
    row = make_relationship(child, name="?")
    answer = sign_in(reader).get(url("record_find", child, row.public_id))
    assert answer.status_code == 200
    assert "No record that you may read is like this name." in answer.content.decode()


def test_the_other_record_shows_what_its_own_parts_allow(child, sibling, row):
    """Who only submitted about the sibling learns neither age nor level by this way."""
    user = make_reader_of(child)
    Submitter.objects.create(child=sibling, user=user, at=now())
    link_record(row, sibling)
    words = page(user, child)
    assert (
        sibling.reference in words and "Moderate" not in words and "years old" not in words.split("<main")[1]
    )


@pytest.mark.parametrize("reads", ["submitted", "whole authority"])
def test_who_may_not_read_the_others_family_is_not_told_that_it_names_the_child(child, sibling, row, reads):
    """Reach to the other record is not enough: that it names this child is a part of its family."""
    if reads == "submitted":
        user = make_reader_of(sibling)
        Submitter.objects.create(child=child, user=user, at=now())
    else:
        user = make_user("first_contact", team=make_team())
        make_matter(sibling, "referral")
    before = page(user, sibling)
    link_record(row, sibling)
    assert Child.objects.visible_to(user).filter(pk=child.pk).exists()
    assert seen(user, sibling) == [] and page(user, sibling) == before


# --- joined records -----------------------------------------------------------------------------------------
@pytest.mark.requirement("C1")
def test_a_link_follows_the_records_that_were_joined_and_taken_apart(reader, child, sibling, row):
    officer = make_user("first_contact", team=make_team())
    record_link(reader, relationship=row, other=sibling, why="Same mother")
    primary = make_child()
    merge_make(officer, primary=primary, other=sibling, why="One child", decisions={})
    assert seen(reader, child) == [primary.pk]
    assert seen(reader, primary) == [child.pk]
    merge_undo(officer, merge=Merge.objects.get(), why="Two children")
    assert seen(reader, child) == [sibling.pk]


@pytest.mark.requirement("C1")
def test_two_records_of_which_one_names_the_other_are_not_joined_unwarned(reader, child, sibling, row):
    record_link(reader, relationship=row, other=sibling, why="Same mother")
    warning = "One of these records names the other as somebody else in the child's life. Are they one child?"
    assert warning in merge_lines([child.pk, sibling.pk])
    assert warning not in merge_lines([child.pk, make_child().pk])
    merge_make(make_user("first_contact"), primary=child, other=sibling, why="One child", decisions={})
    assert seen(reader, child) == []  # nobody is their own brother


# --- the rule over random worlds ----------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(2))
def test_what_is_shown_is_what_the_plain_rule_says(seed):
    world, dice, compared = World(seed), Random(seed), 0
    everybody = world.children
    for _ in range(3):
        first, second = dice.sample(
            [unmerged for unmerged in everybody if not fresh(unmerged).merged_into_id], 2
        )
        if not Child.objects.unscoped("a test's world").filter(merged_into=second).exists():
            join(fresh(first), fresh(second))
    for record in dice.sample(everybody, 4):
        now_read = fresh(record)
        if now_read.restricted and not now_read.merged_into_id:
            Child.objects.unscoped("a test's world").filter(pk=record.pk).update(sealed_at=now())
    for _ in range(450):
        holder, named = dice.sample(everybody, 2)
        ended = (
            {"ends_on": today(), "end_reason": "Gone", "ended_by": world.users[0]}
            if dice.random() < 0.1
            else {}
        )
        link = link_record(make_relationship(holder, recorded_by=world.users[0], **ended), named)
        if dice.random() < 0.2:
            make_relationship(holder, name="Newer", supersedes=link.relationship, recorded_by=world.users[0])
        if dice.random() < 0.1:
            link.ended_at, link.ended_by, link.end_reason = now(), world.users[0], "Parted"
            link.save()
    for user in dice.sample(world.users, 16):
        plain = PlainRule(user, now())
        for child in Child.objects.visible_to(user).order_by("pk"):
            own, others = linked_records(user, OpenChild(child, access_to(user, child)))
            assert {(linked.link.relationship_id, linked.child.pk) for linked in own} == plain.own(child)
            assert {other.child.pk for other in others} == plain.named_on(child)
            compared += len(own) + len(others)
    assert compared > 20, "hardly any link was seen by anybody"


def test_six_siblings_cost_what_one_costs(reader, child):
    def asked():
        with CaptureQueriesContext(connection) as statements:
            linked_records(reader, opened(reader, child))
        return len(statements)

    def add():
        sibling = make_child()
        involve(sibling, reader)
        make_matter(sibling, "cevt")
        link_record(make_relationship(child), sibling)

    add()
    asked()  # fills what is kept for the length of the process
    first = asked()
    for _ in range(5):
        add()
    assert asked() == first
    assert Relationship.objects.count() == 6
