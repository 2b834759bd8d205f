"""What an account has to do by API, and what was done about it: the page's own rules and service (K1, O1)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from rest_framework.test import APIClient

from cems.accounts.models import User
from cems.accounts.services.token import token_make
from cems.actions.choices import Status
from cems.actions.models import Action, Doing
from cems.actions.services import Source, action_open
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.calendar import close_of_business
from cems.base.time import now, today
from cems.children.models import Child
from cems.clocks.choices import Stage
from matrix.rules import PHONE_CALL
from matrix.services.follow_up import SOURCE
from tests.factories.children import bar, involve, make_child, name_for_student
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1", "O1")]
LIST = "/api/v1/actions/"
CALLED = {"answer": "reached", "given": {"who": "Duty worker", "agreed": "A visit today."}}


@pytest.fixture(autouse=True)
def _no_throttle() -> None:
    cache.clear()


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def system() -> User:
    return make_user("service_account")


@pytest.fixture
def call(child: Child, system: User) -> Action:
    """What follows from a matrix that the system sent."""
    return asked(system, child, source=Source(SOURCE, "1", "MTX-1"), key=PHONE_CALL)


def asked(owner: User, child: Child | None, **more: Any) -> Action:
    fields = {"title": "Ring First Contact", "deadline": close_of_business(now(), 3), **more}
    return action_open(None, owner=owner, child=child, **fields)


def key_of(system: User, *scopes: str) -> APIClient:
    last = today() + timedelta(days=30)
    _, key = token_make(
        make_user("administrator"), user=system, name="Case system", scopes=scopes, last_day=last
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def api(system: User) -> APIClient:
    return key_of(system, "actions:read", "actions:write")


def place(action: Action, name: str = "") -> str:
    return f"{LIST}{action.public_id}/{name}"


def send(client: APIClient, action: Action, body: dict[str, Any], key: Any = None) -> Any:
    url, headers = place(action, "doing/"), {"Idempotency-Key": str(key or uuid4())}
    return client.post(url, body, format="json", headers=headers)


def test_what_it_has_to_do_is_listed_with_what_is_asked_of_it(
    api: APIClient, call: Action, system: User, child: Child
) -> None:
    asked(make_user(), child)
    [row] = api.get(LIST).json()["results"]
    assert (row["id"], row["doing_kind"], row["status"]) == (str(call.public_id), "phone-call", "open")
    assert call.clock and row["due_at"] == call.clock.due_at.isoformat()
    whole = api.get(place(call)).json()
    answers = {answer["key"]: answer["questions"] for answer in whole["doing"]["answers"]}
    assert {"name": "who", "words": "Who was spoken to?", "needed": True} in answers["reached"]
    assert Entry.objects.filter(actor=system, verb=Verb.VIEWED, child=child.public_id).exists()


def test_what_was_done_closes_the_action_once_and_stands_on_its_page(
    api: APIClient, call: Action, system: User
) -> None:
    sent = {**CALLED, "done_at": (now() - timedelta(hours=1)).isoformat()}
    first = send(api, call, sent)
    assert first.status_code == 201 and first.json()["action"]["status"] == "done", first.json()
    call.refresh_from_db()
    assert call.status == Status.DONE and call.clock and call.clock.stage == Stage.MET
    row = Doing.objects.get()
    assert row.recorded_by == system and row.done_at < row.recorded_at
    page = sign_in(system).get(reverse("actions:detail", args=[call.public_id])).content.decode()
    assert "A visit today." in page
    assert "A visit today." in first.json()["outcome"]
    assert api.get(LIST, {"open": "true"}).json()["results"] == []


def test_the_same_key_and_body_is_one_doing_and_another_key_comes_second(
    api: APIClient, call: Action
) -> None:
    key = uuid4()
    assert [send(api, call, CALLED, key).status_code for _ in range(2)] == [201, 201]
    assert send(api, call, {**CALLED, "answer": "tried"}, key).status_code == 409
    assert send(api, call, CALLED).status_code == 409
    assert Doing.objects.count() == 1


def test_what_is_missing_or_too_much_is_named(api: APIClient, call: Action) -> None:
    missing = send(api, call, {"answer": "reached", "given": {"agreed": "A visit."}})
    assert missing.status_code == 400 and missing.json()["field"] == "who"
    assert send(api, call, {"answer": "nonsense"}).json()["field"] == "answer"
    assert send(api, call, {**CALLED, "strange": 1}).status_code == 400
    later = send(api, call, {**CALLED, "done_at": (now() + timedelta(hours=1)).isoformat()})
    assert later.status_code == 400 and later.json()["field"] == "done_at"
    assert send(api, call, {**CALLED, "done_at": "0001-01-01T00:00:00Z"}).status_code == 400
    assert api.post(place(call, "doing/"), CALLED, format="json").status_code == 400
    assert not Doing.objects.exists()


def test_another_s_action_is_not_there_and_one_that_is_only_seen_is_not_closed(
    api: APIClient, child: Child, call: Action
) -> None:
    other = asked(make_user(), child, source=Source(SOURCE, "2", "MTX-2"), key=PHONE_CALL)
    assert api.get(place(other)).status_code == 404 and send(api, other, CALLED).status_code == 404
    colleague = make_user()
    involve(child, colleague)
    person = APIClient()
    sign_in(colleague, person)
    assert person.get(place(call)).status_code == 200
    assert send(person, call, CALLED).status_code == 403
    bar(child, colleague)
    assert person.get(place(call)).status_code == 404
    assert not Doing.objects.exists()


def test_a_key_does_what_it_was_made_for(system: User, call: Action) -> None:
    reading = key_of(system, "actions:read")
    assert reading.get(place(call)).status_code == 200 and send(reading, call, CALLED).status_code == 403
    sending = key_of(system, "matrix:write")
    assert sending.get(LIST).status_code == 403 and send(sending, call, CALLED).status_code == 403


def test_what_is_not_recorded_on_its_page_is_not_recorded_here(
    api: APIClient, system: User, child: Child
) -> None:
    answer = send(api, asked(system, child), CALLED)
    assert answer.status_code == 400 and "close it on its page" in answer.json()["message"]


def test_a_student_takes_none_away(child: Child, call: Action) -> None:
    student = make_user("student")
    name_for_student(child, student)
    person = APIClient()
    sign_in(student, person)
    assert person.get(LIST).status_code == 403 and person.get(place(call)).status_code == 403


def test_it_is_described(api: APIClient) -> None:
    paths = api.get("/api/schema/?format=json").json()["paths"]
    assert {LIST, f"{LIST}{{public_id}}/", f"{LIST}{{public_id}}/doing/"} <= set(paths)
    assert "Idempotency-Key" in str(paths[f"{LIST}{{public_id}}/doing/"]["post"]["parameters"])
