"""The sweep (K1): warned before, escalated at breach, exactly once, late or not."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cems.clocks import recipients, sweeping
from cems.clocks.choices import Stage
from cems.clocks.kinds import Finding
from cems.clocks.models import Clock
from cems.clocks.selectors import sweep_health
from cems.clocks.services import clock as services
from cems.clocks.sweeping import sweep
from cems.notices.models import Mail, Notice
from tests.factories.clocks import CHECKED, ESCALATED, MONDAY, findings, london, make_clock, others_told
from tests.factories.people import appoint, make_team, make_user

pytestmark = pytest.mark.django_db

WARN, BREACH = london("2026-06-02T09:00"), london("2026-06-03T17:00")


def history(clock: Clock) -> list[tuple[str, int]]:
    return list(clock.transitions.order_by("pk").values_list("stage", "number"))


@pytest.mark.requirement("K1")
def test_it_warns_then_escalates_then_reminds_each_once() -> None:
    team = make_team()
    owner, manager = make_user(team=team), make_user("team_manager", team=team)
    clock = make_clock(owner)
    assert sweep(WARN - timedelta(seconds=1)) == 0
    for instant in (WARN, WARN, WARN + timedelta(hours=1), BREACH, BREACH, london("2026-06-04T09:00")):
        sweep(instant)
    assert history(clock) == [("started", 0), ("warned", 0), ("breached", 0), ("reminded", 1)]
    assert [n.kind for n in Notice.objects.filter(user=owner).order_by("pk")] == [
        "clock.warned",
        "clock.breached",
        "clock.reminded",
    ]
    assert [n.kind for n in Notice.objects.filter(user=manager).order_by("pk")] == [
        "clock.breached",
        "clock.reminded",
    ]
    assert Mail.objects.count() == 5
    clock.refresh_from_db()
    assert (clock.stage, clock.next_at) == (Stage.BREACHED, london("2026-06-05T09:00"))


@pytest.mark.requirement("K1")
def test_a_late_sweep_goes_straight_through_and_tells_once() -> None:
    owner = make_user()
    clock = make_clock(owner)
    sweep(london("2026-06-04T09:00"))
    assert history(clock) == [("started", 0), ("warned", 0), ("breached", 0), ("reminded", 1)]
    notice = Notice.objects.get(user=owner)
    assert notice.text == f"{clock.reference}, Example promise: 1 working day over. Due Wed 3 Jun 17:00."
    assert Mail.objects.get().message_id == f"<notice-{notice.public_id}@cems>"


@pytest.mark.requirement("K1")
def test_a_teams_clock_tells_everybody_in_it_and_its_manager_at_breach() -> None:
    team = make_team()
    members = {make_user(team=team).pk, make_user(team=team).pk}
    manager = make_user("team_manager", team=team)
    left = make_user(team=team, is_active=False)
    over = make_user(None, agency=team.agency)
    appoint(over, "practitioner", team=team, starts_on=MONDAY.date() - timedelta(9), ends_on=MONDAY.date())
    make_clock(team)
    sweep(WARN)
    warned = set(Notice.objects.filter(kind="clock.warned").values_list("user", flat=True))
    assert warned == {*members, manager.pk}
    assert left.pk not in warned
    assert over.pk not in warned


@pytest.mark.requirement("K1")
def test_without_a_manager_in_the_team_those_of_the_agency_are_told() -> None:
    team = make_team()
    manager = make_user("team_manager", team=make_team(agency=team.agency))
    stranger = make_user("team_manager", team=make_team())
    make_clock(make_user(team=team))
    make_clock(team)
    sweep(BREACH)
    assert Notice.objects.filter(user=manager).count() == 2
    assert not Notice.objects.filter(user=stranger).exists()


@pytest.mark.requirement("K1")
def test_a_managers_own_late_clock_is_told_to_who_stands_above_alone() -> None:
    team = make_team()
    manager = make_user("team_manager", team=team)
    others = [make_user("team_manager", team=make_team(agency=team.agency)) for _ in range(2)]
    head, elsewhere = make_user("head_of_service", agency=team.agency), make_user("head_of_service")
    worker = make_user(team=make_team(agency=team.agency))
    clock = make_clock(manager)
    for instant in (BREACH, BREACH):  # once
        sweep(instant)
    rows = Notice.objects.filter(reference=clock.reference)
    assert sorted(rows.values_list("user", flat=True)) == sorted([manager.pk, head.pk])
    # with a second manager of the team it is theirs; a worker's without a manager is the agency's managers'
    second, of_worker = make_user("team_manager", team=team), make_clock(worker)
    managers = recipients.managers([clock, of_worker], MONDAY.date())
    assert managers[clock.pk] == {second.pk}
    assert managers[of_worker.pk] == {manager.pk, second.pk, *(other.pk for other in others)}
    assert elsewhere.pk not in managers[clock.pk]


@pytest.mark.requirement("K1")
def test_where_nobody_stands_above_the_other_managers_of_the_agency_are_told() -> None:
    team = make_team()
    manager, other = (
        make_user("team_manager", team=team),
        make_user("team_manager", team=make_team(agency=team.agency)),
    )
    clock = make_clock(manager)
    assert recipients.managers([clock], MONDAY.date())[clock.pk] == {other.pk}


@pytest.mark.requirement("K1")
def test_it_recomputes_from_the_truth_before_it_acts() -> None:
    owner = make_user()
    met, unwanted, other = (make_clock(owner, kind=CHECKED) for _ in range(3))
    findings[met.pk] = Finding(Stage.MET, MONDAY + timedelta(hours=3))
    findings[unwanted.pk] = Finding(Stage.CANCELLED, MONDAY, "not asked for any more")
    try:
        sweep(WARN)
    finally:
        findings.clear()
    assert [Clock.objects.get(pk=clock.pk).stage for clock in (met, unwanted, other)] == [
        "met",
        "cancelled",
        "warned",
    ]
    assert history(unwanted)[-1] == ("cancelled", 0)
    assert Notice.objects.filter(user=owner).count() == 1


@pytest.mark.requirement("K1")
def test_one_that_fails_backs_off_is_failed_and_shown_while_the_batch_goes_on() -> None:
    owner, admin = make_user(), make_user("administrator")
    bad = make_clock(owner, kind=CHECKED, reference="FAILS-1")
    good = make_clock(owner, kind=CHECKED)
    unknown = make_clock(owner)
    Clock.objects.filter(pk=unknown.pk).update(kind="gone.app")
    assert sweep(WARN) == 1
    assert history(good)[-1] == ("warned", 0)
    bad.refresh_from_db()
    assert (bad.attempts, bad.next_at, bad.failed_at) == (1, WARN + timedelta(minutes=1), None)
    instant = WARN
    for minutes in (1, 2, 4, 8):
        assert sweep(instant + timedelta(minutes=minutes) - timedelta(seconds=1)) == 0
        instant += timedelta(minutes=minutes)
        sweep(instant)
    bad.refresh_from_db()
    assert (bad.attempts, bad.failed_at, bad.failed_why) == (5, instant, "ArithmeticError")
    assert history(bad) == [("started", 0)]
    assert sweep_health(instant).failed == 2
    sweep(BREACH)
    assert Clock.objects.get(pk=bad.pk).attempts == 5  # left alone
    Clock.objects.filter(pk=bad.pk).update(reference="MENDED-1")
    services.clock_retry(admin, clock=bad, at=BREACH)
    assert sweep(BREACH) == 1
    assert history(bad)[1:] == [("warned", 0), ("breached", 0)]


@pytest.mark.requirement("K1")
def test_safe_f32_a_fault_of_every_clock_is_charged_to_none_and_all_act_once_it_is_mended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Such as a setting that makes every deadline fail: all that was due was parked, to be released one by one."""
    owner = make_user()
    clocks = [make_clock(owner) for _ in range(7)]

    def broken(*args: object, **more: object) -> None:
        raise ValueError("24/12/2026 is no day")

    monkeypatch.setattr(sweeping, "BATCH", 4)
    with monkeypatch.context() as fault:
        fault.setattr(sweeping, "_next", broken)
        for minutes in range(20):
            with pytest.raises(sweeping.CommonFault, match="ValueError"):
                sweep(WARN + timedelta(minutes=minutes))
    assert set(Clock.objects.values_list("attempts", "failed_at")) == {(0, None)}
    assert sweep_health(WARN).failed == 0
    assert sweep(WARN + timedelta(minutes=20)) == len(clocks)
    assert all(history(clock) == [("started", 0), ("warned", 0)] for clock in clocks)
    assert Notice.objects.filter(user=owner).count() == len(clocks)


