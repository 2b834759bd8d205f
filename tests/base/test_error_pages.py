"""Plain answers: references, sizes, what services refuse, a database that goes away."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path, reverse

from cems.base.errors import CommandError, Conflict, Invalid, NotAllowed, TooMany
from cems.base.middleware import PlainRefusals, new_reference
from tests.factories.people import make_user, sign_in

REFUSALS: dict[str, CommandError] = {
    "400": Invalid("Write the name.", field="name"),
    "403": NotAllowed("Only a manager may do this."),
    "409": Conflict("Someone else was quicker."),
    "429": TooMany("Wait a little.", seconds=30),
}


def refuse(request: HttpRequest, status: str) -> HttpResponse:
    raise REFUSALS[status]


def break_down(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("Nobody Example, 1 Example Street")


urlpatterns = [
    path("refuse/<str:status>", refuse),
    path("break", break_down),
    path("", include("cems.urls")),
]
from cems.urls import handler400, handler403, handler404, handler429, handler500  # noqa: E402, F401


@pytest.fixture
def _with_refusing_pages() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_references_can_be_read_out() -> None:
    seen = {new_reference() for _ in range(200)}
    assert len(seen) == 200
    assert all(
        re.fullmatch(r"[2346789CFGHJKMPQRTVWX]{4}-[2346789CFGHJKMPQRTVWX]{4}", reference)
        for reference in seen
    )


@pytest.mark.usefixtures("_with_refusing_pages")
@pytest.mark.django_db
@pytest.mark.parametrize("status", list(REFUSALS))
def test_what_a_service_refuses_is_one_plain_answer(client: Client, status: str) -> None:
    answer = client.get(f"/refuse/{status}")
    assert answer.status_code == int(status)
    assert REFUSALS[status].message in answer.content.decode()
    assert answer["X-CEMS-Reference"] in answer.content.decode()

    response = client.get(f"/refuse/{status}", headers={"X-Requested-With": "cems"})
    assert response.status_code == int(status)
    assert response.json()["message"] == REFUSALS[status].message
    assert response.json()["reference"] == response["X-CEMS-Reference"]
    assert response.json()["field"] == REFUSALS[status].field


@pytest.mark.usefixtures("_with_refusing_pages")
def test_too_many_says_when_to_come_back(client: Client) -> None:
    assert client.get("/refuse/429", headers={"Accept": "application/json"})["Retry-After"] == "30"


@pytest.mark.usefixtures("_with_refusing_pages")
def test_a_break_down_tells_nothing_but_a_reference() -> None:
    client = Client(raise_request_exception=False)
    answer = client.get("/break")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert answer["X-CEMS-Reference"] in text
    assert "Example Street" not in text
    assert "ZeroDivision" not in text


def test_it_does_not_swallow_other_errors() -> None:
    request = RequestFactory().get("/")
    assert PlainRefusals(lambda _: HttpResponse()).process_exception(request, ValueError("x")) is None


@pytest.mark.django_db
def test_a_page_that_is_not_there(client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert answer["X-CEMS-Reference"] in answer.content.decode()
    assert client.get("/no-such-page/", headers={"Accept": "application/json"}).json()["error"] == "not_found"


@pytest.mark.django_db
@pytest.mark.parametrize("size", [settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.REQUEST_MAX_BYTES])
def test_floor_f7_a_body_over_the_limit_is_refused_plainly(client: Client, size: int) -> None:
    before, after = client.post("/account/login/", {"login": "x" * (size + 1)}), client.get("/account/login/")
    assert before.status_code == 413
    assert before["X-CEMS-Reference"] in before.content.decode()
    assert after.status_code == 200


@pytest.mark.django_db
def test_floor_f7_a_thousand_fields_too_many_are_refused_plainly(client: Client) -> None:
    body = "&".join(f"f{n}=1" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    answer = client.post("/account/login/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


@pytest.mark.django_db
def test_safe_f8_what_is_far_too_large_is_refused_in_words_and_the_next_request_works() -> None:
    """30 MB of text or files, 10,000 fields or files, JSON without end: to a page with a form, and to the API."""
    user = make_user("administrator")
    client, page = sign_in(user), reverse("people:new")
    long, many = "x" * 30_000_000, "&".join(f"f{n}=1" for n in range(10_000))
    form, multipart = "application/x-www-form-urlencoded", {"name": long}
    files = {
        f"f{n}": ContentFile(b"1", name=f"{n}.txt") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)
    }
    answers = [
        client.post(page, f"name={long}", content_type=form),
        client.post(page, multipart),
        client.post(page, many, content_type=form),
        client.post(page, {f"f{n}": "1" for n in range(10_000)}),
        client.post(page, files),
    ]
    assert [answer.status_code for answer in answers] == [413] * 5
    for answer in answers:
        assert answer["X-CEMS-Reference"] in answer.content.decode()
    for deep in ("[" * 200_000, '{"a":' * 200_000, "[" * 30_000_000):
        answer = client.post("/api/v1/matrices/", deep, content_type="application/json")
        assert 400 <= answer.status_code < 500
        assert answer.headers["Content-Type"].startswith("application/json") and "message" in answer.json()
    assert client.get(page).status_code == 200


@pytest.mark.django_db
def test_a_stale_form_is_told_how_to_go_on() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", {"login": "a@example.test"})
    assert answer.status_code == 403
    assert answer["X-CEMS-Reference"] in answer.content.decode()


@pytest.mark.django_db
def test_only_a_form_of_our_own_page_is_taken() -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get("/account/login/").cookies["csrftoken"].value
    form = {"login": "a@example.test", "password": "x", "csrfmiddlewaretoken": token}
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/account/login/", form, headers=own).status_code == 200
    wrong = form | {"csrfmiddlewaretoken": "0" * 32}
    assert client.post("/account/login/", wrong, headers=own).status_code == 403
    for origin in ("null", "https://testserver.example.test", "http://elsewhere.example.test"):
        assert client.post("/account/login/", form, headers={**own, "Origin": origin}).status_code == 403


@pytest.mark.django_db
def test_over_tls_a_form_that_tells_nothing_of_its_page_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get("/account/login/", secure=True).cookies["csrftoken"].value
    form = {"login": "a@example.test", "password": "x", "csrfmiddlewaretoken": token}

    def sent(referrer: dict[str, str]) -> int:
        return client.post("/account/login/", form, secure=True, headers=referrer).status_code

    assert sent({"Referer": "https://testserver/account/login/"}) == 200
    assert sent({"Referer": "https://elsewhere.example.test/"}) == 403
    assert sent({}) == 403


def cut_our_connection() -> None:
    """The server ends our connection, as a restart would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    parameters = connection.get_connection_params()
    wanted = {
        key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if parameters.get(key)
    }
    with psycopg.connect(**wanted) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", ["/account/sign-ins/", "/notices/"])
def test_floor_f11_a_lost_database_is_told_plainly_and_mends_itself(url: str) -> None:
    client = sign_in(make_user())
    client.raise_request_exception = False
    assert client.get(url).status_code == 200
    cut_our_connection()
    answer = client.get(url)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert answer["X-CEMS-Reference"] in answer.content.decode()
    assert "psycopg" not in answer.content.decode()
    assert client.get(url).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_floor_f11_a_database_lost_inside_a_view_too(client: Client) -> None:
    form = {"login": "a@example.test", "password": "x"}
    assert client.post("/account/login/", form).status_code == 200
    cut_our_connection()
    assert [client.post("/account/login/", form).status_code for _ in range(2)] == [503, 200]
