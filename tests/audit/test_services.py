"""Every view and change is written down, once, with who, when, why and what."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from cems.accounts.models import User
from cems.audit.choices import LawfulBasis, Verb
from cems.audit.models import Entry
from cems.audit.services import disclosed, listed, not_shared, read, record
from cems.base.errors import Invalid
from cems.base.logs import current_reference
from cems.base.regimes import About, Controller, Law, Nature, Regime
from cems.children.models import CaseNote
from tests.audit.conftest import until
from tests.factories.people import make_user

NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)


@pytest.mark.requirement("A3")
@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_which_row_when_and_why() -> None:
    user, child = make_user(), uuid4()
    token = current_reference.set("7K2F-9QXM")
    try:
        entry = record(
            user,
            verb=Verb.CHANGED,
            subject=user.agency,
            child=child,
            part="identity",
            reason="allocated worker",
            detail={"fields": ["given_name", "other name"], "count": 2},
            at=NOON,
        )
    finally:
        current_reference.reset(token)
    kept = Entry.objects.get(pk=entry.pk)
    assert (kept.actor, kept.verb, kept.child, kept.part) == (user, "changed", child, "identity")
    assert (kept.subject_kind, kept.subject_id) == ("accounts.agency", str(user.agency.public_id))
    assert (kept.at, kept.reason, kept.request_reference) == (NOON, "allocated worker", "7K2F-9QXM")
    assert kept.detail == {"fields": ["given_name", "other name"], "count": 2}
    assert kept.recorded_at > NOON


@pytest.mark.django_db
def test_a_failed_sign_in_has_no_person() -> None:
    assert record(None, verb=Verb.SIGN_IN_FAILED).actor is None


@pytest.mark.parametrize(
    "detail",
    [
        {"note": "Testchild was seen near the station"},
        {"names": ["Testchild Exampleton"]},
        {"inner": {"text": "line\nbreak"}},
        {"Testchild Exampleton": 1},
        {"number": 1.5},
        {"code": "x" * 65},
        {"code": "trailing\n"},
    ],
)
@pytest.mark.django_db
def test_a_detail_holds_no_words_about_anybody(detail: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ids, codes") as refusal:
        record(None, verb=Verb.CHANGED, detail=detail)
    assert "Testchild" not in str(refusal.value)
    assert not Entry.objects.exists()


@pytest.mark.requirement("A3")
@pytest.mark.django_db
def test_reading_is_one_row_a_person_record_and_quarter_of_an_hour() -> None:
    ann, ben, child = make_user(), make_user(), uuid4()

    def at(minutes: float) -> datetime:
        return NOON + timedelta(minutes=minutes)

    assert read(ann, child=child, part="overview", at=at(0))
    assert not read(ann, child=child, part="overview", at=at(14.99))
    assert read(ann, child=child, part="overview", at=at(15))
    assert not read(ann, child=child, part="overview", at=at(29))
    assert read(ben, child=child, part="overview", at=at(1)), "another person"
    assert read(ann, child=uuid4(), part="overview", at=at(1)), "another child"
    assert read(ann, child=child, part="matrix", at=at(1)), "another part"
    assert read(ann, child=child, part="matrix", subject=ann.agency, at=at(1)), "one document in the part"
    assert Entry.objects.filter(verb=Verb.VIEWED).count() == 6


@pytest.mark.requirement("A3")
@pytest.mark.django_db(transaction=True)
def test_two_readings_at_once_leave_one_row() -> None:
    user, child = make_user(), uuid4()
    answers: list[bool] = []

    def second() -> None:
        try:
            answers.append(read(user, child=child, part="overview", at=NOON))
        finally:
            connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic():
        assert read(user, child=child, part="overview", at=NOON)
        other.start()
        until(_somebody_waits)
    other.join(20)
    assert answers == [False]
    assert Entry.objects.filter(child=child).count() == 1


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_list_is_one_row_with_the_children_it_showed() -> None:
    children = [uuid4(), uuid4()]
    entry = listed(make_user(), what="triage.today", children=children, detail={"filter": "open"})
    assert (entry.verb, entry.child, entry.part) == ("listed", None, "triage.today")
    assert entry.detail == {"filter": "open", "children": [str(child) for child in children], "count": 2}
    with pytest.raises(ValueError, match="listed or searched"):
        listed(None, what="x", children=[], verb=Verb.CHANGED)


@pytest.mark.requirement("A4")
@pytest.mark.django_db
def test_a_disclosure_says_to_whom_for_what_and_on_which_lawful_basis() -> None:
    user, child = make_user(), uuid4()
    entry = disclosed(
        user,
        child=child,
        to="Example Control Room",
        purpose="to find the child",
        lawful_basis=LawfulBasis.PUBLIC_TASK,
        subject=user.agency,
    )
    assert (entry.verb, entry.reason) == ("disclosed", "to find the child")
    assert entry.detail == {"to": "Example Control Room", "lawful_basis": "public_task"}
    refused = not_shared(user, child=child, to="Example Home", why="it would lead to the address")
    assert (refused.verb, refused.reason) == ("not_shared", "it would lead to the address")


@pytest.mark.requirement("A2", "A4")
@pytest.mark.django_db
def test_a_disclosure_keeps_the_regime_of_what_was_disclosed_or_the_one_stated() -> None:
    note = CaseNote(pk=1)
    sent = {"child": uuid4(), "to": "Example court", "purpose": "care", "lawful_basis": "public_task"}
    usual = disclosed(make_user(), subject=note, **sent)
    assert usual.detail["regime"] == {
        "controller": "recorder", "law": "uk_gdpr", "about": "victim", "nature": "opinion",
    }  # fmt: skip
    stated = Regime(Controller.RECORDER, Law.PART_3, About.SUSPECT, Nature.FACT)
    other = disclosed(make_user(), subject=note, regime=stated, **sent)
    assert other.detail["regime"]["law"] == "part_3" and other.detail["regime"]["about"] == "suspect"


@pytest.mark.requirement("A4")
@pytest.mark.parametrize(
    ("field", "wrong"), [("to", " "), ("purpose", ""), ("lawful_basis", "consent"), ("lawful_basis", "")]
)
@pytest.mark.django_db
def test_a_disclosure_without_its_grounds_is_refused(field: str, wrong: str) -> None:
    sent = {"to": "Example Home", "purpose": "care", "lawful_basis": "public_task", field: wrong}
    with pytest.raises(Invalid) as refusal:
        disclosed(None, child=uuid4(), **sent)
    assert refusal.value.field == field
    assert not Entry.objects.exists()


@pytest.mark.requirement("A3")
@pytest.mark.django_db(transaction=True)
def test_no_audit_no_change() -> None:
    user = make_user()
    with pytest.raises(ValueError, match="ids, codes"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(job_title="Changed")
        record(user, verb=Verb.CHANGED, subject=user, detail={"why": "Free text, here"})
    user.refresh_from_db()
    assert user.job_title != "Changed"


@pytest.mark.django_db
def test_what_it_costs(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = make_user()
    with django_assert_num_queries(1):
        record(user, verb=Verb.CREATED)
    child = uuid4()
    begin_and_commit = 2  # of the command; a savepoint here, where the test has a transaction
    with django_assert_num_queries(3 + begin_and_commit):
        read(user, child=child, part="overview")
    with django_assert_num_queries(2 + begin_and_commit):
        read(user, child=child, part="overview")
