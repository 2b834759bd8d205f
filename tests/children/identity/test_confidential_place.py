"""Beside a confidential address or place stands no open copy: field, list, search, document, merge (A2, safe-f7)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import Locality, TeamKind, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.errors import Invalid
from cems.base.time import now, today
from cems.children.access.services.disclosure import disclosure_record
from cems.children.identity.services.address import address_end, address_keep
from cems.children.identity.services.record import child_change
from cems.children.matching.rules.search import understand
from cems.children.matching.search import search
from cems.children.matching.services.merge import merge_make, merge_undo
from cems.children.models import Child, FormerValue, Placement
from cems.children.own_copy import own_copy
from tests.factories.children import involve, make_child
from tests.factories.people import make_agency, make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2", "C1", "C2")]

OPEN, CODE = "12 Seaview Close", "DH1 5UL"
SECRET = "7 Hidden Terrace"
CONFIDENTIAL = "Confidential: ask First Contact"


@pytest.fixture
def desk() -> User:
    return make_user("first_contact", team=make_team(), name="Desk Pretend")


@pytest.fixture
def child() -> Child:
    school = make_team(agency=make_agency(), kind=TeamKind.SCHOOL, name="Nearby Academy")
    near = Locality.objects.create(code="near", name="Nearby Vale", authority=make_authority())
    return make_child(address=OPEN, postcode=CODE, school=school, locality=near)


@pytest.fixture
def worker(child: Child) -> User:
    worker = make_user(team=make_team(), name="Worker Pretend")
    involve(child, worker)
    return worker


def keep(desk: User, child: Child, *people: User, address: str = SECRET) -> None:
    address_keep(desk, child=child, address=address, reason="A threat", people=people or [make_user()])


def place(child: Child, **more: object) -> Placement:
    given = {
        "kind": "home",
        "area": child.area,
        "placed_by": child.authority,
        "provider_name": "The Lighthouse",
        "address_confidential": True,
        "starts_on": today() - timedelta(days=3),
        "notified_by": "Their council",
        "notified_on": today(),
        "recorded_at": now(),
        "recorded_by": make_user(),
        "locality": child.locality,
    }
    return Placement.objects.create(child=child, **{**given, **more})


def fresh(child: Child) -> Child:
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


PAGES = ("overview", "identity_change", "placements", "chronology", "involvements", "restriction", "address")


def pages(reader: User, child: Child) -> str:
    client = sign_in(reader)
    return "".join(text_of(client, reverse(f"children:{name}", args=[child.public_id])) for name in PAGES)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code in {200, 403}, address
    # What a list offers to everybody tells of no child; what is chosen in it does.
    return re.sub(r"<option(?![^>]*selected)[^>]*>[^<]*</option>", "", answer.content.decode())


@pytest.mark.parametrize("kept", [OPEN, f"{OPEN.upper()}, Durham", SECRET])
def test_once_an_address_is_confidential_no_open_one_is_left(
    kept: str, child: Child, desk: User, worker: User
) -> None:
    child_change(desk, child=child, version=child.version, values={"address": "3 Old Lane", "postcode": ""})
    child_change(desk, child=child, version=fresh(child).version, values={"address": OPEN, "postcode": CODE})
    assert "3 Old Lane" in pages(worker, child), "an earlier address is shown while none is confidential"
    keep(desk, child, worker, address=kept)
    assert (fresh(child).address, fresh(child).postcode) == ("", "")
    for reader in (desk, make_user("edt", team=make_team())):
        text = pages(reader, child)
        for word in (OPEN, CODE, "3 Old Lane", SECRET):
            assert word not in text, word
    for words in (CODE, "DH1", "dh15ul"):
        assert not search(desk, asked=understand(words)).rows, words
    copy = str(list(own_copy([child.pk])))
    assert not any(word in copy for word in (OPEN, CODE, "3 Old Lane", "Nearby Academy", "Nearby Vale"))
    own = text_of(sign_in(worker), reverse("children:address", args=[child.public_id]))
    assert OPEN in own and CODE in own, "those who are listed go on reading what came off"


@pytest.mark.parametrize("field", ["address", "postcode"])
def test_no_open_address_is_written_beside_a_confidential_one(field: str, child: Child, desk: User) -> None:
    keep(desk, child)
    version = fresh(child).version
    with pytest.raises(Invalid, match="listed people") as refused:
        child_change(desk, child=child, version=version, values={field: {"address": OPEN}.get(field, CODE)})
    assert refused.value.field == field
    child_change(desk, child=child, version=version, values={field: "", "first_language": "Polish"})
    assert fresh(child).first_language == "Polish"
    address_end(desk, child=child)
    child_change(desk, child=child, version=fresh(child).version, values={"address": OPEN})
    assert fresh(child).address == OPEN


def test_a_form_sent_without_the_hidden_place_keeps_it(child: Child, desk: User) -> None:
    place(child)
    url = reverse("children:identity_change", args=[child.public_id])
    page = sign_in(desk).get(url).content.decode()
    assert "Nearby Academy" not in page and OPEN not in page and CODE not in page
    assert not re.search(r"<option[^>]*selected[^>]*>[^<]*Nearby Vale", page)
    born = child.date_of_birth
    sent = {
        "given_name": "Changed",
        "family_name": child.family_name,
        "date_of_birth_0": born.day,
        "date_of_birth_1": born.month,
        "date_of_birth_2": born.year,
        "sex": "U",
        "gender": "not_asked",
        "ethnicity": "NOBT",
        "version": child.version,
        "key": str(uuid4()),
    }
    assert sign_in(desk).post(url, sent).status_code == 302
    row = fresh(child)
    assert (row.given_name, row.address, row.postcode) == ("Changed", OPEN, CODE)
    assert (row.school_id, row.locality_id) == (child.school_id, child.locality_id)
    conflict = sign_in(desk).post(url, {**sent, "given_name": "Again", "address": "1 New Road"})
    text = conflict.content.decode()
    assert "Nearby Academy" not in text and OPEN not in text


@pytest.mark.parametrize("how", ["placed", "address"])
def test_beside_a_confidential_place_neither_school_nor_locality_tells_where(
    how: str, child: Child, desk: User, worker: User
) -> None:
    before = pages(worker, child)
    assert "Nearby Academy" in before and "Nearby Vale" in before
    if how == "placed":
        place(child)
    else:
        keep(desk, child)
    for reader in (desk, worker):
        text = pages(reader, child)
        assert "Nearby Academy" not in text and "Nearby Vale" not in text
        assert CONFIDENTIAL in text and "The Lighthouse" not in text
    client = sign_in(desk)
    found = client.get(client.post(reverse("children:search"), {"q": child.full_name})["Location"])
    text = found.content.decode()
    assert child.reference in text and "Nearby Vale" not in text
    assert not search(desk, asked=understand(CODE)).rows


def test_a_place_is_told_again_once_the_placement_is_over(child: Child, worker: User) -> None:
    place(child, ends_on=today() - timedelta(days=1))
    assert "Nearby Academy" in pages(worker, child)


def test_a_joined_record_brings_no_open_address_to_a_confidential_one(child: Child, desk: User) -> None:
    other = make_child(address="9 Other Row", postcode="DL1 1AA", given_name="Otherly")
    keep(desk, child)
    made = merge_make(desk, primary=child, other=other, why="One child")
    assert (fresh(other).address, fresh(other).postcode) == ("", "")
    assert "9 Other Row" not in pages(desk, child)
    assert not search(desk, asked=understand("DL1 1AA")).rows
    merge_undo(desk, merge=made, why="Two children")
    assert (fresh(other).address, fresh(other).postcode) == ("9 Other Row", "DL1 1AA")
    assert fresh(child).address == "", "whose address is confidential stays so"


def test_a_confidential_address_that_comes_with_a_joined_record_shuts_the_open_one(
    child: Child, desk: User
) -> None:
    other = make_child(given_name="Otherly")
    keep(desk, other)
    made = merge_make(desk, primary=child, other=other, why="One child")
    assert fresh(child).address == "" and OPEN not in pages(desk, child)
    merge_undo(desk, merge=made, why="Two children")
    assert (fresh(child).address, fresh(child).postcode) == (OPEN, CODE)


def test_safe_f7_who_may_still_have_the_address_is_named_to_those_who_keep_it(
    child: Child, desk: User, worker: User
) -> None:
    """Printed, searched and exported before: nothing of it can be called back by the product, so people must."""
    pages(worker, child)
    disclosure_record(
        desk,
        child=child,
        document="children:chronology_pdf",
        part="identity",
        to="Example Homes Ltd",
        purpose="A safe handover",
        lawful_basis="public_task",
    )
    record(worker, verb=Verb.DOWNLOADED, child=child.public_id, part="chronology")
    url = reverse("children:address", args=[child.public_id])
    sent = {"address": OPEN, "reason": "A threat", "people": [str(worker.public_id)], "key": str(uuid4())}
    sign_in(desk).post(reverse("children:address_keep", args=[child.public_id]), sent)
    page = text_of(sign_in(desk), url)
    assert "Example Homes Ltd" in page and "Worker Pretend" in page and "Taken as a document" in page
    assert OPEN not in page and CODE not in page, "whoever keeps it is not listed to know it"
    other = make_user(team=make_team())
    involve(child, other)
    assert "Example Homes Ltd" not in text_of(sign_in(other), url)
    assert FormerValue.objects.filter(child=child, withheld=True).count() == 2
