"""The pages of allocation: what the manager sees before it happens, and what others may not (T6)."""

import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import now, today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from tests.factories.allocation import away, child_at, erase, has_worker, make_manager, make_worker, waits
from tests.factories.children import bar, restrict
from tests.factories.people import make_user, sign_in
from triage.allocation.services.allocation import allocation_make
from triage.choices import WorkerKind
from triage.models import Allocation, AllocationDeclined, AllocationWait, Capacity, Vacancy, WeekendCover

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T6")]
MODERATE, SIGNIFICANT = RiskLevel.MODERATE, RiskLevel.SIGNIFICANT
FRIDAY = datetime(2026, 5, 8, 14, 30, tzinfo=UTC)  # 15:30 by summer time


@pytest.fixture
def manager() -> User:
    return make_manager()


@pytest.fixture
def client(manager: User) -> Client:
    return sign_in(manager)


@pytest.fixture
def worker() -> User:
    return make_worker(name="Robin Example")


@pytest.fixture
def child() -> Child:
    child = child_at(SIGNIFICANT)
    waits(child)
    return child


def said(client: Client, name: str, *args: object, query: str = "") -> str:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, response
    return " ".join(response.content.decode().split())


def at_give(child: Child, worker: User, kind: str = "ce_worker") -> str:
    return reverse("allocation:allocate", args=[child.public_id, kind, worker.public_id])


def test_the_board_suggests_and_says_why(client: Client, child: Child, worker: User, manager: User) -> None:
    other = make_worker(name="Sam Example")
    has_worker(child_at(), other, by=manager)
    shown = said(client, "allocation:board")
    assert child.name in shown and child.reference in shown
    assert "Suggested: Robin Example." in shown and "Has room for 7 more (0 of 7)." in shown
    assert "1 of 7" in shown and "1 Significant" in shown
    entry = Entry.objects.get(verb=Verb.LISTED, part="triage.allocation")
    assert entry.detail["children"] == [str(child.public_id)]
    has_worker(child_at(MODERATE), other, by=manager)
    assert "1 Significant, 1 Moderate" in said(client, "allocation:board")


def test_continuity_comes_before_room_and_who_is_away_comes_last(
    client: Client, child: Child, worker: User, manager: User
) -> None:
    before = make_worker(name="Sam Example")
    has_worker(child, before, by=manager, ended_at=now() - timedelta(days=5))
    has_worker(child_at(), before, by=manager)
    absent = make_worker(name="Terry Example")
    away(absent, today())
    shown = said(client, "allocation:candidates", child.public_id, "ce_worker")
    assert shown.index("Sam Example") < shown.index("Robin Example") < shown.index("Terry Example")
    assert "Worked with this child until" in shown and shown.count("Suggested</span>") == 1
    assert "Not possible:</strong> Is away, and the day of return is not known." in shown


def test_the_effect_is_shown_before_and_nothing_happens_until_it_is_sent(
    client: Client, child: Child, worker: User
) -> None:
    shown = " ".join(client.get(at_give(child, worker)).content.decode().split())
    assert "Children with Robin Example: 1 instead of 0, with room for 7." in shown
    assert "is told" in shown and "off the waiting list" in shown
    assert not Allocation.objects.exists()
    key = str(uuid4())
    for _ in range(2):  # sent twice, it counts once
        answer = client.post(at_give(child, worker), {"key": key, "why": "", "moves": ""})
        assert answer.status_code == 302 and answer["Location"] == reverse("allocation:board")
    assert Allocation.objects.get().worker == worker


def test_over_the_room_the_page_stops_and_asks(
    client: Client, child: Child, worker: User, manager: User
) -> None:
    Capacity.objects.create(user=worker, children=1, share=100, starts_on=today(), set_by=manager, at=now())
    has_worker(child_at(), worker, by=manager)
    shown = client.get(at_give(child, worker)).content.decode()
    assert "moj-interruption-card" in shown and "Has no room: 1 of 1, and this would be 2." in shown
    refused = client.post(at_give(child, worker), {"key": str(uuid4()), "why": " ", "moves": ""})
    assert refused.status_code == 400
    assert "There is a problem" in refused.content.decode() and Allocation.objects.count() == 1
    answer = client.post(at_give(child, worker), {"key": str(uuid4()), "why": "For a week.", "moves": ""})
    assert answer.status_code == 302
    assert Allocation.objects.get(child=child).why == "For a week."


