"""A brother or sister who has a record: shown to who may read both, and no hint to anybody else (C7, truth-f10)."""

import re
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.audit.models import Entry
from cems.audit.selectors import record_use
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.children.access.child_access import access_to
from cems.children.access.services.sealing import identity_seal, identity_unseal
from cems.children.access_control import OpenChild
from cems.children.chronology.selectors import chronology_entries
from cems.children.family.selectors.relationship import linked_records
from cems.children.family.services.relationship import (
    record_link,
    record_unlink,
    relationship_correct,
    relationship_end,
)
from cems.children.matching.selectors.merge import merge_lines
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.models import Child, Merge, RecordLink, Relationship, Submitter
from cems.children.own_copy import own_copy
from tests.children.access.test_access import World
from tests.children.family.reference_links import PlainRule
from tests.factories.children import (
    agree_level,
    bar,
    involve,
    join,
    link_record,
    make_child,
    make_matter,
    make_relationship,
    restrict,
)
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C7")]


@pytest.fixture
def reader():
    """Works with both children."""
    return make_user(team=make_team())


@pytest.fixture
def one_side():
    """Works with the first child alone."""
    return make_user("team_manager", team=make_team())


@pytest.fixture
def child(reader, one_side):
    child = make_child(given_name="Alpha")
    involve(child, reader)
    involve(child, one_side, "team_manager", team=one_side.appointments.get().team)
    return child


@pytest.fixture
def sibling(reader):
    sibling = make_child(given_name="Betula")
    agree_level(sibling, 2)
    involve(sibling, reader)
    return sibling


@pytest.fixture
def row(child):
    return make_relationship(child, name="Bet", relation="sibling")


def url(name, child, *more):
    return reverse(f"children:{name}", args=[child.public_id, *more])


def fresh(child):
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


def page(user, child, name="family"):
    """What a page says, without what differs at each request."""
    answer = sign_in(user).get(url(name, child))
    assert answer.status_code == 200
    words = answer.content.decode()
    words = re.sub(r'csrfmiddlewaretoken"\s+value="\w+"|nonce="[^"]+"|__reference">[^<]+<', "", words)
    return words[words.index("<body") :]


def opened(user, child):
    return OpenChild(fresh(child), access_to(user, child))


def seen(user, child):
    return [linked.child.pk for part in linked_records(user, opened(user, child)) for linked in part]


def told(text, sibling):
    return any(hint in text for hint in (sibling.family_name, sibling.reference, str(sibling.public_id)))


# --- both ways, from one row --------------------------------------------------------------------------------
def test_who_reads_both_sees_each_on_the_others_page_with_its_level(reader, child, sibling, row):
    link = record_link(reader, relationship=row, other=sibling, why="Same mother and birth date")
    here, there = page(reader, child), page(reader, sibling)
    assert sibling.name in here and sibling.reference in here and "Moderate" in here and "Bet" in here
    assert "On the records of other children" in there and "Brother or sister" in there
    assert child.name in there and child.reference in there
    assert url("family", sibling) in here and url("family", child) in there
    assert link.linked_by == reader and RecordLink.objects.count() == 1
    assert sibling.name in page(reader, child, "overview") and child.name in page(reader, sibling, "overview")


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
    assert client.post(check, {"why": "The school knows both"}).status_code == 302
    again = client.post(check, {"why": "The school knows both"})
    assert again.status_code == 400 and "linked to a record already" in again.content.decode()
    assert RecordLink.objects.count() == 1
    link = RecordLink.objects.get()
    part = url("record_unlink", child, row.public_id, link.public_id)
    assert part in page(reader, child)
    assert client.post(part, {"reason": ""}).status_code == 400
    assert client.post(part, {"reason": "Another child of that name"}).status_code == 302
    assert client.post(part, {"reason": "Again"}).status_code == 404
    assert seen(reader, child) == seen(reader, sibling) == []


