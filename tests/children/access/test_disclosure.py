"""Whoever takes a document away says to whom it goes; what was not shared is written down too (A4)."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.models import Child, Submitter
from cems.children.slots import DOCUMENTS
from tests.factories.children import assign, involve, make_child, name_for_student, restrict
from tests.factories.matrices import submit
from tests.factories.people import make_team, make_user, sign_in, take_document
from tests.factories.world import make_world
from tests.guards.addresses import addresses
from tests.guards.table import readers

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A4")]
OUTSIDE = {
    "whose": "outside",
    "to": "Example Council, home manager",
    "purpose": "Briefing before a placement",
    "lawful_basis": "public_task",
}


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def at(name: str, child: Child) -> str:
    return reverse(f"children:{name}", args=[child.public_id])


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


@pytest.fixture
def worker(child: Child) -> User:
    user = make_user(name="Example Worker")
    involve(child, user)
    return user


@pytest.fixture
def client(worker: User) -> Client:
    return sign_in(worker)


def ask(child: Child, address: str) -> str:
    return f"{at('document_take', child)}?document={address}"


def test_each_document_of_a_child_is_asked_about_before_it_is_taken(child: Child, client: Client) -> None:
    sent = submit(make_user(), child, RiskLevel.SIGNIFICANT)
    for page in (at("chronology", child), reverse("matrix:submission", args=[sent.public_id])):
        assert at("document_take", child) in text(client.get(page))
        assert f'href="{reverse("children:chronology_pdf", args=[child.public_id])}' not in text(
            client.get(page)
        )


def test_what_goes_outside_says_to_whom_why_and_on_which_basis(child: Child, client: Client) -> None:
    address = at("chronology_pdf", child)
    refused = client.post(ask(child, address), {"whose": "outside", "key": uuid4()})
    words = unescape(refused.content.decode())
    assert refused.status_code == 400
    for wanted in ("Say who it goes to.", "Say what it is for.", "Choose the lawful basis this rests on."):
        assert wanted in words
    assert not Entry.objects.filter(verb="disclosed").exists()
    form = {**OUTSIDE, "key": uuid4()}
    for _ in range(2):  # a double click
        ready = text(client.post(ask(child, address), form, follow=True))
    assert f'href="{address}"' in ready
    row = Entry.objects.get(verb="disclosed")
    assert (row.child, row.detail["to"], row.reason) == (child.public_id, OUTSIDE["to"], OUTSIDE["purpose"])
    colleague = make_user()
    involve(child, colleague)
    page = text(sign_in(colleague).get(at("disclosures", child)))
    for wanted in (
        "Disclosed outside the partnership",
        "Chronology",
        *list(OUTSIDE.values())[1:3],
        "Example Worker",
    ):
        assert wanted in page
    assert "Public task" in page


def test_for_oneself_within_the_partnership_is_one_choice_and_is_logged(child: Child, client: Client) -> None:
    address = at("chronology_pdf", child)
    client.post(ask(child, address), {"whose": "own", "key": uuid4()})
    row = Entry.objects.get(verb="exported")
    assert row.child == child.public_id and row.detail == {"document": "children:chronology_pdf"}
    assert "Taken for work within the partnership" in text(client.get(at("disclosures", child)))


def test_not_shared_because_has_its_page_and_is_read_on_the_childs_page(child: Child, client: Client) -> None:
    page = text(client.get(at("disclosures", child)))
    assert at("not_shared", child) in page and at("disclosures", child) in page
    assert (
        client.post(at("not_shared", child), {"to": "A father", "why": " ", "key": uuid4()}).status_code
        == 400
    )
    form = {"to": "A father", "why": "It would lead to the address.", "key": uuid4()}
    page = text(client.post(at("not_shared", child), form, follow=True))
    assert "what of Marnie Madeup was not shared" in page
    assert "A father" in page and "It would lead to the address." in page and "Not shared" in page


def test_only_documents_of_ours_are_led_to(child: Child, client: Client) -> None:
    for elsewhere in (
        "https://elsewhere.example/x",
        "//elsewhere.example",
        "/",
        at("overview", child),
        "nonsense",
    ):
        assert client.get(ask(child, elsewhere)).status_code == 404
    assert "Choose “Download”" in text(client.get(at("document_take", child)))


def test_who_submitted_takes_their_own_and_reads_no_disclosures(child: Child) -> None:
    sender = make_user()
    sent = submit(sender, child, RiskLevel.MODERATE)
    Submitter.objects.get_or_create(child=child, user=sender, defaults={"at": now()})
    client = sign_in(sender)
    address = reverse("matrix:submission_pdf", args=[sent.public_id])
    assert "who is it for?" in text(client.get(ask(child, address)))
    assert client.get(at("disclosures", child)).status_code == 403


def test_a_student_takes_nothing_and_a_stranger_sees_nothing(child: Child, worker: User) -> None:
    student = make_user("student")
    name_for_student(child, student)
    address = at("chronology_pdf", child)
    answer = sign_in(student).post(ask(child, address), {"whose": "own", "key": uuid4()})
    assert "takes no documents away" in text(answer)
    assert not Entry.objects.filter(verb="exported").exists()
    assert sign_in(make_user()).get(ask(child, address)).status_code == 404
    restrict(child, owner=make_user())
    assert sign_in(worker).get(at("disclosures", child)).status_code == 404


def test_what_colleagues_took_is_a_use_of_the_record_and_told_as_that(
    child: Child, worker: User, client: Client
) -> None:
    client.post(
        ask(child, at("chronology_pdf", child)), {"whose": "own", "purpose": "A visit", "key": uuid4()}
    )
    assert client.get(at("chronology_pdf", child)).status_code == 200
    team = make_team()
    colleague, manager = make_user(team=team), make_user("team_manager", team=team)
    involve(child, colleague)
    involve(child, manager)
    shown = text(client.get(at("disclosures", child)))
    assert "Taken as a document" in shown and "Taken for work within the partnership" in shown
    theirs = text(sign_in(colleague).get(at("disclosures", child)))
    for hidden in ("Taken as a document", "Taken for work", "A visit", worker.name):
        assert hidden not in theirs, hidden
    managers = text(sign_in(manager).get(at("disclosures", child)))
    assert "Taken as a document" in managers and "A visit" in managers and worker.name in managers


def test_what_was_disclosed_of_a_part_is_told_to_those_who_read_it(child: Child, client: Client) -> None:
    client.post(ask(child, at("chronology_pdf", child)), {**OUTSIDE, "key": uuid4()})
    not_shared = {"to": "A father", "why": "It would lead to the address.", "key": uuid4()}
    client.post(at("not_shared", child), not_shared)
    desk = text(sign_in(make_user("first_contact")).get(at("disclosures", child)))
    assert OUTSIDE["purpose"] not in desk
    assert "A father" in desk, "nobody shares it by mistake"


def test_who_only_reads_the_record_writes_nothing_into_it(child: Child) -> None:
    student, auditor, officer = (make_user(key) for key in ("student", "auditor", "information_governance"))
    name_for_student(child, student)
    assign(child, auditor)
    assign(child, officer)
    form = {"to": "A father", "why": "It would lead to the address."}
    for reader in (student, auditor):
        client = sign_in(reader)
        assert at("not_shared", child) not in text(client.get(at("disclosures", child)))
        assert client.post(at("not_shared", child), {**form, "key": uuid4()}).status_code == 403
    assert not Entry.objects.filter(verb="not_shared").exists()
    client = sign_in(officer)  # who decides what is disclosed
    assert at("not_shared", child) in text(client.get(at("disclosures", child)))
    assert client.post(at("not_shared", child), {**form, "key": uuid4()}).status_code == 302


def test_the_document_of_another_child_is_not_taken_as_this_ones(
    child: Child, worker: User, client: Client
) -> None:
    other = make_child()
    involve(other, worker)
    theirs, ours = (
        submit(make_user(), other, RiskLevel.MODERATE),
        submit(make_user(), child, RiskLevel.MODERATE),
    )
    form = {**OUTSIDE, "key": uuid4()}
    for address in (
        at("chronology_pdf", other),
        reverse("children:chronology_pdf", args=[uuid4()]),
        *(reverse(name, args=[theirs.public_id]) for name in ("matrix:submission_pdf", "cevt:feedback_pdf")),
    ):
        assert client.get(ask(child, address)).status_code == 404
        assert client.post(ask(child, address), form).status_code == 404
    assert not Entry.objects.filter(verb="disclosed").exists()
    for name in ("matrix:submission_pdf", "cevt:feedback_pdf"):
        assert "who is it for?" in text(client.get(ask(child, reverse(name, args=[ours.public_id]))))


def test_a_document_asked_for_by_its_own_address_is_asked_about_first(child: Child, client: Client) -> None:
    address = f"{at('chronology_pdf', child)}?kind=Case+note"
    asked = client.get(address)
    assert asked.status_code == 302 and "who is it for?" in text(client.get(asked["Location"]))
    assert client.get(ask(child, address) + "&asked=1").context["ready_url"] == ""  # to say so is no answer
    assert not Entry.objects.filter(verb="downloaded").exists()
    client.post(asked["Location"], {**OUTSIDE, "key": uuid4()})
    taken = client.get(address)
    assert taken["Content-Type"] == "application/pdf"
    assert Entry.objects.get(verb="disclosed").child == child.public_id
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        assert client.get(address).status_code == 302


def test_what_was_answered_for_one_child_one_document_or_by_another_opens_no_other(
    child: Child, client: Client, worker: User
) -> None:
    other, sent = make_child(), submit(make_user(), child, RiskLevel.LOW)
    involve(other, worker)
    take_document(client, child, at("chronology_pdf", child))
    assert client.get(at("chronology_pdf", other)).status_code == 302
    assert client.get(reverse("matrix:submission_pdf", args=[sent.public_id])).status_code == 302
    assert sign_in(worker).get(at("chronology_pdf", child)).status_code == 302  # another sign-in
    # said of one child, the document of another is not given for it
    client.post(ask(child, at("chronology_pdf", other)), {"whose": "own", "key": uuid4()})
    assert client.get(at("chronology_pdf", other)).status_code == 302


@pytest.mark.walk
def test_every_document_about_a_child_is_given_after_its_questions_only() -> None:
    documents = [address for address in addresses() if address.is_document]
    assert {address.name for address in documents} == {document.url_name for document in DOCUMENTS}
    world = make_world(("involved", "submitted", "cevt"))
    for address in documents:
        person, story = next(reader for reader in readers(world, address) if reader[1] is not None)
        asked = sign_in(person).get(address.url(story, person))
        assert asked.status_code == 302, address.name
        assert asked["Location"].startswith(at("document_take", story.child)), address.name


def test_a_printed_page_says_whose_it_is_who_printed_it_and_when(child: Child, client: Client) -> None:
    page = text(client.get(at("overview", child)))
    assert "Official-Sensitive. Printed by Example Worker" in page
    assert "Official-Sensitive" not in Client().get(reverse("account_login")).content.decode()
