"""Saved while typing: each save once, nothing lost, nobody's words under another's name (M6)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.errors import Invalid
from cems.base.models import IdempotencyKey
from cems.base.time import today
from matrix.forms import answer_given
from matrix.models import Matrix
from matrix.services.drafts import matrix_start, matrix_withdraw
from tests.factories.children import involve, make_child
from tests.factories.matrices import CONCERN, HARM, answer, seen, set_field
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M6")]

ASKS_JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def matrix(user: User) -> Matrix:
    child = make_child()
    involve(child, user)
    return matrix_start(user, child=child)


@pytest.fixture
def client(user: User) -> Client:
    return sign_in(user)


def save(
    client: Client, matrix: Matrix, *, key: object = None, version: int = 0, code: str = HARM, **fields: str
):  # type: ignore[no-untyped-def]
    day = today()
    given = {
        "seen": "seen",
        "when": "exact",
        "day": day.day,
        "month": day.month,
        "year": day.year,
        "what": "Heard it",
    }
    body = {f"{code}-{name}": value for name, value in {**given, **fields}.items()}
    sent = {**body, "answer": code, "version": version, "idempotency_key": str(key or uuid4())}
    return client.post(reverse("matrix:answer", args=[matrix.public_id]), sent, **ASKS_JSON)


def save_field(client: Client, matrix: Matrix, name: str, value: object, version: int = 0, **more: str):  # type: ignore[no-untyped-def]
    sent = {"answer": name, name: value, "version": version, "idempotency_key": str(uuid4()), **more}
    return client.post(reverse("matrix:field", args=[matrix.public_id]), sent, **ASKS_JSON)


def test_a_save_says_when_and_which_version(client: Client, matrix: Matrix) -> None:
    reply = save(client, matrix)
    assert reply.status_code == 200
    assert reply.json()["version"] == 1
    assert len(reply.json()["saved_at"]) == 5
    assert matrix.answers.get().what == "Heard it"


@pytest.mark.requirement("K2")
@pytest.mark.parametrize(
    ("day", "left"),
    [
        ({"day": "31", "month": "2", "year": "2026"}, "no_such"),
        ({"day": "31", "month": "12", "year": "9999"}, ""),
        ({"day": "0", "month": "5", "year": "2026"}, "no_such"),
        ({"day": "3", "month": "Mai", "year": "2026"}, "no_such"),
        ({"day": "٣", "month": "13", "year": "2026"}, "no_such"),
        ({"when": "month", "day": "", "month": "13", "year": "2026"}, "no_such"),
        ({"day": "3", "month": "", "year": ""}, "partly"),
        ({"day": "3", "month": "5", "year": "20"}, "partly"),
        ({"day": "", "month": "", "year": ""}, ""),
        ({"day": "3", "month": "5", "year": "2026"}, ""),
    ],
)
def test_a_day_that_is_not_kept_is_never_called_saved_and_the_rest_is_kept(
    client: Client, matrix: Matrix, day: dict[str, str], left: str
) -> None:
    reply = save(client, matrix, **day)
    if reply.status_code == 200:
        assert reply.json().get("left", "") == left
        assert matrix.answers.get().what == "Heard it"
    else:
        assert reply.status_code == 400 and reply.json()["message"]


def test_the_same_save_again_is_answered_the_same(client: Client, matrix: Matrix) -> None:
    key = uuid4()
    first, again = save(client, matrix, key=key), save(client, matrix, key=key)
    assert first.json() == again.json()
    assert IdempotencyKey.objects.filter(key=key).count() == 1
    assert matrix.answers.get().version == 1


def test_the_same_key_with_other_words_is_refused(client: Client, matrix: Matrix) -> None:
    key = uuid4()
    save(client, matrix, key=key)
    assert save(client, matrix, key=key, what="Something else").status_code == 409
    assert matrix.answers.get().what == "Heard it"


def test_the_loser_is_sent_both_texts(client: Client, matrix: Matrix) -> None:
    colleague = make_user()
    answer(colleague, matrix, HARM, seen(today(), "Their words"))
    reply = save(client, matrix, what="My words")
    conflict = reply.json()["conflict"]
    assert reply.status_code == 409
    assert "My words" in conflict["yours"]
    assert "Their words" in conflict["theirs"]
    assert (conflict["theirs_by"], conflict["version"]) == (colleague.name, 1)
    assert conflict["theirs_values"][f"{HARM}-what"] == "Their words"
    assert save(client, matrix, version=1, what="My words").json()["version"] == 2


def test_half_a_date_is_no_mistake_while_typing(client: Client, matrix: Matrix) -> None:
    reply = save(client, matrix, month="", year="20")
    assert reply.status_code == 200
    assert matrix.answers.get().seen_on is None


def test_a_year_no_calendar_has_is_no_mistake_while_typing_either(client: Client, matrix: Matrix) -> None:
    assert save(client, matrix, year="9" * 25).status_code == 200
    assert matrix.answers.get().seen_on is None
    typed = {"seen": "seen", "when": "exact", "day": "1", "month": "5", "year": "9" * 25, "agency": ""}
    with pytest.raises(Invalid, match="a real date"):
        answer_given(typed, {}, whole=True)


def test_a_date_ahead_is_refused_in_words(client: Client, matrix: Matrix) -> None:
    ahead = today() + timedelta(days=1)
    reply = save(client, matrix, day=str(ahead.day), month=str(ahead.month), year=str(ahead.year))
    assert reply.status_code == 400
    assert "future" in reply.json()["message"]


def test_somebody_else_signed_in_meanwhile_saves_nothing(client: Client, matrix: Matrix) -> None:
    reply = save_field(client, matrix, "reasons", "Typed by another", user="999999999")
    assert reply.status_code == 401
    assert Matrix.objects.get(pk=matrix.pk).reasons == ""


def test_signed_out_is_said_so_that_the_page_keeps_its_text(matrix: Matrix) -> None:
    assert save(Client(), matrix).status_code == 401


def test_only_what_is_sent_is_taken(client: Client, matrix: Matrix) -> None:
    for name in ("answer", "field"):
        assert client.get(reverse(f"matrix:{name}", args=[matrix.public_id])).status_code == 405


@pytest.mark.parametrize("key", ["", "x", "1234"])
def test_a_save_without_its_key_is_refused(client: Client, matrix: Matrix, key: str) -> None:
    sent = {"answer": "reasons", "reasons": "x", "version": "0", "idempotency_key": key}
    reply = client.post(reverse("matrix:field", args=[matrix.public_id]), sent, **ASKS_JSON)
    assert reply.status_code == 400


def test_a_withdrawn_matrix_takes_no_more(client: Client, user: User, matrix: Matrix) -> None:
    matrix_withdraw(user, matrix=matrix, why="A mistake")
    reply = save(client, matrix)
    assert reply.status_code == 409
    assert "withdrawn" in reply.json()["message"]


class TestFields:
    def test_lists_and_texts(self, client: Client, matrix: Matrix) -> None:
        assert save_field(client, matrix, "forms", ["online", "sexual"]).json()["version"] == 1
        assert save_field(client, matrix, "reasons", "Because\r\nof this").json()["version"] == 1
        stored = Matrix.objects.get(pk=matrix.pk)
        assert (stored.forms, stored.reasons) == (["online", "sexual"], "Because\nof this")

    def test_the_loser_is_sent_both(self, client: Client, matrix: Matrix) -> None:
        set_field(make_user(), matrix, "level", "3")
        conflict = save_field(client, matrix, "level", "1").json()["conflict"]
        assert (conflict["yours"], conflict["theirs"]) == ("Low", "Significant")
        assert conflict["theirs_values"] == {"level": "3"}

    def test_a_field_that_is_none_is_refused(self, client: Client, matrix: Matrix) -> None:
        assert save_field(client, matrix, "state", "submitted").status_code == 400


class TestBeside:
    def test_the_profile_counts_what_was_saved(self, client: Client, user: User, matrix: Matrix) -> None:
        answer(user, matrix, HARM, seen(today()))
        answer(user, matrix, CONCERN, seen(today() - timedelta(days=200)))
        html = client.get(reverse("matrix:profile", args=[matrix.public_id])).content.decode()
        cells = [int(cell) for cell in re.findall(r"<td[^>]*>(\d+)</td>", html)]
        # Up to 1 month, 1 to 3, 3 to 6, over 6, no date, standing; harm apart from each kind of risk.
        harm, contact = [1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0]
        assert cells == [*harm, *[0] * 6, *contact, *[0] * 18]

    def test_words_that_blame_are_answered_gently_and_the_childs_own_are_left_alone(
        self, client: Client, user: User, matrix: Matrix
    ) -> None:
        set_field(user, matrix, "reasons", "It is a lifestyle choice.")
        set_field(user, matrix, "child_views", "It is my lifestyle choice.")
        address = reverse("matrix:profile", args=[matrix.public_id])
        assert "A child cannot choose" in client.get(address, {"page": "judgement"}).content.decode()
        assert "A child cannot choose" not in client.get(address, {"page": "views"}).content.decode()
        page = client.get(reverse("matrix:judgement", args=[matrix.public_id])).content.decode()
        assert "A child cannot choose" in page
