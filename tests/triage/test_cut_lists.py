"""A list that is cut says so, and how its reader gets to the rest (silent limits are faults)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

import ceg.selectors.board
import triage.allocation.selectors.handover
import triage.cevt.selectors.listing
from cems.accounts.models import Authority, User
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.history.selectors.claim import ORDER
from cems.children.history.selectors.involvement import own_claims
from cems.children.history.services.involvement import involvement_start
from cems.children.models import Child
from tests.factories.allocation import child_at, make_manager, waits
from tests.factories.children import make_child
from tests.factories.people import make_locality, make_user, sign_in
from tests.factories.triage import ruling, waiting_child
from tests.triage.cevt.pages import LIST, said
from triage.allocation.selectors.handover import handover
from triage.cevt.services.decision import decision_make
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T3")]
CUT = "The list is cut here"


def child_item(child: Child) -> Item:
    return Item.objects.get(child=child)


def on_the_list(count: int) -> list[Child]:
    children = [make_child(locality=make_locality("east")) for _ in range(count)]
    for child in children:
        waiting_child(child)
    return children


def test_cevts_list_says_where_it_is_cut(chair: User, monkeypatch: pytest.MonkeyPatch) -> None:
    on_the_list(2)
    monkeypatch.setattr(triage.cevt.selectors.listing, "MOST", 2)
    assert CUT not in said(sign_in(chair), LIST)
    monkeypatch.setattr(triage.cevt.selectors.listing, "MOST", 1)
    page = said(sign_in(chair), LIST)
    assert CUT in page and "as these are decided" in page


def test_what_was_decided_today_leads_on_to_the_minutes(chair: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for child in on_the_list(2):
        item = child_item(child)
        decision_make(chair, child=child, ruling=ruling(item, RiskLevel.MODERATE))
    monkeypatch.setattr(triage.cevt.selectors.listing, "MOST", 1)
    page = said(sign_in(chair), LIST)
    assert CUT in page and "have all that was decided" in page


def test_a_board_says_where_it_is_cut(chair: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for child in on_the_list(2):
        decision_make(chair, child=child, ruling=ruling(child_item(child)))
    client, url = sign_in(make_user("ceg_chair", locality=make_locality("east"))), reverse("ceg:board")
    assert CUT not in said(client, url)
    monkeypatch.setattr(ceg.selectors.board, "MOST", 1)
    page = said(client, url)
    assert CUT in page and "as these are reviewed" in page


def test_the_handover_before_days_off_says_where_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = make_manager()
    for _ in range(2):
        waits(child_at())
    assert not handover(manager, now()).cut
    monkeypatch.setattr(triage.allocation.selectors.handover, "MOST", 1)
    page = said(sign_in(manager), reverse("allocation:handover"))
    assert CUT in page and "Give these children a worker" in page


def test_ones_own_claims_say_that_there_are_more() -> None:
    nurse = make_user()
    for _ in range(21):
        involvement_start(nurse, child=make_child(), case_role="health", person=nurse, why="Sees them.")
    rows, more = own_claims(nurse)
    assert len(rows) == 20 and more
    assert "these 20 wait longest" in said(sign_in(nurse), reverse("home"))


def test_claims_to_decide_are_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ORDER, "size", 2)
    for _ in range(3):
        nurse = make_user()
        involvement_start(nurse, child=make_child(), case_role="health", person=nurse, why="Sees them.")
    client, url = sign_in(make_user("first_contact")), reverse("children:claims")
    first = client.get(url)
    assert len(first.context["rows"]) == 2 and "Claims made later" in first.content.decode()
    second = client.get(first.context["older_url"])
    assert len(second.context["rows"]) == 1 and not second.context["older_url"]


def test_authorities_that_were_reorganised_are_read_to_the_end() -> None:
    begin = date(2001, 1, 1)
    Authority.objects.bulk_create(
        Authority(code=f"E990{n:05}", name=f"Invented {n:03}", last_day=begin + timedelta(days=n))
        for n in range(130)
    )
    client, url = sign_in(make_user("administrator")), reverse("authorities:list")
    first = client.get(url)
    assert "Authorities reorganised earlier" in first.content.decode()
    second = client.get(first.context["ended_url"])
    assert second.status_code == 200 and "Invented 000" in second.content.decode()
    assert client.get(f"{url}?ended-after=nonsense").status_code == 400
