"""An outcome is a class, and a provider is a row: adding one touches nothing else (T4; house-f5)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from html import unescape
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, Team, User
from cems.actions.models import Action
from cems.base.calendar import close_of_business
from cems.base.errors import Invalid
from cems.base.time import today
from cems.children.choices import HarmForm, RiskLevel
from cems.children.models import Child
from cems.children.own_copy import own_copy
from cems.meetings.services.meeting import meeting_end
from plans.models import Provider
from plans.services.provider import ProviderTerms, provider_write, sync
from tests.factories.children import make_child
from tests.factories.people import make_user, sign_in, take_document
from tests.factories.triage import QUORATE, ruling, sitting, waiting_child
from tests.triage.cevt.pages import ADVISED, hidden, said, sheet
from triage.cevt.outcomes import (
    NOT_CEG,
    OUTCOMES,
    PROVIDER,
    Ask,
    Case,
    Offer,
    OutcomeKind,
    Problem,
    Wish,
    register,
)
from triage.cevt.services.decision import decision_make
from triage.models import Decision, Outcome

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T4")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


class CourtOrder(OutcomeKind):
    """An outcome nobody but this test knows of."""

    key = "court_order"
    label = "Ask the court for an order"
    figure = "Orders asked for"
    asks_why = "What the order is to stop"
    task = "Prepare the application for an order"
    working_days = 3

    def asks(self, offer: Offer) -> Sequence[Ask]:
        orders = [("risk", "Trafficking risk order"), ("exclusion", "Exclusion order")]
        return [*super().asks(offer), Ask("order", "Which order", "Choose the order.", choices=orders)]

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        return Problem("No order is asked for at Low.") if case.level < MODERATE else None

    def owner(self, child: Child) -> Team:
        return desk_of(Duty.ERASE, child.area_id)


@pytest.fixture
def court_order() -> Iterator[OutcomeKind]:
    yield register(CourtOrder())
    OUTCOMES.pop("court_order", None)


def typed(client: Client, child: Child, **more: object) -> dict[str, object]:
    """What the chair sends of the sheet's form: a decision at Moderate with this outcome."""
    html = client.get(sheet(child)).content.decode()
    fields = hidden(html[html.index('id="decision"') :])
    return {
        "step": "check",
        "key": fields["key"],
        "seen": fields["seen"],
        "level": str(MODERATE.value),
        "rationale": "Two men keep coming to the home.",
        **ADVISED,
        "outcomes": ["court_order", "advice"],
        "court_order_why": "Their visits.",
        "court_order_order": "exclusion",
        **more,
    }


def post(client: Client, child: Child, sent: dict[str, object]) -> tuple[int, str]:
    answer = client.post(sheet(child), sent)
    return answer.status_code, unescape(answer.content.decode())


def test_a_new_outcome_is_asked_checked_told_beforehand_done_and_written_of(
    chair: User, child: Child, court_order: OutcomeKind
) -> None:
    item = waiting_child(child, level=MODERATE)
    meeting = sitting(chair, *QUORATE)
    client, erase = sign_in(chair), desk_of(Duty.ERASE, child.area_id)
    # the form shows it with what it asks
    html = said(client, sheet(child))
    for words in (court_order.label, "What the order is to stop", "Which order", "Exclusion order"):
        assert words in html, words
    # the check refuses beside the field to mend, and keeps what was typed
    sent = typed(client, child)
    for change, words in (
        ({"court_order_order": ""}, "Choose the order."),
        ({"court_order_why": " "}, "Say what is wanted, and why."),
        ({"level": str(LOW.value)}, "No order is asked for at Low."),
        ({"court_order_order": "banishment"}, "banishment"),
    ):
        status, html = post(client, child, {**sent, **change})
        assert status == 400 and words in html and court_order.label in html, words
    assert not Decision.objects.exists()
    # the preview tells it, and nothing that is not so
    status, html = post(client, child, sent)
    assert status == 200 and "Prepare the application for an order" in html and str(erase) in html
    assert "CEG board" not in html
    # the decision keeps it and opens its action, with owner and clock
    assert post(client, child, {**sent, "step": "decide"})[0] == 302
    row = Outcome.objects.get(kind="court_order")
    assert (row.kind, row.label, row.why) == ("court_order", court_order.label, "Their visits.")
    assert row.details == {"order": "exclusion"}
    action = Action.objects.get(pk=row.action_id)
    assert (action.owner_team, action.key) == (erase, "cevt-court_order")
    assert action.detail == "Their visits.\nWhich order: Exclusion order"
    assert action.clock and action.clock.due_at == close_of_business(row.decision.decided_at, 3).due_at
    # letter, minutes, chronology, the child's own copy and the figures name it
    assert item.submission
    address = reverse("cevt:feedback_pdf", args=[item.submission.public_id])
    letter = take_document(client, child, address).content
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(letter)).pages).split())
    assert court_order.label in words
    desk = desk_of(Duty.FRONT_DOOR, child.area_id)
    assert "Whom to ring" in words and f"{desk.name}: {desk.phone}".rstrip(": ") in words
    meeting_end(chair, meeting=meeting)
    pages = {
        "minutes": (chair, reverse("cevt:minutes", args=[meeting.public_id])),
        "chronology": (chair, reverse("children:chronology", args=[child.public_id])),
        "figures": (make_user("erase_manager"), reverse("cevt:figures") + period()),
    }
    words = {
        "minutes": f"{court_order.label}: Their visits.; Which order: Exclusion order",
        "chronology": court_order.label,
        "figures": "Orders asked for: 1 of 1 decisions",
    }
    for name, (reader, url) in pages.items():
        assert words[name] in " ".join(said(sign_in(reader), url).split()), name
    copy = [
        entry
        for entry in own_copy([child.pk])
        if entry["kind"] == "CEVT outcome" and entry["outcome"] == court_order.label
    ]
    assert copy[0]["outcome"] == court_order.label and copy[0]["details"] == "Which order: Exclusion order"
    # a partnership that gives it up still reads what was decided, and is not offered it again
    del OUTCOMES["court_order"]
    assert court_order.label in said(sign_in(chair), pages["minutes"][1])
    assert f"{court_order.label}: 1 of 1 decisions" in said(
        sign_in(make_user("erase_manager")), pages["figures"][1]
    )


