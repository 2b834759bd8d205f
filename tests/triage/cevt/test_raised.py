"""A child is raised at CEVT without a matrix: who may, what refuses it, and who hears what became of it (T3, T4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.test import APIClient

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.errors import CommandError, Conflict, Invalid
from cems.base.time import now, today
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child, Matter
from cems.notices.models import Notice
from plans.models import Referral
from plans.services.referral import Told, first_contact, referral_decide, referral_open
from tests.factories.children import bar, involve, join, make_child, make_matter, restrict
from tests.factories.people import make_team, make_user, sign_in, take_document
from tests.factories.triage import make_chair, ruling, waiting_child
from triage.cevt.services.decision import decision_confirm, decision_make
from triage.cevt.services.item import item_raise, item_withdraw
from triage.choices import ItemKind
from triage.first_contact.outcomes import EARLY_HELP
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T3")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
WHY = "Seen twice this week with an adult nobody knows."


@pytest.fixture
def child() -> Child:
    """A child who is missing: CEVT's people have the record open, and it is not on their list."""
    row = make_child(given_name="Marnie", family_name="Madeup")
    make_matter(row, MatterKind.MISSING)
    return row


def page(child: Child) -> str:
    return reverse("cevt:item_raise", args=[child.public_id])


def send(user: User, child: Child, why: str = WHY, key: object = None) -> HttpResponse:
    return sign_in(user).post(page(child), {"why": why, "key": str(key or uuid4())})


