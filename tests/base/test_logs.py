"""Logs name requests, never people: a planted name must not come out of any of these."""

import io
import json
import logging
from datetime import datetime

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from cems.accounts.models import Authority, Locality
from cems.base.logs import JsonLines, WithoutPeople, current_reference

PLANTED = "Zephyrine Planted"


class Caught(logging.Logger):
    """A logger of our make-up whose lines can be read."""

    def __init__(self) -> None:
        super().__init__("tests")
        self.out = io.StringIO()
        handler = logging.StreamHandler(self.out)
        handler.addFilter(WithoutPeople())
        handler.setFormatter(JsonLines())
        self.addHandler(handler)

    def line(self) -> dict[str, str]:
        text = self.out.getvalue()
        assert "Zephyrine" not in text
        return json.loads(text)  # type: ignore[no-any-return]


@pytest.fixture
def caught() -> Caught:
    return Caught()


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ('"GET /search?q=Zephyrine+Planted&x=1 HTTP/1.1" 200', ()),
        ("Not Found: %s", ("/children?name=Zephyrine",)),
        ("failed: %s", (ValueError(PLANTED),)),
        ("failed: %(error)s", ({"error": KeyError(PLANTED)},)),
        ("duplicate key\nDETAIL:  Key (name)=(Zephyrine Planted) already exists.", ()),
        ("Key (given_name, family_name)=(Zephyrine, Planted) already exists.", ()),
    ],
)
def test_a_message_loses_what_names_people(caught: Caught, message: str, args: tuple[object, ...]) -> None:
    caught.error(message, *args)
    assert caught.line()["message"]


def test_an_exception_is_told_by_kind_and_place(caught: Caught) -> None:
    try:
        try:
            raise ValueError(PLANTED)
        except ValueError as cause:
            raise RuntimeError(f"about {PLANTED}") from cause
    except RuntimeError as error:
        caught.exception("Task clocks raised %r: %s", error, str(error))
    line = caught.line()
    assert "RuntimeError" in line["exception"]
    assert "ValueError" in line["exception"]
    assert "test_logs.py" in line["exception"]


@pytest.mark.django_db
def test_what_the_database_refused_is_not_quoted(caught: Caught) -> None:
    authority = Authority.objects.first()
    Locality.objects.create(authority=authority, code=PLANTED, name=PLANTED)
    try:
        with transaction.atomic():
            Locality.objects.create(authority=authority, code=PLANTED, name=PLANTED)
    except IntegrityError as error:
        assert "Zephyrine" in str(error), "the database quotes nothing: this test shows nothing"
        caught.exception("saving failed: %s", error)
    assert "IntegrityError" in caught.line()["exception"]


def test_fields_that_others_add_stay_out(caught: Caught) -> None:
    caught.error("Internal Server Error", extra={"request": f"<GET /?q={PLANTED}>", "status_code": 500})
    line = caught.line()
    assert line["status"] == 500  # type: ignore[comparison-overlap]
    assert "request" not in line


def test_a_line_carries_the_reference_of_its_request(caught: Caught) -> None:
    token = current_reference.set("7K2F-9QXM")
    try:
        caught.warning("said")
    finally:
        current_reference.reset(token)
    assert caught.line()["reference"] == "7K2F-9QXM"


def test_a_line_of_a_refused_request_carries_its_reference_too(caught: Caught) -> None:
    request = RequestFactory().get("/", {"q": PLANTED})
    request.reference = "9QXM-7K2F"  # type: ignore[attr-defined]
    caught.warning("Forbidden: %s", request.path, extra={"request": request, "status_code": 403})
    assert caught.line()["reference"] == "9QXM-7K2F"


def test_a_message_that_is_an_object_gets_no_fields_of_its_own(caught: Caught) -> None:
    caught.error({"child": "Zephyr", "status": "Zephyr", "exception": "x"})
    line = caught.line()
    assert set(line) == {"at", "level", "logger", "message"}
    assert datetime.fromisoformat(line["at"]).tzinfo is not None
    assert line["level"] == "ERROR" and line["logger"] == "tests"


def test_what_others_add_passes_under_no_chosen_name(caught: Caught) -> None:
    caught.error(
        "said", extra={"status_code": PLANTED, "exception": PLANTED, "reference": PLANTED, "at": PLANTED}
    )
    assert set(caught.line()) == {"at", "level", "logger", "message"}
