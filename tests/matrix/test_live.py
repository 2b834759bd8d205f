"""What an open page of a draft is told every few seconds: who is where, what they saved, nothing more (M6)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.models import Presence
from cems.base.time import local, now, today
from cems.children.choices import RiskLevel
from matrix.choices import Seen
from matrix.models import Answer, Matrix
from matrix.services.answers import AnswerGiven
from matrix.services.contributors import contributor_add, contributor_end
from matrix.services.drafts import matrix_start, matrix_withdraw
from matrix.services.submission import matrix_submit
from tests.factories.children import involve, make_child
from tests.factories.matrices import CONCERN, HARM, answer, ready_matrix, seen, set_field
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M6")]

SCRIPT = {"X-CEMS-Polling": "1", "X-Requested-With": "cems", "Accept": "application/json"}


@pytest.fixture
def robin() -> User:
    return make_user(name="Robin Pretend")


@pytest.fixture
def matrix(robin: User) -> Matrix:
    child = make_child()
    involve(child, robin)
    return matrix_start(robin, child=child)


@pytest.fixture
def nurse(matrix: Matrix) -> User:
    person = make_user(name="Sam Madeup")
    involve(matrix.child, person, "health")
    return person


def ask(client: Client, matrix: Matrix, page: str = "sexual", tag: str = "", **query: Any):  # type: ignore[no-untyped-def]
    headers = {**SCRIPT, **({"If-None-Match": tag} if tag else {})}
    return client.get(
        reverse("matrix:live", args=[matrix.public_id]), {"page": page, **query}, headers=headers
    )


class TestWho:
    def test_each_is_told_where_the_other_is(self, robin: User, nurse: User, matrix: Matrix) -> None:
        typist, other = sign_in(robin), sign_in(nurse)
        assert ask(typist, matrix, typing=CONCERN).json()["people"] == []
        reply = ask(other, matrix).json()
        (words,) = reply["people"]
        assert words.startswith("Robin Pretend is typing in “")
        assert reply["typing"] == {CONCERN: "Robin Pretend is typing here"}
        elsewhere = ask(other, matrix, page="judgement").json()
        assert elsewhere["people"] == ["Robin Pretend is typing on “Sexual exploitation”"]
        assert elsewhere["typing"] == {}
        assert ask(typist, matrix).json()["people"] == ["Sam Madeup is on “Your judgement”"]
        assert ask(other, matrix).json()["people"] == ["Robin Pretend is on this page"]

    def test_a_field_is_named_in_words(self, robin: User, nurse: User, matrix: Matrix) -> None:
        ask(sign_in(robin), matrix, page="views", typing="mother_views")
        reply = ask(sign_in(nurse), matrix, page="views").json()
        assert reply["people"] == ["Robin Pretend is typing in “the mother's own words”"]

    def test_a_tab_out_of_sight_sees_and_is_not_seen(self, robin: User, nurse: User, matrix: Matrix) -> None:
        ask(sign_in(robin), matrix)
        assert ask(sign_in(nurse), matrix, away="1").json()["people"] == ["Robin Pretend is on this page"]
        assert ask(sign_in(robin), matrix).json()["people"] == []

    def test_nothing_that_was_sent_is_kept_as_a_place(self, robin: User, matrix: Matrix) -> None:
        ask(sign_in(robin), matrix, page="Marnie Madeup", typing="she said")
        assert Presence.objects.get().place == "tasks"
        ask(sign_in(robin), matrix, typing="she said")
        assert Presence.objects.get().place == "sexual"


class TestWhat:
    def test_what_a_colleague_saved_comes_with_its_version_who_and_when(
        self, robin: User, nurse: User, matrix: Matrix
    ) -> None:
        row = answer(nurse, matrix, CONCERN, seen(today(), "A man in a van waits."))
        assert row is not None
        (code, saved), *more = ask(sign_in(robin), matrix).json()["saved"].items()
        assert (code, more) == (CONCERN, [])
        assert saved["version"] == 1
        assert saved["words"] == f"Sam Madeup answered this, {local(row.answered_at):%H:%M}"
        assert saved["values"][f"{CONCERN}-what"] == "A man in a van waits."
        assert saved["values"][f"{CONCERN}-seen"] == "seen"
        known = ask(sign_in(robin), matrix, **{f"{CONCERN}-version": 1})
        assert known.json()["saved"] == {}

    def test_the_values_are_those_the_page_would_show(self, nurse: User, matrix: Matrix) -> None:
        answer(nurse, matrix, CONCERN, seen(today(), "A man in a van waits."))
        client = sign_in(nurse)
        values = ask(client, matrix).json()["saved"][CONCERN]["values"]
        page = client.get(reverse("matrix:group", args=[matrix.public_id, "sexual"])).content.decode()
        was = values.pop(f"{CONCERN}-was")
        assert f'name="{CONCERN}-was" value="{was}"' in " ".join(page.split())
        assert set(values) == {
            f"{CONCERN}-{name}"
            for name in ("seen", "when", "day", "month", "year", "what", "source", "agency", "managed")
        }

    def test_an_answer_taken_back_and_a_field_are_told_too(
        self, robin: User, nurse: User, matrix: Matrix
    ) -> None:
        answer(nurse, matrix, HARM, seen(today()))
        answer(nurse, matrix, HARM, AnswerGiven(""))
        saved = ask(sign_in(robin), matrix).json()["saved"][HARM]
        assert saved["version"] == 2
        assert saved["words"].startswith("Sam Madeup took back this, ")
        assert saved["values"][f"{HARM}-seen"] == ""
        set_field(nurse, matrix, "mother_views", "She wants him home by nine.")
        changes = ask(sign_in(robin), matrix, page="views").json()["saved"]
        assert changes["mother_views"]["words"].startswith("Sam Madeup changed this, ")
        assert changes["mother_views"]["values"]["mother_views"] == "She wants him home by nine."

    def test_ones_own_other_window_is_called_that(self, nurse: User, matrix: Matrix) -> None:
        answer(nurse, matrix, CONCERN, AnswerGiven(Seen.NOT_KNOWN), now() - timedelta(days=1))
        words = ask(sign_in(nurse), matrix).json()["saved"][CONCERN]["words"]
        assert words.startswith("You answered this in another window, ")
        assert " on " in words  # the day, where it was not today


class TestIdle:
    def test_while_nothing_happens_it_costs_the_door_and_one_query(
        self, robin: User, nurse: User, matrix: Matrix
    ) -> None:
        client = sign_in(robin)
        ask(sign_in(nurse), matrix)
        tag = ask(client, matrix).headers["ETag"]

        def queries(**query: Any) -> tuple[int, list[str]]:
            with CaptureQueriesContext(connection) as caught:
                assert ask(client, matrix, tag=tag, **query).status_code == 304
            own = [
                executed["sql"]
                for executed in caught
                if "base_presence" in executed["sql"] or "matrix_answer" in executed["sql"]
            ]
            return len(caught), own

        total, own = queries()
        assert len(own) == 1
        assert total <= 10  # the sign-in, the person, the matrix, the child and what opens it to them

    def test_something_new_ends_the_silence(self, robin: User, nurse: User, matrix: Matrix) -> None:
        client = sign_in(robin)
        tag = ask(client, matrix).headers["ETag"]
        assert ask(client, matrix, tag=tag).status_code == 304
        answer(nurse, matrix, CONCERN, seen(today()))
        reply = ask(client, matrix, tag=tag)
        assert reply.status_code == 200
        assert CONCERN in reply.json()["saved"]
        ask(sign_in(nurse), matrix)
        assert ask(client, matrix, tag=reply.headers["ETag"]).status_code == 200

    def test_an_answer_with_words_is_a_read_and_304_is_none_nor_a_sign_of_life(
        self, robin: User, matrix: Matrix
    ) -> None:
        client = sign_in(robin)
        before = Entry.objects.count()
        seen_at = client.session.get("seen_at")
        tag = ask(client, matrix).headers["ETag"]
        assert Entry.objects.count() == before + 1
        ask(client, matrix)
        assert Entry.objects.count() == before + 1, "one row for a quarter of an hour"
        assert ask(client, matrix, tag=tag).status_code == 304
        assert Entry.objects.count() == before + 1
        assert client.session.get("seen_at") == seen_at


class TestOver:
    @pytest.mark.parametrize("end", ["sent", "withdrawn"])
    def test_a_draft_that_is_one_no_longer_says_so(self, robin: User, end: str) -> None:
        child = make_child()
        involve(child, robin)
        matrix = ready_matrix(robin, child, RiskLevel.LOW)
        if end == "sent":
            matrix_submit(robin, matrix=matrix)
        else:
            matrix_withdraw(robin, matrix=matrix, why="Begun by mistake.")
        assert f"was {end} at" in ask(sign_in(robin), matrix).json()["closed"]

    def test_record_f6_a_contributor_taken_out_is_told_by_the_next_question(
        self, robin: User, matrix: Matrix
    ) -> None:
        person = make_user()
        row = contributor_add(robin, matrix=matrix, person=person, may_bring_in=True)
        client = sign_in(person)
        assert ask(client, matrix).status_code == 200
        contributor_end(robin, contributor=row)
        reply = ask(client, matrix)
        assert reply.status_code == 403
        assert "You no longer fill in" in reply.json()["message"]
        assert "stays on your page" in reply.json()["message"]

    def test_a_stranger_learns_nothing(self, matrix: Matrix) -> None:
        assert ask(sign_in(make_user()), matrix).status_code == 404
        assert not Presence.objects.exists()
        assert ask(Client(), matrix).status_code == 401
        assert not Answer.objects.exists()
