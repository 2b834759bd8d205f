"""The partnership's reference data: written once, the same when repeated, nothing of people's own lost."""

import json
from typing import Any

import pytest

from cems.accounts.models import Agency, AgencyKind, Authority, DutyDesk, Locality, Team, TeamKind
from cems.accounts.reference import FILE, sync

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("A1")
def test_it_names_the_partnership() -> None:
    sync()
    assert {row.code for row in Authority.objects.all()} >= {"E06000047", "E06000005"}
    assert {row.code for row in Locality.objects.filter(authority__code="E06000047")} >= {
        "east",
        "south",
        "north-west",
    }
    for code in ("first-contact", "edt"):
        assert Team.objects.get(code=code).kind == TeamKind.QUEUE
    assert Team.objects.get(code="erase").agency.kind == AgencyKind.CHILDRENS_SERVICES
    police = Agency.objects.get(code="durham-constabulary")
    assert police.authorities.count() == 2
    assert set(Agency.objects.values_list("kind", flat=True)) == set(AgencyKind.values)


@pytest.mark.requirement("A1")
def test_repeating_it_changes_nothing_and_loses_nothing() -> None:
    sync()
    extra = Team.objects.create(code="kept", name="Kept", agency=Agency.objects.get(code="icb"))
    Team.objects.filter(code="edt").update(phone="03000 000 005")
    before = set(Team.objects.values_list("pk", "code", "name", "phone"))
    sync()
    assert set(Team.objects.values_list("pk", "code", "name", "phone")) == before
    assert Team.objects.filter(pk=extra.pk).exists()


@pytest.mark.requirement("A1")
def test_what_administrators_changed_is_never_written_over() -> None:
    """It runs at each start on servers."""
    sync()
    agency, team = Agency.objects.get(code="icb"), Team.objects.get(code="edt")
    Agency.objects.filter(pk=agency.pk).update(name="North East ICB")
    agency.authorities.clear()
    Team.objects.filter(pk=team.pk).update(name="Night desk", phone="03000 000 005")
    Locality.objects.filter(code="east").update(name="Coast")
    other = Team.objects.get(code="cevt")
    desk = DutyDesk.objects.filter(authority__code="E06000047", duty="front_door")
    desk.update(team=other)
    sync()
    assert Agency.objects.get(pk=agency.pk).name == "North East ICB"
    assert not agency.authorities.exists()
    assert (Team.objects.get(pk=team.pk).name, Locality.objects.get(code="east").name) == (
        "Night desk",
        "Coast",
    )
    assert desk.get().team == other


@pytest.mark.parametrize(
    ("demo", "testing", "invented"), [(False, False, 0), (True, False, 6), (False, True, 6)]
)
def test_invented_schools_and_homes_come_into_no_live_database(
    settings: Any, demo: bool, testing: bool, invented: int
) -> None:
    for model in (Team, Agency):  # those of the tests' own database
        model.objects.filter(name__startswith="Example ").delete()
    settings.DEMO, settings.TESTING = demo, testing
    sync()
    assert Team.objects.filter(name__startswith="Example ").count() == invented
    assert Agency.objects.filter(name__startswith="Example ").count() == (4 if invented else 0)
    assert Team.objects.filter(code="first-contact").exists()


def test_its_codes_are_unique_and_its_kinds_known() -> None:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    teams = [team for agency in data["agencies"] for team in agency["teams"]]
    assert len({team["code"] for team in teams}) == len(teams)
    assert {team.get("kind", "team") for team in teams} <= set(TeamKind.values)
    schools = [team["name"] for team in teams if team.get("kind") in {"school", "home"}]
    assert schools
    assert all(name.startswith("Example ") for name in schools), "schools and homes are invented"