def said(user: User, url: str) -> str:
    answer = sign_in(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def told(item: Item) -> str:
    return reverse("cevt:item_raised", args=[item.public_id])


def allow_decision(child: Child) -> None:
    """The child is eligible for CEVT: open to children's services."""
    waiting_child(child)
    Item.objects.exclude(kind=ItemKind.RAISED).update(closed_at=now(), withdrawn_why="Not of this test")


# --- raising -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["cevt_chair", "cevt_member", "first_contact"])
def test_who_decides_speaks_or_answers_the_front_door_raises_a_child(role: str, child: Child) -> None:
    user = make_user(role, team=make_team())
    assert page(child) in said(user, reverse("children:overview", args=[child.public_id]))
    html = said(user, page(child))
    assert "No clock for CEVT runs" in html and "tel:999" in html
    assert "First Contact has not processed this child" in html
    answer = send(user, child)
    item = Item.objects.get()
    assert answer.status_code == 302 and answer["Location"] == told(item)
    assert (item.kind, item.why, item.raised_by, item.clock) == (ItemKind.RAISED, WHY, user, None)
    assert Matter.objects.get(child=child, kind=MatterKind.CEVT).closed_at is None
    assert "It waits for CEVT" in said(user, told(item))
    assert Entry.objects.filter(subject_kind="triage.item", subject_id=str(item.public_id)).exists()


def test_before_the_gate_first_contact_has_it_as_a_referral_and_behind_it_not(
    child: Child, chair: User
) -> None:
    item_raise(chair, child=child, why=WHY)
    referral = Referral.objects.get(child=child)
    assert WHY in referral.concern and referral.clock.owner_team == first_contact(child)
    desk = make_user("first_contact")
    referral_decide(desk, referral=referral, outcome=EARLY_HELP, rationale="A family worker.")
    assert "CEVT can decide" in said(chair, reverse("cevt:list"))
    item_withdraw(chair, item=Item.objects.get(), why="To be raised again.")
    allow_decision(child)
    referrals = Referral.objects.count()
    item_raise(chair, child=child, why="Seen again with him.")
    assert Referral.objects.count() == referrals
    # One that is open already takes the words in.
    other = make_child(family_name="Otherby")
    referral_open(chair, child=other, told=Told(concern="Rang in by the school."))
    item_raise(chair, child=other, why=WHY)
    other_referral = Referral.objects.get(child=other)
    assert "Rang in by the school." in other_referral.concern and WHY in other_referral.concern


def test_the_list_and_the_sheet_say_why_by_whom_and_when(child: Child, chair: User) -> None:
    nurse = make_user("cevt_member", team=make_team(), name="Example Nurse")
    item_raise(nurse, child=child, why=WHY)
    for url in (reverse("cevt:list"), reverse("cevt:sheet", args=[child.public_id])):
        html = said(chair, url)
        assert WHY in html and "Raised by Example Nurse" in html and str(nurse.agency) in html
    assert "The clock runs meanwhile" not in said(chair, reverse("cevt:list"))  # there is none
    overview = said(chair, reverse("children:overview", args=[child.public_id]))
    assert "On CEVT’s list since" in overview


def test_sent_twice_it_is_raised_once(child: Child, chair: User) -> None:
    key = uuid4()
    first, second = send(chair, child, key=key), send(chair, child, key=key)
    assert (first["Location"], Item.objects.count()) == (second["Location"], 1)
    # The same words by another form of the same person are the same concern.
    assert send(chair, child).status_code == 302 and Item.objects.count() == 1


def test_one_that_is_open_is_shown_in_the_place_of_the_form_and_typed_words_stay(
    child: Child, chair: User
) -> None:
    allow_decision(child)  # so First Contact has no referral, which would open the words to it
    nurse = make_user("cevt_member", team=make_team(), name="Example Nurse")
    item_raise(nurse, child=child, why=WHY)
    html = said(chair, page(child))
    assert WHY in html and "Example Nurse" in html and "<textarea" not in html
    assert reverse("cevt:sheet", args=[child.public_id]) in html
    answer = send(chair, child, "Typed while the other was sent.")
    html = unescape(answer.content.decode())
    assert answer.status_code == 409 and "Typed while the other was sent." in html
    assert "is on CEVT’s list already" in html
    assert Item.objects.filter(kind=ItemKind.RAISED).count() == 1
    # First Contact reads that there is one, and neither whose nor which words.
    desk = said(make_user("first_contact"), page(child))
    assert "is on CEVT’s list already" in desk and WHY not in desk and "Example Nurse" not in desk


def test_without_words_it_says_so_and_a_concern_needs_a_reason(child: Child, chair: User) -> None:
    answer = send(chair, child, "  ")
    assert answer.status_code == 400
    assert "Say what CEVT should look at, and why now." in answer.content.decode()
    with pytest.raises(Invalid):
        item_raise(chair, child=child, why=" \n")
    assert not Item.objects.exists()


@pytest.mark.requirement("A2")
def test_a_stranger_finds_nothing_and_a_role_without_the_work_may_not(child: Child) -> None:
    worker = make_user("practitioner", team=make_team())
    assert sign_in(worker).get(page(child)).status_code == 404
    involve(child, worker)
    assert sign_in(worker).get(page(child)).status_code == 403
    assert send(worker, child).status_code == 403 and not Item.objects.exists()
    assert page(child) not in said(worker, reverse("children:overview", args=[child.public_id]))


@pytest.mark.requirement("A2")
def test_a_restricted_record_and_a_barred_person_raise_nothing(child: Child, chair: User) -> None:
    nurse = make_user("cevt_member", team=make_team())
    bar(child, nurse)
    assert send(nurse, child).status_code == 404
    restrict(child, owner=make_user())
    assert send(chair, child).status_code == 404 and not Item.objects.exists()


def test_a_merged_record_is_raised_as_the_whole(child: Child, chair: User) -> None:
    other = make_child()
    join(child, other)
    answer = send(chair, other)
    assert answer.status_code == 302 and Item.objects.get().child == child
    with pytest.raises(Conflict):
        item_raise(make_user(), child=child, why="Another worry.")


def test_a_child_who_has_died_is_not_raised(child: Child, chair: User) -> None:
    Child.objects.unscoped("a child of the test has died").update(died_on=today())
    with pytest.raises(Conflict, match="has died"):
        item_raise(chair, child=child, why=WHY)
    assert "<textarea" not in said(chair, page(child))
    assert page(child) not in said(chair, reverse("children:overview", args=[child.public_id]))


@pytest.mark.django_db(transaction=True)
def test_two_who_raise_at_the_same_instant_make_one_item(child: Child) -> None:
    people = [make_chair(), make_user("cevt_member", team=make_team())]

    def raise_it(user: User) -> str:
        try:
            return str(item_raise(user, child=child, why=f"Raised by {user}.").public_id)
        except CommandError as refused:
            return refused.message
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(raise_it, people))
    assert answers == {
        str(Item.objects.get().public_id),
        "A concern about this child is on CEVT's list already.",
    }