@pytest.mark.requirement("K1")
def test_clocks_that_fail_beside_others_that_act_are_charged_with_it() -> None:
    owner = make_user()
    bad = [make_clock(owner, kind=CHECKED, reference=f"FAILS-{number}") for number in range(4)]
    make_clock(owner)
    assert sweep(WARN) == 1
    assert set(
        Clock.objects.filter(pk__in=[clock.pk for clock in bad]).values_list("attempts", flat=True)
    ) == {1}


@pytest.mark.requirement("K1")
def test_an_error_in_an_app_above_undoes_that_clock_only() -> None:
    owner = make_user()
    good = make_clock(owner, kind=ESCALATED)
    bad = make_clock(owner, kind=ESCALATED, reference="FAILS-2")
    assert sweep(BREACH) == 1
    assert (history(good)[-1][0], history(bad)) == ("breached", [("started", 0)])
    assert Notice.objects.filter(user=owner).count() == 1


@pytest.mark.requirement("K1")
def test_whom_the_kind_names_is_told_of_a_breach_beside_the_owner_and_the_managers() -> None:
    team = make_team()
    owner, manager, named = make_user(team=team), make_user("team_manager", team=team), make_user()
    clock = make_clock(owner, kind=ESCALATED)
    others_told[clock.pk] = {named.pk}
    sweep(clock.due_at - timedelta(hours=1))
    assert not Notice.objects.filter(user=named).exists()  # of a warning only where the kind says so
    sweep(BREACH)
    sweep(BREACH)
    for person in (owner, manager, named):
        assert Notice.objects.filter(user=person, kind="clock.breached").count() == 1


