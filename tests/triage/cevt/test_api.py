"""CEVT by API: the same rules and refusals as the pages (T3, T4, O1)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from rest_framework.test import APIClient

from cems.accounts.models import User
from cems.accounts.services.token import token_make
from cems.actions.models import Action
from cems.base.time import today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.meetings.models import Contribution, Dissent
from tests.factories.children import bar, make_child, restrict
from tests.factories.matrices import submit
from tests.factories.people import DARLINGTON, make_agency, make_authority, make_locality, make_user
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from triage.cevt.services.decision import decision_confirm
from triage.models import Decision, Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T3", "T4", "O1")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


@pytest.fixture(autouse=True)
def _ready() -> None:
    cache.clear()


@pytest.fixture
def child() -> Child:
    return make_child(locality=make_locality("east"))


def client(user: User) -> APIClient:
    api = APIClient()
    api.force_authenticate(user)
    return api


def address(name: str, item: Item) -> str:
    return reverse(f"cevt-api:{name}", args=[item.public_id])


def body(item: Item, **more: Any) -> dict[str, Any]:
    assert item.submission
    seen = str(item.submission.public_id)
    words = {"rationale": "What the table saw.", "feedback": "Clear and dated."}
    return {"level": int(SIGNIFICANT), **words, "seen": seen, **more}


def send(chair: User, item: Item, sent: dict[str, Any], key: object = "") -> Any:
    headers = {"Idempotency-Key": str(key or uuid4())}
    return client(chair).post(address("decision", item), sent, format="json", headers=headers)


def test_a_decision_by_api_is_the_decision_of_the_page_and_is_taken_once(child: Child) -> None:
    item, chair, key = waiting_child(child), make_chair(), uuid4()
    meeting = sitting(chair, *QUORATE)
    sent = body(
        item,
        forms=["criminal", "sexual"],
        outcomes=[{"kind": "nrm", "why": "Moved between towns."}],
        tasks=[{"title": "Ring the school", "team": "first-contact", "working_days": 1}],
        dissents=[{"agency": chair.agency.code, "text": "Too high."}],
    )
    answer = send(chair, item, sent, key)
    assert answer.status_code == 201 and answer["Cache-Control"] == "no-store"
    row = Decision.objects.get()
    shown = answer.json()["decision"]
    assert (shown["reference"], shown["level"], shown["forms"]) == (row.reference, 3, ["criminal", "sexual"])
    assert {outcome["kind"] for outcome in shown["outcomes"]} == {"ceg", "allocation", "nrm"}
    assert row.meeting == meeting and not row.provisional and Dissent.objects.get().about == row.public_id
    # The same again is the same decision; the same key with other content is refused, and so is a second.
    assert send(chair, item, sent, key).status_code == 201
    assert send(chair, item, {**sent, "rationale": "Another."}, key).status_code == 409
    assert send(chair, item, sent).status_code == 409
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"level": 7}, 400, "level"),
        ({"rationale": ""}, 400, "rationale"),
        ({"feedback": " "}, 400, "feedback"),
        ({"level": 2}, 400, "advice"),
        ({"forms": ["unheard-of"]}, 400, "forms"),
        ({"surprise": 1}, 400, "surprise"),
        ({"tasks": [{"title": "Nobody's"}]}, 400, "tasks"),
        ({"outcomes": [{"kind": "not_ceg", "why": "Well supported."}]}, 400, "not_ceg"),
        ({"seen": str(uuid4())}, 409, None),
    ],
)
def test_what_the_page_refuses_the_api_refuses(
    child: Child, change: dict[str, Any], status: int, field: str | None
) -> None:
    item = waiting_child(child)
    answer = send(make_chair(), item, {**body(item), **change})
    refusal = answer.json()
    assert answer.status_code == status
    named = [problem["field"] for problem in refusal.get("problems", [])] or [refusal["field"]]
    assert field is None or any(name and name.startswith(field) for name in named)
    assert not Decision.objects.exists()


@pytest.mark.requirement("A2")
@pytest.mark.parametrize("who", ["barred", "not named", "gone", "a stranger from elsewhere"])
def test_the_chair_gives_no_action_to_somebody_who_may_not_know_of_the_child(child: Child, who: str) -> None:
    item, chair = waiting_child(child), make_chair()
    agency = make_agency(authorities=[make_authority(DARLINGTON)]) if "stranger" in who else None
    person = make_user(**({"agency": agency} if agency else {}))
    if who == "barred":
        bar(child, person)
    elif who == "not named":
        restrict(child, owner=chair)
    elif who == "gone":
        User.objects.filter(pk=person.pk).update(ends_on=today() - timedelta(days=1))
    sent = body(item, tasks=[{"title": "Ring the school", "person": str(person.public_id)}])
    answer = send(chair, item, sent)
    assert answer.status_code == 400, answer.json()
    assert answer.json()["field"] == "tasks"
    assert not Decision.objects.exists() and not Action.objects.filter(owner_user=person).exists()


def test_the_chair_gives_an_action_to_somebody_who_works_here(child: Child) -> None:
    item, chair, person = waiting_child(child), make_chair(), make_user()
    sent = body(item, tasks=[{"title": "Ring the school", "person": str(person.public_id)}])
    assert send(chair, item, sent).status_code == 201
    assert Action.objects.filter(owner_user=person, title="Ring the school").exists()


def test_without_a_key_or_the_work_or_reach_nothing_is_decided(child: Child) -> None:
    item, chair = waiting_child(child), make_chair()
    assert client(chair).post(address("decision", item), body(item), format="json").status_code == 400
    assert send(make_user("cevt_member"), item, body(item)).status_code == 403
    # To a stranger there is no such item, whatever their role.
    nobody = Item(public_id=uuid4())
    for target in (item, nobody):
        assert send(make_user("practitioner"), target, body(item)).status_code == 404
    assert send(chair, nobody, body(item)).status_code == 404
    bar(child, chair)
    assert send(chair, item, body(item)).status_code == 404
    assert not Decision.objects.exists()


def test_agencies_say_what_they_know_and_only_the_table_reads_it(child: Child) -> None:
    teacher = make_user("school_lead")
    item, nurse = waiting_child(child, by=teacher), make_user("cevt_member")
    contribution = {"held": "written", "text": "Seen at the clinic."}
    answer = client(nurse).post(address("contribution", item), contribution, format="json")
    assert answer.status_code == 200 and answer.json()["contributions"][0]["version"] == 1
    late = client(nurse).post(address("contribution", item), {"held": "nothing"}, format="json")
    assert late.status_code == 409 and Contribution.objects.get().text == "Seen at the clinic."
    assert client(teacher).post(address("contribution", item), contribution, format="json").status_code == 403
    whole = client(make_chair()).get(address("item", item)).json()
    assert [row["text"] for row in whole["contributions"]] == ["Seen at the clinic."]
    assert whole["item"]["eligibility"] == ["open"] and whole["item"]["returns"] == "first"
    assert client(teacher).get(address("item", item)).json()["contributions"] == []


def test_a_system_reads_the_items_of_its_own_matrices_alone(child: Child) -> None:
    system = make_user("service_account")
    mine = Item.objects.get(submission=submit(system, make_child(), MODERATE, own=True))
    theirs = waiting_child(child)
    last = today().replace(year=today().year + 1)
    _, key = token_make(
        make_user("administrator"), user=system, name="Case system", scopes=("matrix:read",), last_day=last
    )
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    listed = api.get(reverse("cevt-api:items")).json()["results"]
    assert [row["public_id"] for row in listed] == [str(mine.public_id)] and listed[0]["eligibility"] == []
    assert api.get(address("item", mine)).status_code == 200
    assert api.get(address("item", theirs)).status_code == 404
    headers = {"Idempotency-Key": str(uuid4())}
    assert api.post(address("decision", mine), body(mine), format="json", headers=headers).status_code == 403


@pytest.mark.requirement("A2")
def test_who_sent_the_matrix_reads_the_decision_without_cevt_s_own_reasons(child: Child) -> None:
    sender, chair = make_user(), make_chair()
    item = waiting_child(child, by=sender)
    assert send(chair, item, body(item, outcomes=[{"kind": "nrm", "why": "Moved."}])).status_code == 201
    for found in (
        client(sender).get(address("item", item)).json()["item"],
        client(sender).get(reverse("cevt-api:items")).json()["results"][0],
    ):
        shown = found["decision"]
        assert (shown["level"], shown["feedback"]) == (3, "Clear and dated.")
        assert shown["follows"] and "rationale" not in shown and "outcomes" not in shown
        assert "What the table saw." not in str(found)
    # A confirmation counts, by API as on the page.
    first = Decision.objects.get()
    seen = item.submission.public_id if item.submission else None
    final = ruling(item, MODERATE, seen=seen, agreed_with="Team manager", feedback="Less than we thought.")
    decision_confirm(chair, decision=first, ruling=final)
    shown = client(sender).get(address("item", item)).json()["item"]["decision"]
    assert (shown["level"], shown["feedback"], shown["provisional"]) == (2, "Less than we thought.", False)
    whole = client(chair).get(address("item", item)).json()["item"]["decision"]
    assert whole["rationale"] == "What the table saw." and whole["outcomes"]


def test_the_list_asks_the_same_however_long_it_is(child: Child, django_assert_max_num_queries: Any) -> None:
    chair = make_chair()
    waiting_child(child)
    with django_assert_max_num_queries(40) as queries:
        client(chair).get(reverse("cevt-api:items"))
    for _ in range(4):
        waiting_child(make_child())
    with django_assert_max_num_queries(len(queries)):
        answer = client(chair).get(reverse("cevt-api:items") + "?open=true&page_size=4")
    assert len(answer.json()["results"]) == 4 and answer.json()["next"]
