"""Statutory meetings recorded by a person: kind, day, who was there, outcome, the level it saw (G3, C4, K1)."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.actions.choices import Status
from cems.actions.models import Action
from cems.actions.services import Source, action_open
from cems.base.calendar import on_day
from cems.base.errors import Invalid
from cems.base.time import local, now, today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from plans.models import Request, StatutoryMeeting
from plans.services.meeting import CarriedOver, meeting_correct, meeting_record
from tests.factories.children import agree_level, involve, make_child, restrict
from tests.factories.matrices import submit
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("G3")]


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def of_a_request(page: str) -> str:
    """The page without what is new in each request: its keys and its reference."""
    return re.sub(
        r'(nonce|value)="[\w+/=-]{16,}"|>[2346789CFGHJKMPQRTVWX]{4}-[2346789CFGHJKMPQRTVWX]{4}<', "", page
    )


def at(name: str, child: Child, *more: Any) -> str:
    return reverse(f"plans:{name}", args=[child.public_id, *more])


def typed(**kw: Any) -> dict[str, Any]:
    when = local(now() - timedelta(minutes=30))
    return {
        "kind": "core_group",
        "happened_on_0": when.day,
        "happened_on_1": when.month,
        "happened_on_2": when.year,
        "happened_time": f"{when:%H:%M}",
        "attended": "Example Worker, school, Marnie’s mother",
        "outcome": "Visits go to twice a week.",
        "level_view": "2",
        "key": uuid4(),
        **kw,
    }


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


@pytest.fixture
def worker(child: Child) -> User:
    user = make_user(name="Example Worker")
    involve(child, user, "social_worker")
    return user


@pytest.fixture
def client(worker: User) -> Client:
    return sign_in(worker)


def test_from_the_childs_page_a_person_records_it_once_and_all_who_work_with_the_child_read_it(
    child: Child, worker: User, client: Client
) -> None:
    overview = text(client.get(reverse("children:overview", args=[child.public_id])))
    assert at("meetings", child) in overview
    assert at("meeting_new", child) in text(client.get(at("meetings", child)))
    form = typed()
    for _ in range(2):  # a double click
        page = text(client.post(at("meeting_new", child), form, follow=True))
    assert "The core group about Marnie Madeup is recorded" in page
    row = StatutoryMeeting.objects.get(child=child)
    assert (row.recorded_by, row.level_view) == (worker, RiskLevel.MODERATE)
    colleague = make_user()
    involve(child, colleague, "health")
    reading = sign_in(colleague)
    for page in (
        text(reading.get(at("meetings", child))),
        text(reading.get(reverse("children:chronology", args=[child.public_id]))),
    ):
        assert "Visits go to twice a week." in page and "Marnie’s mother" in page
    assert "Visits go to twice a week." in text(
        reading.get(reverse("children:overview", args=[child.public_id]))
    )


@pytest.mark.requirement("C4")
def test_the_level_it_saw_stands_beside_the_agreed_one_and_agrees_nothing(
    child: Child, client: Client
) -> None:
    agree_level(child, RiskLevel.LOW, at=now() - timedelta(days=9))
    client.post(at("meeting_new", child), typed(level_view="3"))
    page = text(client.get(reverse("children:overview", args=[child.public_id])))
    assert "saw Significant. Agreed: Low." in page
    assert "Significant" in text(client.get(at("meetings", child)))
    child.refresh_from_db()
    assert child.level is RiskLevel.LOW
    agree_level(child, RiskLevel.MODERATE, at=now())
    assert "saw Significant. Agreed" not in text(
        client.get(reverse("children:overview", args=[child.public_id]))
    )


@pytest.mark.requirement("K1", "M5")
def test_a_strategy_meeting_meets_the_request_and_the_task_that_asked_for_it(child: Child) -> None:
    submit(make_user(), child, RiskLevel.SIGNIFICANT, own=True)
    Request.objects.filter(child=child).update(requested_at=now() - timedelta(hours=3))
    request, worker = Request.objects.get(child=child), make_user()
    involve(child, worker, "social_worker")
    asked = Action.objects.filter(child=child, status=Status.OPEN, title__icontains="strategy meeting")
    was_asked = asked.count()
    client = sign_in(worker)
    assert request.reference in text(client.get(at("meeting_new", child)))
    client.post(at("meeting_new", child), typed(kind="complex_strategy"))
    request.refresh_from_db()
    assert (request.answer, request.clock.stage) == ("held", "met")
    assert asked.count() == max(0, was_asked - 1)
    assert "Complex strategy meeting" in text(client.get(at("meetings", child)))


def test_one_held_before_the_request_answers_nothing(child: Child, worker: User) -> None:
    submit(make_user(), child, RiskLevel.SIGNIFICANT)
    meeting_record(worker, child=child, kind="strategy", held_at=now() - timedelta(days=2), outcome="Before.")
    assert Request.objects.get(child=child).answer == ""


@pytest.mark.requirement("K1")
@pytest.mark.parametrize("key", ["nrm", "phone-call", "police-sharing", "step-up"])
def test_what_is_met_by_its_doing_is_not_taken_on(
    child: Child, worker: User, client: Client, key: str
) -> None:
    source = Source("matrix.submission", str(uuid4()), "CEM-1")
    deadline = on_day(now(), today() + timedelta(days=2), word="asked for")
    action = action_open(
        None, title="A step of a level", owner=worker, child=child, source=source, key=key, deadline=deadline
    )
    asks = of_a_request(text(client.get(reverse("actions:detail", args=[action.public_id]))))
    assert action.title not in text(client.get(at("meeting_new", child)))
    with pytest.raises(Invalid, match="met by what is done about it"):
        meeting_record(
            worker,
            child=child,
            kind="core_group",
            held_at=now(),
            outcome="Goes on.",
            carried=CarriedOver([action], today() + timedelta(days=20)),
        )
    assert of_a_request(text(client.get(reverse("actions:detail", args=[action.public_id])))) == asks
    assert not StatutoryMeeting.objects.filter(outcome="Goes on.").exists()


@pytest.mark.requirement("K1")
def test_it_takes_on_open_actions_until_another_day(child: Child, worker: User, client: Client) -> None:
    source = Source("test.meeting", str(uuid4()), "MTG-1")
    action = action_open(worker, title="Ring the youth club", owner=worker, child=child, source=source)
    assert "Ring the youth club" in text(client.get(at("meeting_new", child)))
    refused = client.post(at("meeting_new", child), typed(carry=[str(action.public_id)]))
    assert refused.status_code == 400 and "until which day" in unescape(refused.content.decode())
    due = today() + timedelta(days=20)
    day = {"carry_to_0": due.day, "carry_to_1": due.month, "carry_to_2": due.year}
    client.post(at("meeting_new", child), typed(carry=[str(action.public_id)], **day))
    action.refresh_from_db()
    carried = Action.objects.get(carried_from=action)
    assert action.status == Status.CARRIED and carried.owner == worker
    assert carried.clock and local(carried.clock.due_at).date() == due


def test_a_correction_stays_traced_and_the_second_one_is_told(
    child: Child, worker: User, client: Client
) -> None:
    row = meeting_record(worker, child=child, kind="taf", held_at=now(), outcome="Wrong words.")
    url = at("meeting_correct", child, row.public_id)
    assert "Wrong words." in text(client.get(url))
    assert client.post(url, typed(kind="taf")).status_code == 400  # without its reason
    page = text(client.post(url, typed(kind="taf", why="Typed about a brother."), follow=True))
    assert "The earlier words stay" in page and "Wrong words." in page and "Typed about a brother." in page
    again = client.post(url, typed(kind="taf", why="Once more."))
    assert again.status_code == 409
    assert "Example Worker has corrected this meeting already" in unescape(again.content.decode())
    overview = text(client.get(reverse("children:overview", args=[child.public_id])))
    assert "Visits go to twice a week." in overview and "Wrong words." not in overview


def test_what_answered_a_request_stays_a_strategy_meeting(child: Child, worker: User) -> None:
    submit(make_user(), child, RiskLevel.SIGNIFICANT, at=now() - timedelta(hours=2))
    row = meeting_record(worker, child=child, kind="strategy", held_at=now(), outcome="Held.")
    with pytest.raises(Invalid) as refused:
        meeting_correct(worker, meeting=row, why="x", kind="taf", held_at=now(), outcome="Held.")
    assert refused.value.field == "kind"
    newer = meeting_correct(
        worker, meeting=row, why="x", kind="strategy", held_at=now(), outcome="Held at two."
    )
    assert newer.answers == row.answers


def test_who_may_not_is_refused(child: Child, worker: User) -> None:
    row = meeting_record(worker, child=child, kind="taf", held_at=now(), outcome="Agreed.")
    stranger, officer = make_user(), make_user("reviewing_officer")
    involve(child, officer, "reviewing_officer")
    assert sign_in(stranger).get(at("meetings", child)).status_code == 404
    assert sign_in(officer).get(at("meetings", child)).status_code == 200
    assert sign_in(officer).post(at("meeting_new", child), typed()).status_code == 403
    restrict(child, owner=make_user())
    assert sign_in(worker).get(at("meeting_correct", child, row.public_id)).status_code == 404