@pytest.mark.requirement("K1")
def test_a_batch_costs_the_same_statements_whatever_its_size() -> None:
    def statements(size: int) -> int:
        team = make_team()
        make_user("team_manager", team=team)
        for _ in range(size):
            make_clock(make_user(team=team))
        with CaptureQueriesContext(connection) as captured:
            assert sweep(BREACH) == size
        return len(captured)

    assert statements(2) == statements(12)


def test_it_stops_at_its_limit_and_the_next_goes_on() -> None:
    owner = make_user()
    for _ in range(5):
        make_clock(owner)
    assert (sweep(WARN, limit=3), sweep(WARN, limit=3), sweep(WARN)) == (3, 2, 0)


def test_it_says_when_it_last_looked_and_what_waits() -> None:
    clock = make_clock(make_user())
    assert sweep_health(WARN).waiting_since == clock.next_at
    sweep(WARN)
    sweep(WARN - timedelta(hours=1))  # a slow worker does not turn the time back
    health = sweep_health(WARN)
    assert (health.swept_at, health.waiting_since, health.failed) == (WARN, None, 0)


def test_nothing_is_blamed_on_a_clock_when_the_database_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = make_clock(make_user())

    def gone(clocks: object, at: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(sweeping, "_act", gone)
    monkeypatch.setattr(sweeping, "_database_lost", lambda: True)
    with pytest.raises(ConnectionError), transaction.atomic():
        sweep(WARN)
    clock.refresh_from_db()
    assert (clock.attempts, clock.next_at) == (0, WARN)
