"""Forms of harm, reasons for a return or the board are data: a new one goes the whole way, an ended one reads on."""

from datetime import timedelta
from html import unescape
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from rest_framework.test import APIClient

from cems.accounts.models import User
from cems.base.errors import Invalid
from cems.base.time import now, today
from cems.children.choices import RiskLevel
from cems.children.models import AgreedLevel, Child
from cems.children.own_copy import own_copy
from cems.children.practice_lists import HARM_FORMS
from cems.policy.models import ListEntry
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import make_user, sign_in, take_document
from tests.factories.practice_lists import end_yesterday, write_entry
from tests.factories.triage import QUORATE, ruling, sitting, waiting_child
from tests.triage.cevt.pages import ADVISED, hidden, said, sheet
from triage.cevt.outcomes import CEG, Wish
from triage.cevt.services.decision import decision_make
from triage.models import Decision, Item, Outcome
from triage.practice_lists import CEG_REASONS, RETURN_REASONS

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T4")]
LOW, MODERATE = RiskLevel.LOW, RiskLevel.MODERATE


def typed(client: Client, child: Child, **more: object) -> dict[str, object]:
    """What the chair sends of the sheet's form: a decision at Moderate."""
    html = client.get(sheet(child)).content.decode()
    fields = hidden(html[html.index('id="decision"') :])
    return {
        "step": "decide",
        "key": fields["key"],
        "seen": fields["seen"],
        "level": str(MODERATE.value),
        "rationale": "Two men keep coming to the home.",
        **ADVISED,
        **more,
    }


def plain(client: Client, url: str) -> str:
    return " ".join(said(client, url).split())


@pytest.mark.requirement("C4")
class TestFormsOfHarm:
    @pytest.fixture
    def cuckooing(self) -> ListEntry:
        return write_entry(HARM_FORMS, "Cuckooing of the home", after="county_lines")

    def test_a_new_form_is_chosen_decided_filtered_and_read(
        self, chair: User, child: Child, cuckooing: ListEntry
    ) -> None:
        item = waiting_child(child, level=MODERATE)
        sitting(chair, *QUORATE)
        client = sign_in(chair)
        assert cuckooing.label in said(client, sheet(child))
        assert cuckooing.label in said(client, reverse("cevt:list"))  # the filter
        assert client.post(sheet(child), typed(client, child, harms=[cuckooing.key])).status_code == 302
        assert AgreedLevel.objects.get(child=child).forms == [cuckooing.key]
        assert item.submission
        pages = [
            reverse("children:levels", args=[child.public_id]),
            reverse("children:overview", args=[child.public_id]),
        ]
        for url in pages:
            assert cuckooing.label.lower() in plain(client, url).lower(), url
        address = reverse("cevt:feedback_pdf", args=[item.submission.public_id])
        letter = take_document(client, child, address).content
        assert cuckooing.label.lower() in " ".join(
            PdfReader(BytesIO(letter)).pages[0].extract_text().lower().split()
        )
        copy = next(entry for entry in own_copy([child.pk]) if entry["kind"] == "Agreed level")
        assert copy["forms of harm"] == [cuckooing.label]

    def test_an_ended_form_reads_on_stays_where_it_was_chosen_and_is_offered_nowhere_else(
        self, chair: User, child: Child, cuckooing: ListEntry
    ) -> None:
        item = waiting_child(child, level=MODERATE)
        assert item.submission
        matrix = item.submission.matrix
        matrix.forms = [cuckooing.key]
        matrix.save(update_fields=["forms"])
        sitting(chair, *QUORATE)
        end_yesterday(cuckooing)
        client = sign_in(chair)
        assert f'value="{cuckooing.key}"' in client.get(sheet(child)).content.decode()
        other = make_child(locality=child.locality)
        waiting_child(other, level=MODERATE)
        assert cuckooing.label not in said(client, sheet(other))
        refused = client.post(sheet(other), typed(client, other, harms=[cuckooing.key]))
        assert refused.status_code == 400 and not Decision.objects.exists()
        assert client.post(sheet(child), typed(client, child, harms=[cuckooing.key])).status_code == 302
        levels = reverse("children:levels", args=[child.public_id])
        assert cuckooing.label in plain(client, levels)

    def test_one_nobody_knows_is_refused_by_the_service(self, chair: User, child: Child) -> None:
        item = waiting_child(child, level=MODERATE)
        meeting = sitting(chair, *QUORATE)
        for _ in range(2):
            with pytest.raises(Invalid) as refused:
                decision_make(
                    chair, child=child, ruling=ruling(item, MODERATE, forms=["picnic"]), meeting=meeting
                )
            assert refused.value.field == "forms"
        assert not Decision.objects.exists()


