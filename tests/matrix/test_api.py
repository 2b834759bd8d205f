"""Whole matrices by API: the same rules, refusals and follow-ups as the pages (M7, O1, record-f7)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from cems.accounts.services.token import token_revoke
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import today
from cems.children.choices import RiskLevel
from cems.children.models import Child, Identifier
from matrix.models import Matrix, Submission
from tests.factories.children import involve, make_child, restrict
from tests.factories.matrices import HARM, STRENGTH, VULNERABILITY, submit
from tests.factories.people import make_authority, make_user, sign_in
from tests.matrix.api_bodies import client_of, identity, whole

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M7", "O1")]
NHS = "9991234578"


@pytest.fixture(autouse=True)
def _ready() -> None:
    cache.clear()
    make_authority()


def send(client, body, key=None):
    return client.post("/api/v1/matrices/", body, headers={"Idempotency-Key": str(key or uuid4())})


def test_a_whole_matrix_in_one_call(api, system):
    answer = send(api, whole())
    assert answer.status_code == 201, answer.json()
    receipt, sent = answer.json(), Submission.objects.get()
    assert (receipt["reference"], receipt["id"], receipt["state"]) == (
        sent.reference,
        str(sent.public_id),
        "submitted",
    )
    assert sent.submitted_by == system and sent.child.family_name == "Zabington"
    assert "no-store" in answer["Cache-Control"]
    verbs = set(Entry.objects.filter(actor=system).values_list("verb", flat=True))
    assert {Verb.CREATED, Verb.CHANGED, Verb.SUBMITTED} <= verbs


def test_it_is_read_back_and_the_look_is_audited(api, system):
    receipt = send(api, whole()).json()
    answer = api.get(receipt["url"])
    got = answer.json()
    assert answer.status_code == 200, got
    assert got["submission"] == receipt and got["child_views"] == "I want it to stop"
    assert got["answers"][HARM]["what"] == "Told a tutor" and "on " in got["answers"][HARM]["when"]
    assert any("First Contact decides" in step["title"] for step in got["steps"])
    sent = Submission.objects.get()
    assert Entry.objects.filter(actor=system, verb=Verb.VIEWED, child=sent.child.public_id).exists()
    page = sign_in(system).get(reverse("matrix:submission", args=[sent.public_id])).content.decode()
    for text in (got["reasons"], got["answers"][HARM]["when"], *(step["title"] for step in got["steps"])):
        assert text in re.sub(r"&#x27;", "'", page)


def test_record_f7_half_a_matrix_is_refused_with_everything_wanted_and_leaves_nothing(api):
    answer = send(api, {"child": identity(), "answers": {HARM: {"seen": "seen"}}})
    assert answer.status_code == 400
    wanted = {(problem["group"], problem["field"]) for problem in answer.json()["problems"]}
    assert wanted == {("sexual", HARM), ("", "level"), ("", "reasons"), ("", "informed")}
    assert not Submission.objects.exists() and not Matrix.objects.exists()
    assert not Child.objects.unscoped("what the test left").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answers": {"no-such-question": {"seen": "seen"}}}, "no-such-question"),
        ({"answers": {HARM: {"seen": "perhaps"}}}, f"answers.{HARM}.seen"),
        ({"answers": {HARM: {"seen": "seen", "agency": "nobody"}}}, HARM),
        ({"reason": "mistyped"}, "reason"),
        ({"level": 9}, "level"),
        ({"child": identity(date_of_birth="2999-01-01")}, "child.date_of_birth"),
        ({"child": identity(authority="E99")}, "child.authority"),
        ({"child": identity(nhs="123")}, "child.nhs"),
        ({"child_id": str(uuid4())}, "child"),
        ({"reasons": "a\x00b"}, "reasons"),
    ],
)
def test_what_cannot_be_right_is_named(api, change, field):
    answer = send(api, whole(**change))
    assert answer.status_code == 400 and field in {problem["field"] for problem in answer.json()["problems"]}
    assert not Submission.objects.exists()


def test_record_f7_sent_twice_is_one_and_the_key_belongs_to_its_body(api):
    key, body = uuid4(), whole()
    first, again = send(api, body, key), send(api, body, key)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    other = send(api, whole(reasons="Other reasons."), key)
    assert other.status_code == 409 and other.json()["error"] == "conflict"
    assert Submission.objects.count() == 1
    without = api.post("/api/v1/matrices/", body)
    assert without.status_code == 400 and "Idempotency-Key" in without.json()["message"]


def test_a_refused_call_may_be_mended_under_its_key(api):
    key = uuid4()
    assert send(api, whole(informed=""), key).status_code == 400
    assert send(api, whole(), key).status_code == 201


def test_record_f7_scopes_and_keys_that_do_not_hold(system, time_machine):
    reader, writer = client_of(system, ["matrix:read"]), client_of(system, ["matrix:write"])
    assert send(reader, whole()).status_code == 403
    assert writer.get("/api/v1/submissions/").status_code == 403
    receipt = send(writer, whole()).json()
    assert writer.get(receipt["url"]).status_code == 403 and reader.get(receipt["url"]).status_code == 200
    token_revoke(make_user("administrator"), token=reader.token)
    refused = reader.get(receipt["url"])
    assert refused.status_code == 401 and "no_key" not in receipt and refused["WWW-Authenticate"]
    time_machine.move_to(writer.token.expires_at, tick=False)
    assert send(writer, whole()).status_code == 401
    assert send(APIClient(), whole()).status_code == 401


def test_a_person_is_bound_by_their_role(system):
    auditor = sign_in(make_user("auditor"), APIClient())
    assert send(auditor, whole()).status_code == 403
    person = sign_in(make_user(), APIClient())
    assert send(person, whole()).status_code == 201


@pytest.mark.parametrize("number", ["", NHS])
def test_the_answer_is_the_same_whether_the_child_has_a_record_or_not(number, system):
    """By name and birth date, by number; known, restricted, elsewhere: nobody learns it here."""
    unknown = send(client_of(system), whole(child=identity(nhs=number))).json()
    Identifier.objects.all().delete()
    for change in ({}, {"restricted": True}, {"authority": make_authority("E06000005")}):
        other = make_user("service_account")
        known = make_child(
            family_name="Yubington",
            date_of_birth=identity()["date_of_birth"],
            identifiers={"nhs": number} if number else {},
            **change,
        )
        answer = send(client_of(other), whole(child=identity(family_name="Yubington", nhs=number)))
        receipt = answer.json()
        assert answer.status_code == 201 and receipt.keys() == unknown.keys()
        assert str(known.public_id) not in str(receipt) and known.reference not in str(receipt)
        made = Submission.objects.get(submitted_by=other).child
        assert made.pk != known.pk
        if number or "authority" not in change:
            assert made.provisional
        # A number held anywhere is First Contact's to settle, and on the record as on any other.
        assert not number or Identifier.objects.get(child=made).claimed_at is not None
        Identifier.objects.all().delete()


@pytest.mark.parametrize(("given", "same"), [("小明", True), ("晓明", False), ("Xiaoming", False)])
def test_a_matrix_never_goes_to_a_record_whose_name_only_sounds_alike(given, same, api):
    """As the names of twins may: nobody looks at who is meant."""
    first = send(api, whole(child=identity(given_name="小明", family_name="王")))
    again = send(api, whole(child=identity(given_name=given, family_name="王")))
    assert (first.status_code, again.status_code) == (201, 201), again.json()
    older, newer = Submission.objects.order_by("pk")
    assert (older.child_id == newer.child_id) is same


def test_what_others_submitted_and_what_is_shut_is_not_there(api, system):
    child = make_child()
    worker = make_user()
    involve(child, worker)
    theirs = submit(worker, child, RiskLevel.SIGNIFICANT)
    assert api.get(f"/api/v1/submissions/{theirs.public_id}/").status_code == 404
    mine = submit(system, child, RiskLevel.LOW, own=True)
    address = f"/api/v1/submissions/{mine.public_id}/"
    assert api.get(address).status_code == 200
    assert theirs.reasons and theirs.reference not in api.get(address).content.decode()
    listed = [row["id"] for row in api.get("/api/v1/submissions/").json()["results"]]
    assert listed == [str(mine.public_id)]
    assert api.get(f"/api/v1/submissions/{theirs.public_id}/").status_code == 404
    restrict(child)
    assert api.get(address).status_code == 404
    assert api.get("/api/v1/submissions/").json()["results"] == []


def test_an_update_goes_to_the_same_record_and_keeps_what_was_said(api):
    first = send(api, whole()).json()
    more = {VULNERABILITY: {"seen": "not_seen"}}
    by_id = whole(child_id=first["child_id"], answers=more, occasion="review")
    del by_id["child"]
    second = send(api, by_id).json()
    third = send(api, whole(answers={STRENGTH: {"seen": "not_known"}})).json()
    assert first["child_id"] == second["child_id"] == third["child_id"]
    assert len({first["id"], second["id"], third["id"]}) == 3
    assert api.get(third["url"]).json()["answers"].keys() == {HARM, VULNERABILITY, STRENGTH}
    stranger = whole(child_id=str(make_child().public_id))
    del stranger["child"]
    assert send(api, stranger).status_code == 404


def test_another_number_is_another_child(api):
    first = send(api, whole(child=identity(nhs=NHS))).json()
    other = send(api, whole(child=identity(nhs="9990000085"))).json()
    assert first["child_id"] != other["child_id"]


def test_a_draft_in_progress_is_not_written_over(api, system):
    receipt = send(api, whole()).json()
    client = sign_in(system)
    client.post(reverse("matrix:start", args=[receipt["child_id"]]), {"occasion": "concern"})
    assert send(api, whole()).status_code == 409
    assert Submission.objects.count() == 1


def test_record_f7_a_million_rows_are_a_hundred(api, system):
    child = make_child()
    for _ in range(3):
        submit(system, child, RiskLevel.LOW, own=True)
    first = api.get("/api/v1/submissions/?page_size=2").json()
    rest = api.get(first["next"]).json()
    ids = [row["id"] for row in (*first["results"], *rest["results"])]
    assert len(ids) == len(set(ids)) == 3 and rest["next"] is None
    _many(child, system, 101)
    assert len(api.get("/api/v1/submissions/?page_size=1000000").json()["results"]) == 100
    for wrong in ("x", "cD1hYmM=", "bz0tMQ==", "cD0xJm89eHg="):
        assert api.get(f"/api/v1/submissions/?cursor={wrong}").status_code in {200, 404}, wrong
    assert Entry.objects.filter(actor=system, verb=Verb.LISTED, part="matrix.submissions").exists()


def _many(child, user, number):
    like = Submission.objects.filter(submitted_by=user).first()
    draft = like.matrix
    for count in range(number):
        draft.pk, draft.public_id, draft.reference = None, uuid4(), f"CEM-T-{count}"
        draft.save(force_insert=True)
        like.pk, like.public_id, like.reference, like.matrix = None, uuid4(), f"CEM-T-{count}", draft
        like.save(force_insert=True)


def test_a_nested_body_and_too_many_calls_are_put_off(api, monkeypatch):
    head = {"Idempotency-Key": str(uuid4())}
    deep = api.generic(
        "POST", "/api/v1/matrices/", "[" * 200_000, content_type="application/json", headers=head
    )
    assert deep.status_code == 400
    assert api.post("/api/v1/matrices/", [1], headers=head).status_code == 400
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"api": "1/min", "failed_keys": "2/min"})
    cache.clear()
    assert [api.get("/api/v1/submissions/").status_code for _ in range(2)] == [200, 429]


@pytest.mark.requirement("M1", "M2", "M3")
def test_kinds_bands_and_the_plan_are_sent_and_read_back(api, system):
    seen = {
        "seen": "seen",
        "when_kind": "exact",
        "day": (today() - timedelta(days=45)).isoformat(),
        "what": "Told",
    }
    answers = {
        HARM: {**seen, "managed": "not_yet"},
        "changes-mood": {"seen": "usual", "what": "Always so."},
        "wellbeing-disability": {"seen": "seen", "what": "Hearing in one ear."},
    }
    body = whole(
        answers=answers, plan_needs="A lift home.", school_worry="Two afternoons.", assessments=["cp"]
    )
    sent = api.post("/api/v1/matrices/", body, format="json", HTTP_IDEMPOTENCY_KEY=str(uuid4()))
    assert sent.status_code == 201, sent.content
    read = api.get(f"/api/v1/submissions/{sent.json()['id']}/").json()
    assert (read["harm_happened"], read["usual"], read["suggested"]) == (True, 1, 3)
    kinds = {
        code: (given["kind"], given["band"], given["managed"]) for code, given in read["answers"].items()
    }
    assert kinds == {
        HARM: ("harm", "quarter", "not_yet"),
        "changes-mood": ("sign", "", ""),
        "wellbeing-disability": ("vulnerability", "standing", ""),
    }
    profile = {line["kind"]: line for line in read["profile"]}
    assert profile["harm"]["bands"] == {"month": 0, "quarter": 1, "half": 0, "older": 0}
    assert profile["vulnerability"]["standing"] == 1
    assert profile["sign"]["bands"] == dict.fromkeys(("month", "quarter", "half", "older"), 0)
    assert (read["plan_needs"], read["assessments"]) == ("A lift home.", ["cp"])
    assert read["strengths_and_worries"]["school_worry"] == "Two afternoons."
    assert read["submitted_by"] == str(system)
    assert read["recorded_at"] and read["submission"]["received_at"]


def test_an_answer_its_question_does_not_take_is_refused_by_its_code(api):
    answers = {HARM: {"seen": "usual"}, STRENGTH: {"seen": "seen", "managed": "well"}}
    sent = api.post(
        "/api/v1/matrices/", whole(answers=answers), format="json", HTTP_IDEMPOTENCY_KEY=str(uuid4())
    )
    assert sent.status_code == 400
    assert "Only a warning sign" in str(sent.json())
    assert "how well it is managed" in str(sent.json())
    assert not Submission.objects.exists()
