"""Sealed identities are never matched, merged or searched across; a confidential address has listed readers (A2)."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import now
from cems.children.access.services import emergency_access
from cems.children.access.services.restriction import reader_name, restriction_lift, restriction_start
from cems.children.access.services.sealing import identity_seal, identity_unseal
from cems.children.identity.services.address import address_end, address_for, address_keep
from cems.children.identity.services.record import Identity, child_create
from cems.children.matching.rules.search import understand
from cems.children.matching.search import likely, search
from cems.children.matching.selectors.duplicate import by_reference, candidates, pairs
from cems.children.matching.services.merge import merge_make
from cems.children.matching.signpost import signpost, unseen
from cems.children.models import AddressRecipient, Child, ConfidentialAddress, Identifier
from cems.children.own_copy import own_copy
from tests.factories.children import involve, make_child, name_reader
from tests.factories.people import make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]

BORN = date(2016, 5, 4)
NHS = "9991234578"
WORDS = ["Testchild Sealington 4/5/2016", NHS, "Sealington"]


@pytest.fixture
def owner():
    return make_user("first_contact", team=make_team())


@pytest.fixture
def child(owner):
    sealed = make_child(family_name="Sealington", date_of_birth=BORN, identifiers={"nhs": NHS})
    restriction_start(owner, child=sealed, owner=owner)
    identity_seal(owner, child=sealed, reason="Adoption order")
    sealed.refresh_from_db()
    return sealed


def page(user, name, child, data=None):
    client, url = sign_in(user), reverse(f"children:{name}", args=[child.public_id])
    return client.get(url) if data is None else client.post(url, data, follow=True)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("key", ["practitioner", "first_contact", "edt", "erase_police"])
def test_nobody_else_finds_it_nor_hears_that_it_may_exist(child, words, key):
    user, asked = make_user(key, team=make_team()), understand(words)
    match = search(user, asked=asked)
    assert not match.rows and not match.may_exist
    assert not signpost(user, asked=asked).may_exist and not unseen(user, asked)
    with pytest.raises(Invalid) as refused:
        emergency_access.emergency_access_open(user, named=asked, reason="Danger tonight")
    assert refused.value.message == emergency_access.NONE_FITS
    with pytest.raises(Invalid):
        emergency_access.emergency_access_open(
            user, named=understand(child.reference), reason="Danger tonight"
        )


def test_a_named_reader_finds_it_but_is_offered_it_for_no_other_record(child, owner):
    reader = make_user("first_contact", team=make_team())
    reader_name(owner, child=child, person=reader)
    asked = understand(WORDS[0])
    assert [row.child for row in search(reader, asked=asked).rows] == [child]
    assert not likely(reader, asked=asked)
    after = make_child(family_name="Sealington", date_of_birth=BORN)
    assert child not in [row.child for row in candidates(reader, after)] and not candidates(reader, child)
    assert not any(child in (pair.older, pair.newer) for pair in pairs(reader).rows)
    assert by_reference(reader, child.reference) is None
    for primary, other in ((child, after), (after, child)):
        with pytest.raises(NotAllowed, match="sealed"):
            merge_make(reader, primary=primary, other=other, why="The same child", decisions={})


def test_its_numbers_stand_in_no_other_records_way(child):
    officer = make_user("first_contact")
    identity = Identity(
        given_name="Testchild", family_name="Newington", date_of_birth=BORN, authority=make_authority()
    )
    fresh = child_create(officer, identity=identity, identifiers={"nhs": NHS})
    assert Identifier.objects.get(child=fresh, value=NHS).ended_at is None


def test_who_seals_what(owner):
    open_record = make_child()
    with pytest.raises(Invalid, match="Restrict"):
        identity_seal(owner, child=open_record, reason="Adoption order")
    with pytest.raises(NotAllowed):
        identity_seal(make_user(), child=open_record, reason="Adoption order")
    restriction_start(owner, child=open_record, owner=owner)
    named = make_user("first_contact", team=make_team())
    name_reader(open_record, named)
    with pytest.raises(NotAllowed):
        identity_seal(named, child=open_record, reason="Adoption order")
    with pytest.raises(Invalid) as refused:
        identity_seal(owner, child=open_record, reason=" ")
    assert refused.value.field == "reason"


def test_a_record_joined_with_another_is_taken_apart_first(owner):
    primary, member = make_child(), make_child()
    member.merged_into = primary
    member.save(update_fields=["merged_into"])
    restriction_start(owner, child=primary, owner=owner)
    with pytest.raises(Invalid, match="apart"):
        identity_seal(owner, child=primary, reason="Adoption order")


def test_a_seal_set_in_error_comes_off_and_numbers_hold_again_or_wait_to_be_settled(child, owner):
    with pytest.raises(Invalid, match="sealed"):
        restriction_lift(owner, child=child, reason="No more cause")
    make_child(identifiers={"upn": "F840200016001"})
    Identifier.objects.create(
        child=child, kind="upn", value="F840200016001", added_at=now(), ended_at=child.sealed_at
    )
    page(owner, "seal", child, {"reason": "Another child of the same name"})
    child.refresh_from_db()
    assert child.sealed_at is None
    assert Identifier.objects.get(child=child, kind="nhs").ended_at is None
    upn = Identifier.objects.get(child=child, kind="upn")
    assert upn.ended_at is None and upn.claimed_at is not None
    with pytest.raises(Invalid):
        identity_unseal(owner, child=child, reason="Again")


def test_the_page_seals(owner):
    record = make_child()
    restriction_start(owner, child=record, owner=owner)
    assert page(owner, "seal", record, {"reason": ""}).status_code == 400
    shown = page(owner, "seal", record, {"reason": "Adoption order"}).content.decode()
    assert "Sealed identity since" in shown and "End the restriction" not in shown


# --- a confidential address --------------------------------------------------------------------------------
SECRET = "7 Hidden Terrace"


@pytest.fixture
def home():
    return make_child()


@pytest.fixture
def listed(home):
    worker = make_user(team=make_team())
    involve(home, worker)
    return worker


def keep(officer, home, *people, **more):
    return address_keep(officer, child=home, address=SECRET, reason="A threat", people=people, **more)


def test_only_listed_people_are_shown_it(home, owner, listed):
    other = make_user(team=make_team())
    involve(home, other, "health")
    keep(owner, home, listed)
    assert SECRET in page(listed, "address", home).content.decode()
    assert Entry.objects.filter(verb=Verb.VIEWED, part="confidential address", actor=listed).count() == 1
    with_one = page(other, "address", home).content.decode()
    address_end(owner, child=home)
    without = page(other, "address", home).content.decode()
    assert SECRET not in with_one and "No address is kept for you" in with_one

    def main(text):
        return text[text.index("<main") : text.index("</main>")]

    assert main(with_one) == main(without)  # the same words, whether there is one or not
    assert SECRET not in page(owner, "address", home).content.decode()
    assert SECRET not in page(listed, "address", home).content.decode()


def test_a_team_may_be_listed_as_a_whole(home, owner, listed):
    team = make_team()
    member = make_user(team=team)
    keep(owner, home, teams=[team])
    assert address_for(member, home) is not None and address_for(listed, home) is None


def test_it_is_on_no_other_page_and_in_no_export(home, owner, listed):
    keep(owner, home, listed, postcode="DH1 5UL")
    client = sign_in(listed)
    for name in (
        "overview",
        "restriction",
        "chronology",
        "identity_change",
        "notes",
        "involvements",
        "statuses",
    ):
        assert SECRET not in client.get(reverse(f"children:{name}", args=[home.public_id])).content.decode()
    rows = list(own_copy([home.pk]))
    assert any(row["kind"] == "Confidential address" for row in rows)
    assert SECRET not in str(rows) and "DH1 5UL" not in str(rows)
    assert "DH1 5UL" not in str(search(listed, asked=understand("DH1 5UL")).rows)
    assert not Entry.objects.filter(reason__contains="Hidden").exists()


def test_a_new_one_ends_the_earlier(home, owner, listed):
    keep(owner, home, listed)
    address_keep(owner, child=home, address="9 Elsewhere Row", reason="Moved", people=[listed])
    assert ConfidentialAddress.objects.get(ended_at__isnull=True).address == "9 Elsewhere Row"
    assert ConfidentialAddress.objects.count() == 2


def test_who_keeps_one_and_what_is_needed(home, owner, listed):
    with pytest.raises(NotAllowed):
        keep(listed, home, listed)
    with pytest.raises(NotAllowed):
        address_end(listed, child=home)
    for wrong in ({"address": " "}, {"reason": " "}, {"people": []}, {"postcode": "NOT ONE"}):
        given = {"address": SECRET, "reason": "A threat", "people": [listed], **wrong}
        with pytest.raises(Invalid) as refused:
            address_keep(owner, child=home, **given)
        assert refused.value.field in wrong
    assert not ConfidentialAddress.objects.exists()


def test_the_page_keeps_one(home, owner, listed):
    sent = {"address": SECRET, "reason": "A threat", "people": [str(listed.public_id)], "key": str(uuid4())}
    for _ in range(2):  # a double click keeps it once, and ends no address
        assert page(owner, "address_keep", home, sent).status_code == 200
    assert ConfidentialAddress.objects.count() == 1 and AddressRecipient.objects.get().user == listed
    nobody = page(owner, "address_keep", home, {**sent, "people": []})
    assert nobody.status_code == 400 and "Choose who may know" in nobody.content.decode()
    assert page(listed, "address_keep", home).status_code == 302
    assert Child.objects.visible_to(listed).filter(pk=home.pk).exists()
