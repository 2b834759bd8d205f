"""What CEVT decides is read by the people it is about, and each of them is told (T4; truth-f1)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.errors import Invalid
from cems.base.time import local_date, now
from cems.children.access.document import document_url
from cems.children.choices import RiskLevel
from cems.children.models import Child, Status
from cems.notices.models import Notice
from plans.services.referral import referral_open
from tests.factories.children import bar, involve
from tests.factories.people import appoint, make_team, make_user, sign_in, stand_in
from tests.factories.triage import QUORATE, ruling, sitting, waiting_child
from tests.triage.cevt.pages import hidden, said, sheet
from triage.advice.selectors import library
from triage.advice.services import sync
from triage.cevt.outcomes import ADVICE, NOT_CEG, OUTCOMES, Wish
from triage.cevt.selectors.meeting import minutes
from triage.cevt.services.decision import Ruling, Task, decision_confirm, decision_make
from triage.first_contact.outcomes import STRATEGY
from triage.first_contact.services.assessment import referral_settle
from triage.models import Decision, Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T4")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
OVERVIEW, CHRONOLOGY = "children:overview", "children:chronology"


@pytest.fixture
def lead(child: Child) -> User:
    """Works with the child, and sent no matrix."""
    person = make_user("practitioner", name="Lee Leads", team=make_team())
    involve(child, person, "lead_practitioner")
    return person


def page(user: User, name: str, child: Child) -> str:
    return said(sign_in(user), reverse(name, args=[child.public_id]))


def moderate(item: Item, **kw: object) -> Ruling:
    words = {"rationale": "Debts and late lifts home.", "feedback": "Clear and dated: thank you.", **kw}
    return ruling(item, MODERATE, **words)


def told(person: User, child: Child) -> int:
    return Notice.objects.filter(user=person, kind="triage.child_decided", child=child.public_id).count()


def test_the_lead_who_sent_nothing_reads_it_all_on_the_childs_page_and_in_the_chronology(
    child: Child, chair: User, lead: User
) -> None:
    item = waiting_child(child)
    sync()
    entry = library().get(code="ring-childline").current
    advice = Wish(ADVICE, advice=[entry], details={"support": "The youth club."})
    not_ceg = Wish(
        NOT_CEG, "Managed by the plan.", details={"context": "Work with the skate park.", "plan": "Lifts."}
    )
    task = Task("Ring the youth club", lead)
    meeting = sitting(chair, *QUORATE)
    row = decision_make(
        chair, child=child, meeting=meeting, ruling=moderate(item, outcomes=[advice, not_ceg], tasks=[task])
    )
    html = page(lead, OVERVIEW, child)
    for words in (
        "What CEVT decided",
        row.reference,
        "Debts and late lifts home.",
        "Not for CEG: Managed by the plan.",
        "Work with the skate park.",
        entry.title,
        "0800 1111",
        "Any hour of any day",
        "Ring the youth club",
        "Clear and dated: thank you.",
    ):
        assert words in html, words
    letter = reverse("cevt:feedback_pdf", args=[item.submission.public_id]) if item.submission else ""
    assert f'href="{letter}"' not in html and f'href="{document_url(child.public_id, letter)}"' in html
    line = page(lead, CHRONOLOGY, child)
    assert f"CEVT agreed Moderate ({row.reference})" in line and "Debts and late lifts home." in line
    assert "Not for CEG: Managed by the plan." in line
    assert told(lead, child) == 1


def test_who_sent_the_matrix_reads_the_chairs_words_advice_and_what_follows_and_not_cevts_own_reasons(
    child: Child, chair: User
) -> None:
    sender = make_user("practitioner")
    item = waiting_child(child, by=sender)
    not_ceg = Wish(NOT_CEG, "Managed by the plan.", details={"context": "Work with the skate park."})
    decision_make(
        chair,
        child=child,
        ruling=moderate(
            item, rationale="Police hold more.", outcomes=[Wish(ADVICE, "Keep the visits."), not_ceg]
        ),
    )
    assert item.submission
    html = said(sign_in(sender), reverse("matrix:submission", args=[item.submission.public_id]))
    for words in (
        "Clear and dated: thank you.",
        "Keep the visits.",
        "Managed by the plan.",
        "Work with the skate park.",
    ):
        assert words in html, words
    assert "What happens next" in html and "Advice to the lead practitioner" in html
    assert "Police hold more." not in html


def test_truth_f1_a_lead_who_is_away_has_a_cover_and_one_who_left_a_manager_who_are_told(
    child: Child, chair: User, lead: User
) -> None:
    cover = make_user("practitioner")
    manager = make_user("team_manager", team=lead.appointments.get().team)
    stand_in(cover, lead.appointments.get())
    decision_make(chair, child=child, ruling=moderate(waiting_child(child)))
    assert [told(person, child) for person in (lead, cover, manager)] == [1, 1, 1]
    User.objects.filter(pk=lead.pk).update(is_active=False)
    again = Decision.objects.get()
    decision_confirm(
        chair,
        decision=again,
        ruling=ruling(again.items.get(), SIGNIFICANT, agreed_with="Team manager, by phone at 15:10"),
    )
    assert [told(person, child) for person in (lead, manager)] == [1, 2]


def test_who_is_barred_is_not_told_and_the_check_page_and_the_minutes_name_who_is(
    child: Child, chair: User, lead: User
) -> None:
    manager = make_user("practitioner", name="Max Manages")
    appoint(manager, "team_manager", team=lead.appointments.get().team)
    barred = make_user("practitioner", name="Bo Barred")
    involve(child, barred)
    bar(child, barred)
    item = waiting_child(child)
    meeting = sitting(chair, *QUORATE)
    client = sign_in(chair)
    typed = {
        **hidden(said(client, sheet(child))),
        "level": "2",
        "rationale": "Debts.",
        "outcomes": ["advice"],
        "advice_why": "Keep the visits.",
        "step": "check",
    }
    check = client.post(sheet(child), typed).content.decode()
    assert "Lee Leads" in check and "Max Manages" in check and "Bo Barred" not in check
    decision_make(chair, child=child, meeting=meeting, ruling=moderate(item))
    [minuted] = minutes(chair, meeting, now()).children
    words = "; ".join(minuted.told)
    assert "Lee Leads" in words and "Max Manages" in words and "Bo Barred" not in words
    assert (told(manager, child), told(barred, child)) == (1, 0)


def test_the_words_for_who_sent_it_are_proposed_from_the_reasons_and_compulsory(
    child: Child, chair: User
) -> None:
    waiting_child(child)
    client = sign_in(chair)
    typed = {
        **hidden(said(client, sheet(child))),
        "level": "2",
        "rationale": "Debts, and lifts home.",
        "outcomes": ["advice"],
        "advice_why": "Keep the visits.",
    }
    check = client.post(sheet(child), {**typed, "step": "check"})
    assert b'<textarea name="feedback"' in check.content or b'name="feedback"' in check.content
    assert check.content.decode().count("Debts, and lifts home.") >= 2
    refused = client.post(sheet(child), {**typed, "feedback": " ", "step": "decide"})
    assert (
        refused.status_code == 400 and "Write what the person who sent the matrix" in refused.content.decode()
    )
    assert not Decision.objects.exists()
    assert client.post(sheet(child), {**typed, "feedback": "Clear.", "step": "decide"}).status_code == 302
    assert Decision.objects.get().feedback == "Clear."


@pytest.mark.parametrize("level", [MODERATE, LOW])
def test_advice_is_compulsory_or_none_because(child: Child, chair: User, level: RiskLevel) -> None:
    item = waiting_child(child)
    empty = Wish(ADVICE)
    with pytest.raises(Invalid) as refused:
        decision_make(chair, child=child, ruling=ruling(item, level, outcomes=[empty]))
    assert refused.value.field == "advice_why"
    both = Wish(ADVICE, "Keep on.", details={"none": "None is needed."})
    with pytest.raises(Invalid, match="Either give advice"):
        decision_make(chair, child=child, ruling=ruling(item, level, outcomes=[both]))
    none = Wish(ADVICE, details={"none": "The worker knows all of it."})
    row = decision_make(chair, child=child, ruling=ruling(item, level, outcomes=[none]))
    [outcome] = row.outcomes.filter(kind="advice")
    assert outcome.label == "No advice to the lead practitioner"
    assert OUTCOMES["advice"].figure_of(outcome.label) == "No advice, with the reason"


def test_a_child_no_service_knows_gets_words_on_support(child: Child, chair: User) -> None:
    item = waiting_child(child, at=now() - timedelta(days=1))
    Status.objects.filter(child=child).update(ends_on=local_date(now()) - timedelta(days=1))
    officer = make_user("first_contact")
    referral_settle(
        officer, referral=referral_open(officer, child=child), outcome=STRATEGY, rationale="To CEVT."
    )
    with pytest.raises(Invalid) as refused:
        decision_make(chair, child=child, ruling=ruling(item, MODERATE, outcomes=[Wish(ADVICE, "Keep on.")]))
    assert refused.value.field == "advice_support"


def test_confirming_asks_for_no_second_advice_and_the_page_shows_what_stands(
    child: Child, chair: User, lead: User
) -> None:
    item = waiting_child(child)
    first = decision_make(
        chair, child=child, ruling=moderate(item, outcomes=[Wish(ADVICE, "Keep the visits.")])
    )
    assert "It will be confirmed" in page(lead, OVERVIEW, child)
    final = ruling(item, MODERATE, agreed_with="Team manager, by phone at 15:10", feedback="Confirmed.")
    decision_confirm(chair, decision=first, ruling=replace(final, outcomes=[]))
    html = page(lead, OVERVIEW, child)
    assert "Keep the visits." in html and "It will be confirmed" not in html
    assert told(lead, child) == 2


def test_a_stranger_reads_nothing(child: Child, chair: User, client: Client) -> None:
    decision_make(chair, child=child, ruling=moderate(waiting_child(child)))
    stranger = sign_in(make_user("practitioner"))
    assert stranger.get(reverse(OVERVIEW, args=[child.public_id])).status_code == 404