# --- what became of it ---------------------------------------------------------------------------------


@pytest.mark.requirement("T4")
def test_whoever_raised_it_is_told_and_reads_the_decision(child: Child, chair: User) -> None:
    nurse = make_user("cevt_member", team=make_team(), name="Example Nurse")
    allow_decision(child)
    item = item_raise(nurse, child=child, why=WHY)
    seen = Item.objects.exclude(pk=item.pk).get().submission.public_id  # type: ignore[union-attr]
    ready = ruling(item, MODERATE, seen=seen, rationale="A known uncle.", feedback="Right to bring it.")
    row = decision_make(chair, child=child, ruling=ready)
    notice = Notice.objects.get(user=nurse, kind="triage.decided")
    assert notice.url == told(item) and row.reference in notice.text and "Madeup" not in notice.text
    html = said(nurse, told(item))
    assert "A known uncle." in html and "Right to bring it." in html and row.reference in html
    assert Entry.objects.filter(subject_id=str(item.public_id), part="decisions", verb="viewed").exists()
    # A confirmation that changes the level is told too, and counts.
    final = ruling(item, LOW, seen=seen, agreed_with="Team manager, by phone", rationale="Checked again.")
    decision_confirm(make_chair(), decision=row, ruling=final)
    assert Notice.objects.filter(user=nurse, kind="triage.decided").count() == 2
    assert "Checked again." in said(nurse, told(item))


@pytest.mark.requirement("T4", "A2")
def test_whoever_raised_it_reads_what_a_submitter_reads_by_page_letter_and_api(
    child: Child, chair: User
) -> None:
    desk = make_user("first_contact", name="Example Desk")
    allow_decision(child)
    item = item_raise(desk, child=child, why=WHY)
    seen = Item.objects.exclude(pk=item.pk).get().submission.public_id  # type: ignore[union-attr]
    letter = reverse("cevt:item_letter", args=[item.public_id])
    assert take_document(sign_in(desk), child, letter).status_code == 409  # there is none before the decision
    words = {"rationale": "Kept at the table.", "feedback": "Right to bring it.", "seen": seen}
    row = decision_make(chair, child=child, ruling=ruling(item, LOW, **words))
    assert Notice.objects.filter(user=desk, kind="triage.decided").exists()
    html = said(desk, told(item))
    for given in ("Low", row.reference, "Right to bring it.", "Keep the weekly visits.", "The youth club"):
        assert given in html, given
    assert "Kept at the table." not in html
    assert quote(letter, safe="") in html  # who takes it away is asked to whom it goes
    answer = take_document(sign_in(desk), child, letter)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert "Madeup" not in answer["Content-Disposition"]
    assert Entry.objects.filter(verb="downloaded", subject_id=str(item.public_id)).exists()
    by_api = sign_in(desk, APIClient()).get(reverse("cevt-api:item", args=[item.public_id])).json()
    decision = by_api["item"]["decision"]
    assert (decision["level"], decision["feedback"]) == (LOW, "Right to bring it.")
    assert "Kept at the table." not in str(by_api) and "Keep the weekly visits." in str(decision)
    assert by_api["contributions"] == []
    # who reads CEVT's decisions finds the letter on the child's page, with the reasons
    assert take_document(sign_in(chair), child, letter).status_code == 200
    assert sign_in(make_user("practitioner", team=make_team())).get(letter).status_code == 404


