"""The access table as data: complete, and of the shape the rules read."""

import pytest
from django.db import IntegrityError, transaction

from cems.accounts import rules
from cems.accounts.models import Team, TeamKind, User
from cems.accounts.roles import ASSIGNABLE, ROLES, Part, Reach, Work
from cems.base.time import today
from tests.factories.people import make_user
from triage.choices import WorkerKind

EVERY_ROLE = {
    "practitioner",
    "champion",
    "school_lead",
    "school_deputy",
    "reviewing_officer",
    "team_manager",
    "first_contact",
    "edt",
    "cevt_chair",
    "cevt_member",
    "erase_manager",
    "ce_worker",
    "missing_coordinator",
    "erase_police",
    "police_analyst",
    "ceg_chair",
    "ceg_member",
    "community_safety",
    "business_support",
    "head_of_service",
    "auditor",
    "information_governance",
    "strategic_member",
    "administrator",
    "service_account",
    "student",
}


@pytest.mark.requirement("A1")
def test_it_has_every_role_of_the_access_table() -> None:
    assert set(ROLES) == EVERY_ROLE
    assert all(role.label for role in ROLES.values())


@pytest.mark.requirement("A2")
def test_only_the_front_door_reads_whole_authorities() -> None:
    assert {role.key for role in ROLES.values() if role.wide} == {"first_contact", "edt"}


@pytest.mark.requirement("A2")
def test_administrators_and_figures_only_roles_reach_no_child() -> None:
    for key in ("administrator", "strategic_member"):
        assert not ROLES[key].sees, key
    # By what was assigned to the person and no other way, and reading alone.
    for key in ("auditor", "information_governance"):
        assert set(ROLES[key].sees) == {Reach.ASSIGNED}, key
    assert {role.key for role in ROLES.values() if Reach.ASSIGNED in role.sees} == set(ASSIGNABLE)
    assert {role.key for role in ROLES.values() if Work.ADMINISTRATION in role.writes} == {"administrator"}


@pytest.mark.requirement("A2")
def test_nobody_reads_raw_intelligence_through_a_reach_to_a_child() -> None:
    for role in ROLES.values():
        for reach, parts in role.sees.items():
            assert Part.INTELLIGENCE_RAW not in parts, (role.key, reach)


@pytest.mark.requirement("A2")
def test_emergency_access_is_a_reach_only_of_roles_that_may() -> None:
    for role in ROLES.values():
        assert (Reach.EMERGENCY in role.sees) == role.opens_in_emergency, role.key
    assert {r.key for r in ROLES.values() if r.opens_restricted} == {"first_contact", "edt", "erase_police"}


# Who has each capability: what the rules ask instead of a role's name.
CAPABILITIES = {
    "of_team": {"team_manager", "school_lead", "school_deputy", "first_contact", "edt", "ce_worker"},
    "of_school": {"school_lead", "school_deputy"},
    "of_locality": {"ceg_chair", "ceg_member", "community_safety"},
    "supervised": {"student"},
    "is_system": {"service_account"},
    "manages": {"team_manager", "erase_manager"},
    "heads_team": {"team_manager"},
    "allocated_as": {"ce_worker", "missing_coordinator"},
    "works_shifts": {"edt"},
    "audits": {"auditor"},
    "governs_information": {"information_governance"},
    "minutes_board": {"business_support"},
}


@pytest.mark.requirement("A1", "A2")
@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_capability_is_had_by_these_and_nobody_else(capability: str) -> None:
    assert {role.key for role in ROLES.values() if getattr(role, capability)} == CAPABILITIES[capability]


@pytest.mark.requirement("A1")
def test_those_of_a_school_are_of_a_team_and_those_children_are_allocated_to_get_no_other_work() -> None:
    assert all(role.of_team for role in ROLES.values() if role.of_school)
    assert {role.key for role in ROLES.values() if not role.shares_work} == CAPABILITIES["allocated_as"]


@pytest.mark.requirement("T6")
def test_children_are_allocated_to_one_role_for_each_kind_of_worker() -> None:
    assert {kind.role_key for kind in WorkerKind} == CAPABILITIES["allocated_as"]
    assert WorkerKind.COORDINATOR.role_key == "missing_coordinator"


@pytest.mark.requirement("A1")
@pytest.mark.parametrize(
    ("key", "kind", "locality", "field"),
    [
        ("team_manager", None, False, "team"),
        ("team_manager", TeamKind.TEAM, False, None),
        ("school_lead", TeamKind.TEAM, False, "team"),
        ("school_lead", TeamKind.SCHOOL, False, None),
        ("ceg_chair", None, False, "locality"),
        ("ceg_chair", None, True, None),
        ("auditor", None, False, None),
    ],
)
def test_an_appointment_names_the_team_or_locality_its_role_needs(
    key: str, kind: str | None, locality: bool, field: str | None
) -> None:
    team = Team(kind=kind) if kind else None
    fault = rules.appointment_fault(ROLES[key], team, locality, today(), None)
    assert (fault[0] if fault else None) == field


@pytest.mark.django_db
@pytest.mark.requirement("A1")
def test_nobody_can_be_made_all_powerful() -> None:
    user = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.get_queryset().filter(pk=user.pk).update(is_superuser=True)