def test_only_what_the_user_may_see_can_be_found_or_linked(one_side, child, sibling, row):
    named = make_relationship(child, name=sibling.full_name, date_of_birth=sibling.date_of_birth)
    client = sign_in(one_side)
    html = client.get(url("record_find", child, named.public_id)).content.decode()
    assert "No record that you may read is like this name." in html and sibling.reference not in html
    by_reference = client.post(url("record_find", child, row.public_id), {"reference": sibling.reference})
    none = client.post(url("record_find", child, row.public_id), {"reference": "CHD-2026-99999"})
    assert by_reference.status_code == none.status_code == 400
    assert "No record with this reference is open to you." in by_reference.content.decode()
    check = url("record_link", child, row.public_id, sibling.public_id)
    assert client.get(check).status_code == client.post(check, {"why": "x"}).status_code == 404
    with pytest.raises(Invalid, match="No record"):
        record_link(one_side, relationship=row, other=sibling, why="I think so")
    own = url("record_link", child, row.public_id, child.public_id)
    assert client.get(own).status_code == 404
    with pytest.raises(Invalid, match="own record"):
        record_link(one_side, relationship=row, other=child, why="I think so")


# --- nothing for anybody else -------------------------------------------------------------------------------
def shut_by_stranger(sibling, reader):
    """Nobody told them of the sibling at all."""


def shut_by_restriction(sibling, reader):
    restrict(sibling)


def shut_by_bar(sibling, reader):
    bar(sibling, reader)


def shut_by_merge(sibling, reader):
    """Merged into a record that is restricted."""
    primary = make_child(restricted=True)
    join(primary, sibling)


def shut_by_seal(sibling, reader):
    restrict(sibling, owner=make_user())
    sibling.sealed_at = now()
    sibling.save(update_fields=["sealed_at"])


@pytest.mark.parametrize(
    "shut", [shut_by_stranger, shut_by_restriction, shut_by_bar, shut_by_merge, shut_by_seal]
)
def test_who_may_not_read_the_sibling_meets_the_row_as_it_was_typed(child, sibling, one_side, shut):
    """To the letter: page, overview, PDF's lines, chronology, own copy, record use; and as many statements."""
    user = one_side
    if shut is not shut_by_stranger:
        involve(sibling, user, "team_manager", team=user.appointments.get().team)
        shut(sibling, user)
    row = make_relationship(child, name="Bet")
    make_relationship(child, name="Zed")

    def everything():
        with CaptureQueriesContext(connection) as asked:
            linked_records(user, opened(user, child))
            statements = len(asked)
        entries = [
            (chronology_entry.title, chronology_entry.text, chronology_entry.url)
            for chronology_entry in chronology_entries(opened(user, child))
        ]
        pages = [page(user, child), page(user, child, "overview"), page(user, child, "chronology")]
        return pages, entries, list(own_copy([child.pk])), statements

    everything()  # fills what is kept for the length of the process
    before = everything()
    uses = len(record_use(child.public_id).rows)
    link_record(row, fresh(sibling))
    assert everything() == before
    assert not any(told(words, sibling) for words in before[0])
    assert len(record_use(child.public_id).rows) == uses


def test_the_sibling_tells_its_own_readers_nothing_of_a_record_they_may_not_read(child, sibling, row):
    user = make_user(team=make_team())
    involve(sibling, user, "health")
    before = page(user, sibling), page(user, sibling, "overview")
    link_record(row, sibling)
    assert (page(user, sibling), page(user, sibling, "overview")) == before


def test_a_link_one_may_not_know_of_refuses_no_other_one(reader, one_side, child, sibling, row):
    record_link(reader, relationship=row, other=sibling, why="Same mother")
    other = make_child()
    involve(other, one_side)
    record_link(one_side, relationship=row, other=other, why="The school said so")
    assert seen(one_side, child) == [other.pk]
    assert seen(reader, child) == [sibling.pk]
    link = RecordLink.objects.get(record=sibling)
    part = url("record_unlink", child, row.public_id, link.public_id)
    assert sign_in(one_side).get(part).status_code == 404
    with pytest.raises(NotAllowed):
        record_unlink(one_side, link=link, reason="It is not")


