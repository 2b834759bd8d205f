"""The partnership's reference data: written once, the same when repeated, nothing of people's own lost."""

import json

import pytest

from cems.accounts.models import Agency, AgencyKind, Authority, Locality, Team, TeamKind
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


def test_its_codes_are_unique_and_its_kinds_known() -> None:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    teams = [team for agency in data["agencies"] for team in agency["teams"]]
    assert len({team["code"] for team in teams}) == len(teams)
    assert {team.get("kind", "team") for team in teams} <= set(TeamKind.values)
    schools = [team["name"] for team in teams if team.get("kind") in {"school", "home"}]
    assert schools
    assert all(name.startswith("Example ") for name in schools), "schools and homes are invented"