def period() -> str:
    """This month and the last, as the page of figures asks for it."""
    ends, starts = today(), today() - timedelta(days=31)
    days = {"starts": starts, "ends": ends}
    parts = [
        f"{name}_{place}={value}"
        for name, day in days.items()
        for place, value in enumerate((day.day, day.month, day.year))
    ]
    return "?" + "&".join(parts)


def test_the_api_takes_and_refuses_the_new_outcome_as_the_page_does(
    chair: User, child: Child, court_order: OutcomeKind
) -> None:
    item = waiting_child(child, level=MODERATE)
    sitting(chair, *QUORATE)
    client = APIClient()
    client.force_authenticate(chair)
    url = reverse("cevt-api:decision", args=[item.public_id])

    def send(**outcome: object) -> tuple[int, dict[str, object]]:
        sent = {
            "level": 2,
            "rationale": "Two men keep coming.",
            "seen": str(item.submission.public_id),  # type: ignore[union-attr]
            "feedback": "Clear and dated.",
            "outcomes": [
                {"kind": "court_order", "why": "Their visits.", **outcome},
                {"kind": "advice", "why": "Keep the visits."},
            ],
        }
        answer = client.post(url, sent, format="json", headers={"Idempotency-Key": str(uuid4())})
        return answer.status_code, answer.json()

    for details, field in (
        ({}, "court_order_order"),
        ({"order": "banishment"}, "court_order_order"),
        ({"order": "risk", "judge": "any"}, "court_order_judge"),
    ):
        status, refused = send(details=details)
        assert (status, refused["field"]) == (400, field)
    assert send(kind="unheard_of")[0] == 400
    status, shown = send(details={"order": "risk"})
    assert status == 201
    order = next(row for row in shown["decision"]["outcomes"] if row["kind"] == "court_order")  # type: ignore[index]
    assert (order["kind"], order["label"], order["details"]) == (
        "court_order",
        court_order.label,
        {"order": "risk"},
    )


def test_an_outcome_that_says_nothing_or_takes_anothers_key_is_not_made_known() -> None:
    class Silent(OutcomeKind):
        key, label, figure = "silent", "Silent", "Silent"

    class Twice(CourtOrder):
        key = NOT_CEG.key

    for kind in (Silent(), Twice()):
        with pytest.raises(ValueError, match="key of its own"):
            register(kind)
    assert "silent" not in OUTCOMES and OUTCOMES[NOT_CEG.key] is NOT_CEG


# --- providers ------------------------------------------------------------------------------------------


def terms(**kw: object) -> ProviderTerms:
    fields: dict[str, object] = {
        "name": "Made-up Mentors",
        "active_from": today() - timedelta(days=90),
        "phone": "0191 498 0000",
        "age_from": 13,
        "harms": ["criminal"],
        **kw,
    }
    return ProviderTerms(**fields)  # type: ignore[arg-type]


@pytest.fixture
def mentors() -> Provider:
    return provider_write(make_user("administrator"), terms=terms(), code="mentors")