def test_what_cevt_said_at_moderate_stands_there_already(client: Client, worker: User) -> None:
    child = child_at(MODERATE)
    row = waits(child)
    AllocationWait.objects.filter(pk=row.pk).update(why="Intelligence of the partners.")
    shown = client.get(at_give(child, worker)).content.decode()
    assert "Intelligence of the partners.</textarea>" in shown.replace("\n", "")


def test_a_page_open_too_long_takes_no_child_from_anybody(
    client: Client, child: Child, worker: User, manager: User
) -> None:
    client.get(at_give(child, worker))
    quicker = make_worker()
    allocation_make(manager, child=child, worker=quicker)
    refused = client.post(at_give(child, worker), {"key": str(uuid4()), "why": "Mine.", "moves": ""})
    assert refused.status_code == 409 and f"{quicker} has the child already" in refused.content.decode()
    assert Allocation.objects.get(ended_at=None).worker == quicker
    moved = client.post(
        at_give(child, worker),
        {"key": str(uuid4()), "why": "Lives nearer.", "moves": str(Allocation.objects.get().public_id)},
    )
    assert moved.status_code == 302 and Allocation.objects.get(ended_at=None).worker == worker


def test_somebody_who_left_meanwhile_leads_back_to_the_choice(
    client: Client, child: Child, worker: User
) -> None:
    User.objects.filter(pk=worker.pk).update(ends_on=today() - timedelta(days=1))
    answer = client.get(at_give(child, worker), follow=True)
    assert answer.redirect_chain[-1][0] == reverse(
        "allocation:candidates", args=[child.public_id, "ce_worker"]
    )
    assert "does not take children of this team any more" in answer.content.decode()


def test_without_a_social_worker_the_page_says_how_to_mend_it(client: Client, worker: User) -> None:
    child = child_at(SIGNIFICANT)
    child_rows = type(child.current_level).objects.filter(child=child)
    assert child_rows.exists()
    from cems.children.models import Involvement

    Involvement.objects.filter(child=child).delete()
    shown = said(client, "allocation:candidates", child.public_id, "ce_worker")
    assert "No social worker is recorded." in shown
    assert reverse("children:involvements", args=[child.public_id]) in shown
    assert "See what it would do" not in shown


def test_no_worker_and_the_exception_list(client: Client, child: Child) -> None:
    url = reverse("allocation:decline", args=[child.public_id, "ce_worker"])
    assert client.post(url, {"key": str(uuid4()), "why": ""}).status_code == 400
    assert client.post(url, {"key": str(uuid4()), "why": "Refuses for now."}).status_code == 302
    assert AllocationDeclined.objects.get().why == "Refuses for now."
    shown = said(client, "allocation:unallocated")
    assert "Refuses for now." in shown and "Looked again: still none" in shown


def test_a_child_is_put_on_the_list_by_the_manager(client: Client) -> None:
    child = child_at(MODERATE)
    url = reverse("allocation:wait_new", args=[child.public_id])
    body = {"key": str(uuid4()), "kind": "ce_worker", "why": "Asked for by the school."}
    assert client.post(url, body).status_code == 302
    assert AllocationWait.objects.get(child=child).why == "Asked for by the school."
    low = child_at(RiskLevel.LOW)
    refused = client.post(reverse("allocation:wait_new", args=[low.public_id]), {**body, "key": str(uuid4())})
    assert refused.status_code == 400 and not AllocationWait.objects.filter(child=low).exists()


def test_the_worker_accepts_on_one_page_and_nobody_else_may(
    client: Client, child: Child, worker: User, manager: User
) -> None:
    row = allocation_make(manager, child=child, worker=worker)
    url = reverse("allocation:detail", args=[child.public_id, row.public_id])
    mine = sign_in(worker)
    assert child.name in said(mine, "allocation:caseload") and "Accept" in said(mine, "allocation:caseload")
    assert "Accept a child given to you" in said(mine, "home")
    body = {
        "key": str(uuid4()),
        "first_visit_on_0": today().day,
        "first_visit_on_1": today().month,
        "first_visit_on_2": today().year,
        "social_worker_told": "on",
    }
    assert client.post(url, body).status_code == 403
    assert mine.post(url, body).status_code == 302
    row.refresh_from_db()
    assert row.accepted_at and row.first_visit_on == today() and row.social_worker_told_at
    assert "Accept a child given to you" not in said(mine, "home")


