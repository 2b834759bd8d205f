"""The lists of a child's matrices: each is read to its end by pages, and none ends without saying so (M6)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.models import Matrix
from matrix.selectors.child import SENT, WITHDRAWN
from matrix.services.drafts import matrix_start, matrix_withdraw
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M6")]


def read_to_the_end(client: Client, address: str, label: str) -> list[str]:
    """Each page of the list whose link to the next says `label`."""
    pages = []
    while address:
        page = client.get(address)
        assert page.status_code == 200
        pages.append(page.content.decode())
        key = {"Earlier matrices": "sent", "Earlier withdrawn matrices": "withdrawn"}[label]
        address = page.context["further"][key]
        assert (label in pages[-1]) is bool(address)
    return pages


def test_every_matrix_that_was_sent_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SENT, "size", 2)
    child, user = make_child(), make_user()
    involve(child, user)
    instant = now()
    sent = [
        submit(user, child, RiskLevel.LOW, at=instant - timedelta(days=days)).reference
        for days in (40, 30, 20, 10, 1)
    ]
    client = sign_in(user)
    pages = read_to_the_end(client, reverse("matrix:for_child", args=[child.public_id]), "Earlier matrices")
    assert len(pages) == 3
    for at, page in enumerate(pages):
        shown = [reference for reference in reversed(sent) if f">{reference}</a>" in page]
        assert shown == [*reversed(sent)][at * 2 : at * 2 + 2]
        # How fresh the evidence is, is said of the newest matrix on whichever page.
        assert page.count("last asked") == pages[0].count("last asked")


def test_every_withdrawn_matrix_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WITHDRAWN, "size", 2)
    child, user = make_child(), make_user()
    involve(child, user)
    for number in range(3):
        matrix = matrix_start(user, child=child)
        matrix_withdraw(user, matrix=matrix, why=f"Plainly invented reason {number}.")
    client = sign_in(user)
    address = reverse("matrix:for_child", args=[child.public_id])
    pages = read_to_the_end(client, address, "Earlier withdrawn matrices")
    assert [page.count("Plainly invented reason") for page in pages] == [2, 1]
    assert Matrix.objects.filter(child=child).count() == 3


def test_a_short_list_has_no_further_pages() -> None:
    child: Child = make_child()
    user = make_user()
    involve(child, user)
    submit(user, child, RiskLevel.LOW)
    page = sign_in(user).get(reverse("matrix:for_child", args=[child.public_id]))
    assert not any(page.context["further"].values())
    assert "Earlier matrices" not in page.content.decode()


@pytest.mark.parametrize("name", ["sent_after", "withdrawn_after", "reviews_after"])
def test_a_place_that_is_none_is_refused(name: str) -> None:
    child, user = make_child(), make_user()
    involve(child, user)
    page = sign_in(user).get(reverse("matrix:for_child", args=[child.public_id]), {name: "made-up"})
    assert page.status_code == 400
