"""While CEMS can't be used, its pages give the numbers that they need no database for; so do letters (K3)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from cems.accounts.directory.error_page import desk_numbers_keep, kept_desk_numbers
from cems.accounts.models import Duty, DutyDesk, Team
from cems.accounts.services.agency import team_save
from cems.base.time import now, today
from tests.factories.people import make_user

pytestmark = pytest.mark.requirement("K3")
Capture = Callable[..., AbstractContextManager[object]]


def break_down(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def database_gone(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the connection is gone")


urlpatterns = [
    path("break", break_down), path("gone", database_gone), path("", include("cems.urls")),
]  # fmt: skip
from cems.urls import handler400, handler403, handler404, handler429, handler500  # noqa: E402, F401


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.STATE_DIR = tmp_path
    return tmp_path


@pytest.fixture
def desk() -> Team:
    team = DutyDesk.objects.select_related("team").filter(duty=Duty.FRONT_DOOR).order_by("pk")[0].team
    Team.objects.filter(pk=team.pk).update(phone="01632 960123", hours="8.30am to 5pm")
    return team


def page(address: str) -> str:
    with override_settings(ROOT_URLCONF=__name__):
        answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == {"/break": 500, "/gone": 503}[address]
    return unescape(answer.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/break", "/gone"])
def test_both_pages_give_the_numbers_without_the_database(
    desk: Team, address: str, django_assert_num_queries: Any
) -> None:
    desk_numbers_keep(now())
    with django_assert_num_queries(0):
        shown = page(address)
    assert desk.name in shown and 'href="tel:01632960123"' in shown and "8.30am to 5pm" in shown
    assert "council’s website" not in shown


@pytest.mark.django_db  # the page throws away what connection there is, as an earlier test may have left one
@pytest.mark.parametrize("address", ["/break", "/gone"])
@pytest.mark.parametrize("kept", [None, "", "[1]", '{"no": "list"}', '[{"stray": "field"}]'])
def test_without_numbers_the_page_says_where_they_stand(address: str, kept: str | None, folder: Path) -> None:
    if kept is not None:
        (folder / "desk-numbers.json").write_text(kept)
    shown = page(address)
    assert "First Contact, or the Emergency Duty Team" in shown and "council’s website" in shown


@pytest.mark.django_db
def test_a_page_that_can_not_be_drawn_gives_them_in_plain_words(desk: Team) -> None:
    desk_numbers_keep(now())
    with patch("cems.base.error_pages.loader.get_template", side_effect=RuntimeError):
        assert f"{desk.name}, " in page("/break")


@pytest.mark.django_db
def test_a_number_that_changes_is_the_number_of_the_page(
    desk: Team, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        team_save(make_user("administrator"), team=desk, phone="01632 960999")
    assert "01632 960999" in page("/gone") and "01632 960123" not in page("/gone")


@pytest.mark.django_db
def test_a_folder_that_can_not_be_written_stops_no_change(
    desk: Team, settings: Any, folder: Path, django_capture_on_commit_callbacks: Capture
) -> None:
    settings.STATE_DIR = folder / "file"
    settings.STATE_DIR.write_text("no folder")
    with django_capture_on_commit_callbacks(execute=True):
        team_save(make_user("administrator"), team=desk, phone="01632 960999")
    desk.refresh_from_db()
    assert desk.phone == "01632 960999"
    assert Client().get("/readyz").json()["parts"]["directory"]["state"] == "warning"


@pytest.mark.django_db
def test_each_web_server_keeps_them_when_it_is_asked_whether_it_is_ready(desk: Team) -> None:
    assert Client().get("/readyz").json()["parts"]["directory"]["state"] == "ok"
    assert "01632 960123" in {kept.phone for kept in kept_desk_numbers()}
    Team.objects.filter(pk=desk.pk).update(phone="01632 960777")  # by another server
    assert Client().get("/readyz").json()["parts"]["directory"]["said"] == "kept"
    with time_machine.travel(now() + timedelta(minutes=11)):
        Client().get("/readyz")
    assert "01632 960777" in {kept.phone for kept in kept_desk_numbers()}


@pytest.mark.django_db
def test_an_authority_that_has_ended_is_not_rung(desk: Team) -> None:
    row = (
        DutyDesk.objects.filter(team=desk, duty=Duty.FRONT_DOOR).select_related("authority").order_by("pk")[0]
    )
    desk_numbers_keep(now())
    assert row.authority.name in {kept.authority for kept in kept_desk_numbers()}
    type(row.authority).objects.filter(pk=row.authority_id).update(last_day=today() - timedelta(days=1))
    desk_numbers_keep(now())
    assert row.authority.name not in {kept.authority for kept in kept_desk_numbers()}