@pytest.mark.requirement("T7")
class TestReasonsForAReturn:
    @pytest.fixture
    def debt(self) -> ListEntry:
        return write_entry(RETURN_REASONS, "A debt was called in", after="help_ended")

    @pytest.fixture
    def back(self, chair: User, child: Child) -> Item:
        """The child was decided at Low two months ago, and is back."""
        user, then = make_user(), now() - timedelta(days=60)
        first = waiting_child(child, level=MODERATE, by=user, at=then)
        decision_make(chair, child=child, ruling=ruling(first, LOW), at=then + timedelta(days=1))
        return Item.objects.get(submission=submit(user, child, MODERATE))

    def test_a_new_reason_is_asked_kept_and_counted(
        self, chair: User, child: Child, back: Item, debt: ListEntry
    ) -> None:
        sitting(chair, *QUORATE)
        client = sign_in(chair)
        assert debt.label in said(client, sheet(child))
        sent = typed(client, child, returned_because=debt.key)
        assert client.post(sheet(child), sent).status_code == 302
        assert Decision.objects.latest("pk").returned_because == debt.key
        figures = reverse("cevt:figures") + f"?{_days()}"
        manager = sign_in(make_user("erase_manager"))
        assert debt.label in plain(manager, figures)
        copy = [entry["why returned"] for entry in own_copy([child.pk]) if entry["kind"] == "CEVT decision"]
        assert debt.label in copy
        end_yesterday(debt)
        assert debt.label in plain(manager, figures)

    def test_an_ended_reason_is_refused_by_page_service_and_api(
        self, chair: User, child: Child, back: Item, debt: ListEntry
    ) -> None:
        sitting(chair, *QUORATE)
        end_yesterday(debt)
        client = sign_in(chair)
        assert debt.label not in said(client, sheet(child))
        refused = client.post(sheet(child), typed(client, child, returned_because=debt.key))
        assert refused.status_code == 400
        with pytest.raises(Invalid) as wrong:
            decision_make(chair, child=child, ruling=ruling(back, MODERATE, returned_because=debt.key))
        assert wrong.value.field == "returned_because"
        status, answer = send(chair, back, returned_because=debt.key)
        assert status == 400 and "returned_because" in str(answer)
        assert Decision.objects.count() == 1

    def test_the_api_takes_the_new_reason(self, chair: User, back: Item, debt: ListEntry) -> None:
        sitting(chair, *QUORATE)
        assert send(chair, back, returned_because=debt.key, forms=["online"])[0] == 201
        assert Decision.objects.latest("pk").returned_because == debt.key


class TestReasonsForTheBoard:
    @pytest.fixture
    def hotspot(self) -> ListEntry:
        return write_entry(CEG_REASONS, "A place of concern")

    def test_a_new_reason_is_chosen_told_beforehand_and_stands_in_the_minutes(
        self, chair: User, child: Child, hotspot: ListEntry
    ) -> None:
        waiting_child(child, level=MODERATE)
        meeting = sitting(chair, *QUORATE)
        client = sign_in(chair)
        assert hotspot.label in said(client, sheet(child))
        sent = typed(
            client,
            child,
            outcomes=["ceg", "advice"],
            ceg_reason=hotspot.key,
            ceg_why="Three children meet there.",
        )
        sent["ceg_locality"] = ""
        preview = client.post(sheet(child), {**sent, "step": "check"})
        assert preview.status_code == 200 and "(a place of concern)" in unescape(preview.content.decode())
        assert client.post(sheet(child), sent).status_code == 302
        assert Outcome.objects.get(kind="ceg").ceg_reason == hotspot.key
        end_yesterday(hotspot)
        minutes = reverse("cevt:minutes", args=[meeting.public_id])
        assert "(a place of concern): Three children meet there." in plain(client, minutes)

    def test_an_ended_reason_is_not_offered_and_refused(
        self, chair: User, child: Child, hotspot: ListEntry
    ) -> None:
        item = waiting_child(child, level=MODERATE)
        meeting = sitting(chair, *QUORATE)
        end_yesterday(hotspot)
        assert hotspot.label not in said(sign_in(chair), sheet(child))
        wish = Wish(CEG, "Three children meet there.", ceg_reason=hotspot.key, locality=child.locality)
        for _ in range(2):
            with pytest.raises(Invalid, match="not offered any more"):
                decision_make(
                    chair, child=child, ruling=ruling(item, MODERATE, outcomes=[wish]), meeting=meeting
                )
        assert not Decision.objects.exists()


def send(chair: User, item: Item, **more: object) -> tuple[int, object]:
    """Decide by the API."""
    client = APIClient()
    client.force_authenticate(chair)
    assert item.submission
    sent = {
        "level": 2,
        "rationale": "Two men keep coming.",
        "feedback": "Clear and dated.",
        "outcomes": [{"kind": "advice", "why": "Keep the visits."}],
        "seen": str(item.submission.public_id),
        **more,
    }
    url = reverse("cevt-api:decision", args=[item.public_id])
    answer = client.post(url, sent, format="json", headers={"Idempotency-Key": str(uuid4())})
    return answer.status_code, answer.json()


def _days() -> str:
    ends, starts = today(), today() - timedelta(days=31)
    days = {"starts": starts, "ends": ends}
    return "&".join(
        f"{name}_{place}={value}"
        for name, when in days.items()
        for place, value in enumerate((when.day, when.month, when.year))
    )
