"""A brother's or sister's record gives no hint to who may not read it (C7, truth-f10)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cems.audit.models import Entry
from cems.audit.selectors import record_use
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.children.access.services.sealing import identity_seal, identity_unseal
from cems.children.chronology.selectors import chronology_entries
from cems.children.family.selectors.relationship import linked_records
from cems.children.family.services.relationship import (
    record_link,
    record_unlink,
    relationship_correct,
    relationship_end,
)
from cems.children.models import RecordLink
from cems.children.own_copy import own_copy
from tests.children.family.reading import fresh, make_reader_of, opened, page, seen, told, url
from tests.factories.children import (
    bar,
    involve,
    join,
    link_record,
    make_child,
    make_relationship,
    restrict,
)
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C7")]


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
    moved = Entry.objects.filter(subject_kind="children.recordlink", actor=one_side).get()
    assert moved.verb == "created" and moved.child is None
    assert moved.detail == {"held_by": str(child.public_id), "record": str(sibling.public_id)}
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
