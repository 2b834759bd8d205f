"""A number tells nobody which record holds it; First Contact settles what two records claim (C1, A2, house-f)."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now
from cems.children.access.services.emergency_access import emergency_access_open
from cems.children.identity.selectors.identifier import shared_numbers
from cems.children.identity.services.identifier import identifier_add, identifier_settle
from cems.children.matching.rules.search import Asked
from cems.children.matching.search import search
from cems.children.matching.services.merge import merge_make
from cems.children.matching.signpost import NUMBER, SIGNPOSTS_AN_HOUR, signpost
from cems.children.models import Child, ChildName, Identifier
from cems.notices.models import Notice
from tests.children.identity.test_record import typed
from tests.factories.children import involve, make_child, restrict
from tests.factories.people import DARLINGTON, make_agency, make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1", "A2")]

NUMBERS = {"nhs": "9991234578", "upn": "F840200016001"}
MAY_EXIST = "A record may exist with this number: ask First Contact."


@pytest.fixture
def worker() -> User:
    return make_user()


@pytest.fixture
def desk() -> User:
    return make_user("first_contact", team=make_team())


def mine(worker: User, **kw: object) -> Child:
    child = make_child(**kw)
    involve(child, worker)
    return child


def holder(where: str, kind: str) -> Child | None:
    """The record that holds the number, where there is one."""
    if where == "nowhere":
        return None
    place = make_authority(DARLINGTON) if where == "far away" else make_authority()
    child = make_child(identifiers={kind: NUMBERS[kind]}, authority=place)
    if where in {"restricted", "sealed"}:
        restrict(child, owner=make_user(name="Owner Pretend"))
    if where == "sealed":
        Identifier.objects.filter(child=child).update(ended_at=now())
        child.sealed_at = Identifier.objects.get(child=child).ended_at
        child.save(update_fields=["sealed_at"])
    return child


WHERE = ["nowhere", "here", "far away", "restricted", "sealed"]


def add(client: Client, child: Child, kind: str) -> str:
    """The page that follows when a number is added, without what names the child."""
    url = reverse("children:identifier_add", args=[child.public_id])
    answer = client.post(url, {"kind": kind, "value": NUMBERS[kind]})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer["Location"]).content.decode()
    assert NUMBERS[kind] in page
    return page


@pytest.mark.parametrize("kind", list(NUMBERS))
@pytest.mark.parametrize("where", WHERE)
def test_a_number_is_added_whoever_holds_it_and_only_the_signpost_of_ones_own_place_is_told(
    where: str, kind: str, worker: User
) -> None:
    """safe-f6: of a restricted record the keepers are told at once, of a sealed one too."""
    known, child = holder(where, kind), mine(worker)
    page = add(sign_in(worker), child, kind)
    # A number of a record far away, or of a sealed one, is answered as one nobody has.
    assert (MAY_EXIST in page) is (where in {"here", "restricted"})
    row = Identifier.objects.get(child=child)
    assert row.ended_at is None
    assert Entry.objects.filter(actor=worker, part=NUMBER).count() == 1
    if known:
        assert Entry.objects.filter(actor=worker, verb=Verb.SIGNPOSTED, child=known.public_id).exists()
        assert known.reference not in page and known.family_name not in page
    notices = Notice.objects.filter(kind="children.signpost")
    assert notices.exists() is (where in {"restricted", "sealed"})
    assert not notices.exists() or notices.get().user.name == "Owner Pretend"


@pytest.mark.parametrize("kind", list(NUMBERS))
def test_recording_a_child_answers_the_same_whether_the_number_is_known_in_the_nation_or_not(
    kind: str, worker: User
) -> None:
    answers = []
    for where in ("nowhere", "far away", "sealed"):
        holder(where, kind)
        client = sign_in(worker)
        answer = client.post(reverse("children:record_new"), typed(**{kind: NUMBERS[kind]}))
        child = Identifier.objects.order_by("-pk")[0].child
        page = client.get(answer["Location"]).content.decode()
        for word in (str(child.public_id), child.reference):
            page = page.replace(word, "")
        main = re.search(r"<main.*</main>", page, re.DOTALL)
        assert main
        words = re.sub(r"<[^>]*>|\s+", " ", main.group())
        answers.append((answer.status_code, child.provisional, words))
        row = Identifier.objects.get(child=child)
        assert (row.value, row.ended_at) == (NUMBERS[kind], None)
        Identifier.objects.all().delete()
        Child.objects.unscoped("the next child is another").update(date_of_birth=date(2015, 1, 1))
        ChildName.objects.update(search_key="nobody")
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][:2] == (302, False)


def test_past_the_limit_the_number_is_kept_and_nothing_is_told(worker: User) -> None:
    holder("here", "nhs")
    child, client = mine(worker), sign_in(worker)
    for number in range(SIGNPOSTS_AN_HOUR):
        asked = Asked(identifiers=(("police", f"EX/{number}0000"),))
        assert not signpost(worker, asked=asked, counted_as=NUMBER).too_often
    page = add(client, child, "nhs")
    assert MAY_EXIST not in page
    assert not signpost(worker, asked=asked).too_often, (
        "a search is not refused for numbers that were recorded"
    )
    assert Identifier.objects.get(child=child).claimed_at is not None


def test_a_child_who_moved_in_gets_their_number_by_first_contact(worker: User, desk: User) -> None:
    far = holder("far away", "nhs")
    assert far is not None
    child = mine(worker)
    identifier_add(worker, child=child, kind="nhs", value=NUMBERS["nhs"])
    client = sign_in(desk)
    queue = client.get(reverse("children:duplicates")).content.decode()
    address = reverse("children:settle_number", args=[child.public_id])
    assert address in queue and NUMBERS["nhs"] in queue
    assert "not open to you" in queue
    assert far.reference not in queue and far.family_name not in queue
    assert address in client.get(reverse("home")).content.decode()
    assert client.post(address, {"kind": "nhs", "belongs": "yes", "why": " "}).status_code == 400
    sent = {"kind": "nhs", "belongs": "yes", "why": "Confirmed by the practice"}
    assert client.post(address, sent).status_code == 302
    row = Identifier.objects.get(child=child)
    assert (row.ended_at, row.settled_by) == (None, desk)
    assert Identifier.objects.get(child=far).ended_at is None, "the other place's record is as it was"
    assert address not in client.get(reverse("children:duplicates")).content.decode()
    assert client.post(address, sent).status_code == 400, "settled once"
    match = search(worker, asked=Asked(identifiers=(("nhs", NUMBERS["nhs"]),)))
    assert [row.child for row in match.rows] == [child]


def test_the_other_places_first_contact_sees_that_a_number_is_on_two_records(worker: User) -> None:
    far = holder("far away", "nhs")
    child = mine(worker)
    identifier_add(worker, child=child, kind="nhs", value=NUMBERS["nhs"])
    there = make_user("first_contact", agency=make_agency(authorities=[make_authority(DARLINGTON)]))
    page_of = shared_numbers(there)
    (shared,), more = page_of.rows, page_of.after
    assert (shared.child, shared.others, more) == (None, [far], "")
    page = sign_in(there).get(reverse("children:duplicates")).content.decode()
    assert far and far.reference in page and child.reference not in page
    assert child.family_name not in page


def test_a_number_recorded_in_error_ends_and_nothing_is_lost(worker: User, desk: User) -> None:
    known = holder("here", "nhs")
    child = mine(worker)
    identifier_add(worker, child=child, kind="nhs", value=NUMBERS["nhs"])
    page = sign_in(desk).get(reverse("children:duplicates")).content.decode()
    assert known and known.reference in page, "both are open to First Contact: they can be compared"
    identifier_settle(desk, child=child, kind="nhs", belongs=False, why="A digit turned")
    row = Identifier.objects.get(child=child)
    assert row.ended_at is not None and row.value == NUMBERS["nhs"]
    with pytest.raises(Conflict):
        identifier_settle(desk, child=child, kind="nhs", belongs=True, why="Again")


def test_only_first_contact_settles_and_says_how_they_know(worker: User, desk: User) -> None:
    holder("here", "nhs")
    child = mine(worker)
    identifier_add(worker, child=child, kind="nhs", value=NUMBERS["nhs"])
    with pytest.raises(NotAllowed):
        identifier_settle(worker, child=child, kind="nhs", belongs=True, why="The mother said so")
    with pytest.raises(Invalid):
        identifier_settle(desk, child=child, kind="nhs", belongs=True, why=" ")
    assert sign_in(worker).get(reverse("children:settle_number", args=[child.public_id])).status_code == 403


def test_two_records_with_one_number_become_one_without_a_question_about_it(worker: User, desk: User) -> None:
    primary = holder("here", "nhs")
    assert primary is not None
    child = mine(worker)
    identifier_add(worker, child=child, kind="nhs", value=NUMBERS["nhs"])
    merge_make(desk, primary=primary, other=child, why="One number, one child", decisions={})
    assert not shared_numbers(desk).rows
    page = sign_in(desk).get(reverse("children:overview", args=[primary.public_id])).content.decode()
    assert page.count(NUMBERS["nhs"]) == 1


def test_an_emergency_opens_the_record_that_holds_the_number(worker: User) -> None:
    known = holder("here", "nhs")
    identifier_add(worker, child=mine(worker), kind="nhs", value=NUMBERS["nhs"])
    officer = make_user("edt")
    emergency_access = emergency_access_open(
        officer, named=Asked(identifiers=(("nhs", NUMBERS["nhs"]),)), reason="Example at the station"
    )
    assert emergency_access.child == known


def test_two_who_record_one_number_at_the_same_moment_both_keep_it(
    worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who comes second looked before the first had written."""
    known = holder("here", "nhs")
    child = mine(worker)
    real = Identifier.objects.filter

    def nobody_yet(*args: object, **kw: object) -> object:
        asks_for_holder = kw.get("claimed_at__isnull") is True and "value" in kw
        return real(pk__in=[]) if asks_for_holder else real(*args, **kw)

    monkeypatch.setattr(Identifier.objects, "filter", nobody_yet)
    row = identifier_add(worker, child=child, kind="nhs", value=NUMBERS["nhs"])
    assert row.claimed_at is not None and known is not None
