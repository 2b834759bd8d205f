"""What answers with content is a read, whatever method or header the client sends (A3, safe kind 13)."""

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.access_control import Wordless
from cems.children.models import Child
from tests.factories.children import involve, make_child
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A3")]

POLL = {"X-CEMS-Polling": "1", "X-Requested-With": "cems"}


@pytest.fixture
def worker() -> User:
    return make_user(name="Robin Pretend")


@pytest.fixture
def child(worker: User) -> Child:
    child = make_child()
    involve(child, worker)
    return child


def reads(child: Child) -> int:
    return Entry.objects.filter(verb=Verb.VIEWED, child=child.public_id).count()


@pytest.mark.parametrize("headers", [{}, POLL, {"HX-Request": "true"}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_header_and_no_method_keeps_a_look_out_of_the_record_of_use(
    worker: User, child: Child, method: str, headers: dict[str, str]
) -> None:
    url = reverse("children:overview", args=[child.public_id])
    assert sign_in(worker).generic(method, url, headers=headers).status_code == 200
    assert reads(child) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"])
def test_a_page_without_a_form_takes_nothing_but_a_look(worker: User, child: Child, method: str) -> None:
    url = reverse("children:overview", args=[child.public_id])
    answer = sign_in(worker).generic(method, url)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert child.family_name not in answer.content.decode()
    assert reads(child) == 0


def test_a_stranger_is_answered_alike_by_every_method(child: Child) -> None:
    client = sign_in(make_user())
    for method in ("GET", "POST", "OPTIONS", "FOO"):
        url = reverse("children:overview", args=[child.public_id])
        assert client.generic(method, url).status_code == 404
    assert Client().options(url).status_code == 302


def test_a_form_that_is_drawn_again_is_a_read_and_one_that_is_done_is_none(
    worker: User, child: Child
) -> None:
    client, url = sign_in(worker), reverse("children:name_add", args=[child.public_id])
    assert client.post(url, {"name": "Example Other"}).status_code == 302
    assert reads(child) == 0
    assert client.post(url, {"name": ""}, headers=POLL).status_code == 400
    assert reads(child) == 1
    assert client.post(url, {"name": ""}).status_code == 400
    assert reads(child) == 1, "one row for a person, a record and a quarter of an hour"


def test_what_is_said_to_have_no_words_can_have_none() -> None:
    assert Wordless({"saved_at": "12:03", "version": 3}).status_code == 200
    with pytest.raises(ValueError, match="without words"):
        Wordless({"theirs": "What a colleague wrote of the child"})
