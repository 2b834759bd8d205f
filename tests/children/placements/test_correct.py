"""A placement is put right on its own page: what may be mended there, and what it never shows (C2)."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import today
from cems.children.history.services.correction import version_of
from cems.children.history.services.status import status_close, status_open
from cems.children.models import Child, Correction, Placement
from cems.children.placements.services.placement import placement_end
from tests.children.placements.test_placement import days_ago
from tests.factories.children import make_child, make_placement
from tests.factories.people import make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C2")]
LODGE = "Hidden Lodge"


@pytest.fixture
def officer() -> User:
    return make_user("first_contact", team=make_team(), name="Example Officer")


@pytest.fixture
def client(officer: User) -> Client:
    return sign_in(officer)


@pytest.fixture
def child() -> Child:
    return make_child()


def page(name: str, child: Child, *more: object) -> str:
    return reverse(f"children:{name}", args=[child.public_id, *more])


def sent(row: Placement, **kw: Any) -> dict[str, Any]:
    """What the page of this placement sends as it was drawn, with what was typed."""
    code = make_authority().code
    typed = {
        "key": uuid4(),
        "version": version_of(row),
        "kind": row.kind,
        "placed_by": code,
        "area": code,
        "provider_name": "" if row.address_confidential else row.provider_name,
        "notified_by": row.notified_by,
        "why": "It was misread.",
        **kw,
    }
    if row.address_confidential:
        typed.setdefault("address_confidential", "on")
    for name, day in (("starts_on", row.starts_on), ("notified_on", row.notified_on)):
        typed |= {f"{name}_0": day.day, f"{name}_1": day.month, f"{name}_2": day.year}
    return {name: value for name, value in typed.items() if value is not None}


def test_a_confidential_place_stands_nowhere_on_the_page_and_stays(child: Child, client: Client) -> None:
    row = make_placement(child, provider_name=LODGE, address_confidential=True)
    address = page("placement_correct", child, row.public_id)
    shown = client.get(address).content.decode()
    assert LODGE not in shown and "It stays as it is if you leave both empty" in shown
    assert client.post(address, sent(row, kind="residential")).status_code == 302
    row.refresh_from_db()
    assert (row.kind, row.provider_name, row.address_confidential) == ("residential", LODGE, True)
    assert LODGE not in client.get(page("placements", child)).content.decode()


def test_it_is_shown_only_once_somebody_writes_it(child: Child, client: Client) -> None:
    row = make_placement(child, provider_name=LODGE, address_confidential=True)
    address = page("placement_correct", child, row.public_id)
    refused = client.post(address, sent(row, address_confidential=None))
    assert refused.status_code == 400 and "if it is to be shown from now on" in refused.content.decode()
    row.refresh_from_db()
    assert row.address_confidential and not Correction.objects.exists()
    assert (
        client.post(address, sent(row, address_confidential=None, provider_name="Open House")).status_code
        == 302
    )
    shown = client.get(page("placements", child)).content.decode()
    assert "Open House" in shown and LODGE not in shown


def test_a_place_found_to_be_confidential_is_shown_no_more(child: Child, client: Client) -> None:
    row = make_placement(child, provider_name=LODGE)
    address = page("placement_correct", child, row.public_id)
    for kw in ({"kind": "residential"}, {"address_confidential": "on"}):
        assert LODGE in client.get(page("placements", child)).content.decode()
        assert client.post(address, sent(row, **kw)).status_code == 302
        row.refresh_from_db()
    shown = client.get(page("placements", child)).content.decode()
    assert LODGE not in shown and shown.count("It was misread.") == 2
    assert row.provider_name == LODGE


def test_the_long_stay_and_who_notified_are_put_right_and_checked_as_when_recorded(
    child: Child, client: Client
) -> None:
    row = make_placement(child, kind="health")
    address = page("placement_correct", child, row.public_id)
    refused = client.post(address, sent(row, kind="foster", long_stay="on"))
    assert refused.status_code == 400 and "health and education placements only" in refused.content.decode()
    assert client.post(address, sent(row, long_stay="on", notified_by="Example Ward")).status_code == 302
    row.refresh_from_db()
    assert row.long_stay and row.notified_by == "Example Ward"
    assert "three months or more" in client.get(page("placements", child)).content.decode()


def test_a_colleague_who_was_quicker_is_not_overwritten(child: Child, client: Client) -> None:
    row = make_placement(child)
    address = page("placement_correct", child, row.public_id)
    mine, theirs = sent(row, notified_by="Mine"), sent(row, notified_by="Theirs", kind="residential")
    colleague = sign_in(make_user("first_contact", team=make_team()))
    for _ in range(2):  # a double click is one correction
        assert colleague.post(address, theirs).status_code == 302
    assert Correction.objects.count() == 1
    late = client.post(address, mine)
    words = late.content.decode()
    assert late.status_code == 409 and "What the record says now, and what you wrote" in words
    assert "Theirs" in words and "Mine" in words and "Residential" in words
    row.refresh_from_db()
    assert (row.notified_by, row.kind) == ("Theirs", "residential")
    assert f'name="version" value="{version_of(row)}"' in words
    assert client.post(address, {**mine, "version": version_of(row)}).status_code == 302
    row.refresh_from_db()
    assert row.notified_by == "Mine" and Correction.objects.count() == 2


def test_an_end_recorded_meanwhile_is_not_taken_back(child: Child, client: Client, officer: User) -> None:
    row = make_placement(child, provider_name=LODGE, address_confidential=True)
    mine = sent(row, notified_by="Mine")
    placement_end(officer, placement=row, ends_on=today(), reason="Went home")
    late = client.post(page("placement_correct", child, row.public_id), mine)
    words = late.content.decode()
    assert late.status_code == 409 and "Went home" in words and LODGE not in words
    row.refresh_from_db()
    assert row.ends_on == today()


def test_a_status_that_a_colleague_changed_is_not_overwritten(
    child: Child, client: Client, officer: User
) -> None:
    begun = days_ago(9)
    row = status_open(officer, child=child, kind="child_in_care", starts_on=begun, legal_basis="s20")
    address = page("status_correct", child, row.public_id)
    drawn = {
        "key": uuid4(), "version": version_of(row), "kind": "child_in_care", "legal_basis": "s31_interim",
        "starts_on_0": begun.day, "starts_on_1": begun.month, "starts_on_2": begun.year, "why": "The order.",
    }  # fmt: skip
    status_close(officer, status=row, ends_on=days_ago(1))
    late = client.post(address, drawn)
    assert late.status_code == 409 and "What the record says now" in late.content.decode()
    row.refresh_from_db()
    assert row.ends_on == days_ago(1) and row.legal_basis == "s20"
    assert client.post(address, {**drawn, "version": version_of(row)}).status_code == 302
    row.refresh_from_db()
    assert (row.ends_on, row.legal_basis) == (None, "s31_interim")