def test_who_changes_the_row_parts_nobody_and_meets_no_hint(reader, one_side, child, sibling, row):
    record_link(reader, relationship=row, other=sibling, why="Same mother")
    fields = {"name": "Bet", "relation": "sibling", "named_by": "child", "named_on": today()}
    newer = relationship_correct(one_side, relationship=row, phone="01632 960111", **fields)
    assert seen(reader, child) == [sibling.pk] and seen(reader, sibling) == [child.pk]
    assert seen(one_side, child) == []
    relationship_end(one_side, relationship=newer, ends_on=today(), reason="Moved away")
    assert seen(reader, child) == seen(reader, sibling) == []


def test_after_an_adoption_nothing_leads_across(reader, child, sibling, row):
    """Not even for somebody named on the sealed record who reads the brother's too; unsealed, it is there again."""
    record_link(reader, relationship=row, other=sibling, why="Same mother")
    restrict(sibling, owner=reader)
    assert seen(reader, child) == [sibling.pk]
    identity_seal(reader, child=fresh(sibling), reason="Adopted")
    assert seen(reader, child) == seen(reader, sibling) == []
    assert not told(page(reader, child), sibling) and not told(page(reader, sibling), child)
    other = make_relationship(child, name=sibling.full_name, date_of_birth=sibling.date_of_birth)
    client = sign_in(reader)
    assert sibling.reference not in client.get(url("record_find", child, other.public_id)).content.decode()
    check = url("record_link", child, other.public_id, sibling.public_id)
    assert client.get(check).status_code == 404
    with pytest.raises(Invalid, match="No record"):
        record_link(reader, relationship=other, other=fresh(sibling), why="Same mother")
    with pytest.raises(Invalid, match="No record"):  # nor from the sealed record to another
        record_link(reader, relationship=make_relationship(sibling), other=child, why="Same mother")
    with pytest.raises(NotAllowed):
        record_unlink(reader, link=RecordLink.objects.get(), reason="Adopted")
    identity_unseal(reader, child=fresh(sibling), reason="Sealed in error")
    assert seen(reader, child) == [sibling.pk]


def test_neither_record_of_use_tells_of_the_other(reader, child, sibling, row):
    uses = [len(record_use(record.public_id).rows) for record in (child, sibling)]
    link = record_link(reader, relationship=row, other=sibling, why="Same mother")
    record_unlink(reader, link=link, reason="Another child")
    assert [len(record_use(record.public_id).rows) for record in (child, sibling)] == uses
    entries = Entry.objects.filter(subject_kind="children.recordlink").order_by("pk")
    assert [entry.verb for entry in entries] == ["created", "changed"]
    assert {entry.child for entry in entries} == {None}
    assert entries[0].detail == {"held_by": str(child.public_id), "record": str(sibling.public_id)}
    with pytest.raises(Conflict, match="parted already"):
        record_unlink(reader, link=link, reason="Another child")


def test_a_page_that_names_the_sibling_is_a_look_at_the_sibling(reader, child, sibling, row):
    record_link(reader, relationship=row, other=sibling, why="Same mother")
    page(reader, child)
    use = record_use(sibling.public_id).rows[0]
    assert use.who == reader.name and use.verb == "listed"
    page(make_reader_of(child), child)
    assert record_use(sibling.public_id).rows[0].who == reader.name  # who was shown nothing is not listed


def make_reader_of(child):
    user = make_user(team=make_team())
    involve(child, user, "health")
    return user


def test_the_other_record_shows_what_its_own_parts_allow(child, sibling, row):
    """Who only submitted about the sibling learns neither age nor level by this way."""
    user = make_reader_of(child)
    Submitter.objects.create(child=sibling, user=user, at=now())
    link_record(row, sibling)
    words = page(user, child)
    assert (
        sibling.reference in words and "Moderate" not in words and "years old" not in words.split("<main")[1]
    )


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
    for _ in range(300):
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