def test_a_line_of_the_desk_leads_nowhere_for_those_who_may_not_see_the_child(
    client: Client, child: Child, worker: User
) -> None:
    record = reverse("children:overview", args=[child.public_id])
    reference = AllocationWait.objects.get(child=child).clock.reference
    # Shares the desk's work, and works with other children.
    beside = make_user(team=worker.appointments.get().team)
    mine, theirs = said(sign_in(beside), "home"), said(client, "home")
    assert reference not in said(sign_in(worker), "home")  # who is given children by name does not share it
    assert reference in mine and record not in mine and child.name not in mine
    chosen = reverse("allocation:candidates", args=[child.public_id, "ce_worker"])
    assert reference in theirs and f'href="{chosen}">Allocate' in theirs and chosen not in mine


def test_the_panel_tells_who_has_and_had_the_child(
    client: Client, child: Child, worker: User, manager: User
) -> None:
    has_worker(child, make_worker(name="Earlier Example"), by=manager, ended_at=now() - timedelta(days=2))
    shown = said(client, "children:overview", child.public_id)
    assert "Earlier Example" in shown and "The work was done." in shown
    assert "Waits for a child exploitation worker" in shown
    # First Contact reads who works with the child, and no decisions.
    outside = said(sign_in(make_user("first_contact")), "children:overview", child.public_id)
    assert "Earlier Example" in outside and "The work was done." not in outside
    assert "Waits for a child" not in outside


def test_moving_all_children_of_somebody_is_looked_at_first(
    client: Client, worker: User, manager: User
) -> None:
    rows = [has_worker(child_at(), worker, by=manager) for _ in range(2)]
    other = make_worker(name="Sam Example")
    url = reverse("allocation:reallocation", args=[worker.public_id])
    assert "Sam Example: 0 of 7" in client.get(url).content.decode()
    body = {f"to_{row.public_id.hex}": str(other.public_id) for row in rows}
    body |= {"key": str(uuid4()), "why": "Robin leaves."}
    preview = " ".join(client.post(url, body).content.decode().split())
    assert "Sam Example: 0 children now, 2 afterwards, with room for 7" in preview
    assert Allocation.objects.filter(worker=worker, ended_at=None).count() == 2
    for _ in range(2):
        assert client.post(url, {**body, "step": "apply"}).status_code == 302
    assert Allocation.objects.filter(worker=other, ended_at=None).count() == 2
    none = {"key": str(uuid4()), "why": "Nothing chosen."}
    assert client.post(url, none).status_code == 400


def test_the_manager_keeps_room_absence_and_vacancies(client: Client, worker: User) -> None:
    room = reverse("allocation:capacity", args=[worker.public_id, "ce_worker"])
    assert client.post(room, {"key": str(uuid4()), "children": 99, "share": 50}).status_code == 400
    assert client.post(room, {"key": str(uuid4()), "children": 8, "share": 50}).status_code == 302
    day = {"starts_on_0": today().day, "starts_on_1": today().month, "starts_on_2": today().year}
    absence = reverse("allocation:absence_new", args=[worker.public_id])
    assert client.post(absence, {"key": str(uuid4()), **day}).status_code == 302
    shown = said(client, "allocation:worker", worker.public_id)
    assert "0 of 4" in shown and "return not known" in shown
    body = {"key": str(uuid4()), "title": "Worker, south", "kind": "ce_worker", "children": 7}
    assert client.post(reverse("allocation:vacancy_new"), body).status_code == 302
    assert Vacancy.objects.get().title == "Worker, south"
    assert "Worker, south, room for 7" in said(client, "allocation:board")
    stranger = make_user("ce_worker")
    assert client.get(reverse("allocation:worker", args=[stranger.public_id])).status_code == 404