@pytest.mark.requirement("T4", "A2")
def test_a_member_keeps_sight_of_what_they_raised_once_cevt_follows_the_child_no_longer(
    child: Child, chair: User
) -> None:
    nurse = make_user("cevt_member", team=make_team())
    allow_decision(child)
    item = item_raise(nurse, child=child, why=WHY)
    seen = Item.objects.exclude(pk=item.pk).get().submission.public_id  # type: ignore[union-attr]
    decision_make(
        chair, child=child, ruling=ruling(item, LOW, seen=seen, rationale="Kept here.", feedback="Right.")
    )
    Matter.objects.filter(child=child).update(closed_at=now(), until=now())
    html = said(nurse, told(item))
    assert "Right." in html and WHY in html and "Kept here." not in html
    letter = reverse("cevt:item_letter", args=[item.public_id])
    assert take_document(sign_in(nurse), child, letter).status_code == 200


@pytest.mark.requirement("T4", "A2")
def test_restricted_or_barred_whoever_raised_it_reads_no_more_than_that_it_was_discussed(
    child: Child, chair: User
) -> None:
    desk = make_user("first_contact")
    allow_decision(child)
    item = item_raise(desk, child=child, why=WHY)
    seen = Item.objects.exclude(pk=item.pk).get().submission.public_id  # type: ignore[union-attr]
    decision_make(chair, child=child, ruling=ruling(item, LOW, seen=seen, feedback="Right to bring it."))
    restrict(child, owner=make_user())
    html = said(desk, told(item))
    assert "CEVT discussed it on" in html and child.reference not in html
    assert WHY not in html and "Right to bring it." not in html
    letter = reverse("cevt:item_letter", args=[item.public_id])
    assert sign_in(desk).get(letter).status_code == 404
    bar(child, desk)
    assert sign_in(desk).get(told(item)).status_code == 404


@pytest.mark.requirement("T4")
def test_the_child_s_page_leads_to_the_letter_of_a_concern(child: Child, chair: User) -> None:
    lead = make_user()
    involve(child, lead)
    allow_decision(child)
    item = item_raise(chair, child=child, why=WHY)
    seen = Item.objects.exclude(pk=item.pk).get().submission.public_id  # type: ignore[union-attr]
    decision_make(chair, child=child, ruling=ruling(item, MODERATE, seen=seen))
    letter = reverse("cevt:item_letter", args=[item.public_id])
    assert quote(letter, safe="") in said(lead, reverse("children:overview", args=[child.public_id]))
    assert take_document(sign_in(lead), child, letter).status_code == 200


@pytest.mark.requirement("T4")
def test_whoever_raised_it_reads_why_it_was_taken_off(child: Child, chair: User) -> None:
    desk = make_user("first_contact")
    item = item_raise(desk, child=child, why=WHY)
    item_withdraw(chair, item=item, why="It was about a cousin.")
    assert Notice.objects.get(user=desk, kind="triage.withdrawn").url == told(item)
    assert "It was about a cousin." in said(desk, told(item))
    # The chair who takes off what the chair raised is not told by a notice of their own doing.
    own = item_raise(chair, child=child, why="Another worry.")
    item_withdraw(chair, item=own, why="Settled by telephone.", at=now() + timedelta(minutes=1))
    assert not Notice.objects.filter(user=chair, kind="triage.withdrawn").exists()


@pytest.mark.requirement("A2")
def test_what_one_raised_is_there_for_nobody_else(child: Child, chair: User) -> None:
    item = item_raise(make_user("first_contact"), child=child, why=WHY)
    assert sign_in(chair).get(told(item)).status_code == 404
    matrix = waiting_child(make_child(), by=chair)
    assert sign_in(chair).get(told(matrix)).status_code == 404
    assert sign_in(chair).get(reverse("cevt:item_raised", args=[uuid4()])).status_code == 404