def test_a_provider_is_a_row_offered_by_name_and_referred_to(
    chair: User, child: Child, mentors: Provider
) -> None:
    waiting_child(child, level=MODERATE)
    sitting(chair, *QUORATE)
    client = sign_in(chair)
    html = said(client, sheet(child))
    assert "Made-up Mentors" in html and "0191 498 0000" in html
    assert "provider-mentors_for" not in html  # they do not work with parents
    sent = typed(client, child, outcomes=["provider-mentors", "advice"], harms=["sexual"])
    status, html = post(client, child, sent)
    assert status == 400 and "Made-up Mentors takes any risk of criminal exploitation." in html
    sent |= {"harms": ["criminal"], "provider-mentors_why": "A mentor for the evenings."}
    status, html = post(client, child, sent)
    assert status == 200 and "Refer to Made-up Mentors, and record whether they take it" in html
    assert post(client, child, {**sent, "step": "decide"})[0] == 302
    row = Outcome.objects.select_related("action").get(kind="provider")
    assert (row.kind, row.label, row.provider, row.for_parents) == (
        "provider",
        "Made-up Mentors",
        mentors,
        False,
    )
    assert row.action and row.action.key == "cevt-provider-mentors"
    assert row.action.detail == "A mentor for the evenings.\n0191 498 0000"
    figures = said(sign_in(make_user("erase_manager")), reverse("cevt:figures") + period())
    assert "Referred to Made-up Mentors: 1 of 1 decisions" in figures


def test_house_f5_a_provider_that_was_ended_is_not_offered_and_refused_in_a_plain_sentence(
    chair: User, child: Child, mentors: Provider
) -> None:
    item = waiting_child(child, level=MODERATE)
    sitting(chair, *QUORATE)
    client = sign_in(chair)
    sent = typed(client, child, outcomes=["provider-mentors", "advice"], harms=["criminal"])
    # ended while the chair was typing
    last = today() - timedelta(days=1)
    manager = make_user("administrator")
    provider_write(
        manager, terms=terms(active_until=last), code="mentors", provider=mentors, version=mentors.version
    )
    sentence = "Made-up Mentors takes no referrals any more: the last day was"
    for step in ("check", "decide"):
        status, html = post(client, child, {**sent, "step": step})
        assert status == 400 and sentence in html and "Two men keep coming to the home." in html
    # nor by code that calls the service itself, and again
    mentors.refresh_from_db()
    wish = Wish(PROVIDER, "A mentor.", provider=mentors)
    for _ in range(2):
        with pytest.raises(Invalid, match=sentence) as refused:
            decision_make(
                chair, child=child, ruling=ruling(item, MODERATE, forms=[HarmForm.CRIMINAL], outcomes=[wish])
            )
        assert refused.value.field == "provider-mentors"
    assert not Decision.objects.exists()
    # a fresh form does not offer it
    assert "Made-up Mentors" not in said(client, sheet(child))
    # what was referred before stays readable, whatever became of the provider
    other = make_child(locality=child.locality)
    provider_write(
        manager, terms=terms(active_until=None), code="mentors", provider=mentors, version=mentors.version
    )
    mentors.refresh_from_db()
    wish = Wish(PROVIDER, "A mentor.", provider=mentors)
    decision_make(
        chair,
        child=other,
        ruling=ruling(
            waiting_child(other, level=MODERATE), MODERATE, forms=[HarmForm.CRIMINAL], outcomes=[wish]
        ),
    )
    provider_write(
        manager,
        terms=terms(name="Renamed", active_until=last),
        code="mentors",
        provider=mentors,
        version=mentors.version,
    )
    chronology = reverse("children:chronology", args=[other.public_id])
    assert "Made-up Mentors" in said(client, chronology)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"age_from": 18, "age_to": 16}, "age_from"),
        ({"active_until": today() - timedelta(days=100)}, "active_until"),
    ],
)
def test_a_provider_that_can_not_be_right_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        provider_write(make_user("administrator"), terms=terms(**change), code="mentors")
    assert refused.value.field == field and not Provider.objects.filter(code="mentors").exists()


def test_reference_data_brings_the_first_providers_and_keeps_what_people_wrote() -> None:
    sync()
    row = Provider.objects.get(code="changing-lives")
    assert (row.age_from, row.harms, row.levels, row.takes_parents) == (16, ["sexual"], [2, 3], True)
    changed = terms(name="Changing Lives North", active_until=today())
    provider_write(
        make_user("administrator"), terms=changed, code=row.code, provider=row, version=row.version
    )
    sync()
    row.refresh_from_db()
    assert (row.name, row.active_until) == ("Changing Lives North", today())