def test_late_on_a_friday_the_board_asks_who_holds_each_child(worker: User) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        manager, child = make_manager(), child_at()
        wait = waits(child)
        client = sign_in(manager)
        assert "held until Monday 11 May" in said(client, "allocation:board")
        assert "Say who holds each waiting child" in said(client, "home")
        assert "1 is not held yet." in said(client, "allocation:handover")
        body = {
            "key": str(uuid4()),
            "held_by": str(manager.public_id),
            "plan": "The safety plan of 6 May; ring the foster carer first.",
            "duty_team_told": "on",
        }
        url = reverse("allocation:weekend_cover", args=[child.public_id, "ce_worker"])
        assert client.post(url, body).status_code == 302
        row = WeekendCover.objects.get(wait=wait)
        assert (row.until.isoformat(), row.duty_team_told_at) == ("2026-05-11", FRIDAY)
        assert "Say who holds each waiting child" not in said(client, "home")
        duty = sign_in(make_user("edt"))
        shown = said(duty, "allocation:handover")
        assert (
            child.name in shown and "ring the foster carer first" in shown and "Change who holds" not in shown
        )
        sheet = duty.get(reverse("allocation:handover_pdf"))
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet.content)).pages)
        assert child.reference in text and "ring the foster carer first" in text.replace("\n", " ")
        assert child.family_name not in text and child.family_name not in sheet["Content-Disposition"]
        assert Entry.objects.get(verb=Verb.DOWNLOADED).detail == {"count": 1}
        sheet_rows = Entry.objects.get(part="triage.handover_sheet")
        assert sheet_rows.detail["children"] == [str(child.public_id)]
        waits(child_at())  # one who comes later is asked about again
        assert "Say who holds each waiting child" in said(client, "home")


def test_the_head_of_service_reads_and_changes_nothing(child: Child, worker: User) -> None:
    head = sign_in(make_user("head_of_service"))
    shown = said(head, "allocation:board")
    assert child.name in shown and "Choose a worker" not in shown
    said(head, "allocation:unallocated")
    said(head, "allocation:worker", worker.public_id)
    for url in (
        reverse("allocation:handover"),
        reverse("allocation:vacancy_new"),
        reverse("allocation:candidates", args=[child.public_id, "ce_worker"]),
        at_give(child, worker),
    ):
        assert head.get(url).status_code == 403, url


@pytest.mark.parametrize("role", ["practitioner", "ce_worker", "cevt_chair", "first_contact"])
def test_nobody_else_opens_the_board_or_gives_a_child(role: str, child: Child, worker: User) -> None:
    client = sign_in(make_user(role, team=erase()))
    for name in ("allocation:board", "allocation:unallocated", "allocation:vacancy_new"):
        assert client.get(reverse(name)).status_code == 403
    answer = client.post(at_give(child, worker), {"key": str(uuid4()), "why": "Please.", "moves": ""})
    assert answer.status_code in {403, 404} and not Allocation.objects.exists()


def test_a_closed_record_is_on_no_page_of_somebody_it_is_closed_to(
    client: Client, child: Child, worker: User, manager: User
) -> None:
    narrow, barred = child_at(), child_at()
    for record in (narrow, barred):
        waits(record)
        has_worker(record, worker, by=manager)
    restrict(narrow)
    bar(barred, manager)
    for name, args in [
        ("allocation:board", []),
        ("allocation:unallocated", []),
        ("allocation:handover", []),
        ("allocation:worker", [worker.public_id]),
        ("allocation:reallocation", [worker.public_id]),
        ("home", []),
    ]:
        shown = said(client, name, *args)
        for record in (narrow, barred):
            assert record.reference not in shown and record.family_name not in shown, name


def test_the_board_asks_as_often_for_sixty_workers_as_for_two(client: Client, manager: User) -> None:
    def asked() -> int:
        said(client, "allocation:board")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            said(client, "allocation:board")
        return len(queries)

    def more(workers: int, children: int) -> None:
        for number in range(workers):
            worker = make_worker() if number % 3 else make_worker(WorkerKind.COORDINATOR)
            for _ in range(children):
                has_worker(child_at(), worker, by=manager)
        waits(child_at())
        waits(child_at(), kind=WorkerKind.COORDINATOR)

    more(2, 1)
    few = asked()
    more(10, 2)
    assert asked() == few


@pytest.mark.requirement("T6")
def test_the_workers_before_are_said_to_be_cut_and_the_rest_is_in_the_chronology(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("triage.allocation.panel.HISTORY", 2)
    child, manager = child_at(), make_manager()
    for days in (40, 30, 20):
        begun = now() - timedelta(days=days)
        has_worker(child, make_worker(), by=manager, at=begun, ended_at=begun + timedelta(days=5))
    html = sign_in(manager).get(reverse("children:overview", args=[child.public_id])).content.decode()
    assert "These are the last 2 workers." in html
    assert reverse("children:chronology", args=[child.public_id]) in html
