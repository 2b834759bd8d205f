"""Clocks through the real worker: exactly once, through a killed worker and a dead Redis (K1, floor-f10, floor-f12)."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.urls import reverse

from cems.accounts.models import User
from cems.actions.services import action_open
from cems.base.calendar import Deadline
from cems.base.time import now
from cems.clocks.models import Clock, SweepMark
from cems.local import stalled
from cems.notices.models import Mail, Notice
from tests.factories.children import make_child
from tests.factories.people import make_locality, make_team, make_user, sign_in
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from tests.journeys.workers import Workers, real_workers
from triage.cevt.services.decision import decision_make

pytestmark = [pytest.mark.workers, pytest.mark.requirement("K1"), pytest.mark.django_db(transaction=True)]
PROMPT = 2.0  # seconds: a page that waited for Redis would take its whole time-out and more

# The other test databases of the server are copies of one: their tables have the same numbers as ours.
LOCKS_HERE = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND relation = %s::regclass
"""


@pytest.fixture
def workers(transactional_db: None) -> Iterator[Workers]:
    with real_workers() as running:
        yield running


def promise(owner: User, *, due_in: timedelta) -> Clock:
    """An action given a week ago, with its clock; its warning lies behind us."""
    instant = now()
    deadline = Deadline(instant - timedelta(days=7), instant + due_in, "Example explanation")
    clock = action_open(
        None, title="Example action", owner=owner, deadline=deadline, at=instant - timedelta(days=7)
    ).clock
    assert clock is not None
    return clock


def steps(clock: Clock) -> list[str]:
    return list(clock.transitions.order_by("pk").values_list("stage", flat=True))


def told(user: User) -> list[str]:
    """What the person was told about clocks."""
    return sorted(Notice.objects.filter(user=user, kind__startswith="clock.").values_list("kind", flat=True))


def swept_again(workers: Workers, times: int = 2) -> None:
    """Let the sweep run some times more: whatever it would do twice, it has done by then."""
    for _ in range(times):
        before = last_sweep()
        workers.wait_for(lambda before=before: last_sweep() != before, "another sweep")  # type: ignore[misc]


def last_sweep() -> datetime | None:
    """When a sweep last ended; None before the first has, which commits its clocks first."""
    return SweepMark.objects.values_list("at", flat=True).first()


def test_the_worker_warns_and_escalates_exactly_once(workers: Workers) -> None:
    # given a promise due in three hours and one an hour over its time
    team = make_team()
    owner, manager = make_user(team=team), make_user("team_manager", team=team)
    soon, over = promise(owner, due_in=timedelta(hours=3)), promise(owner, due_in=-timedelta(hours=1))
    # when beat and worker run
    workers.start("beat", "worker")
    workers.wait_for(lambda: "breached" in steps(over) and "warned" in steps(soon), "the sweep of two clocks")
    swept_again(workers)
    # then each happened once, and each person was told once
    assert steps(soon) == ["started", "warned"]
    assert steps(over) == ["started", "warned", "breached"]
    assert told(owner) == ["clock.breached", "clock.warned"]
    assert told(manager) == ["clock.breached"]
    assert Mail.objects.filter(notice__kind__startswith="clock.").count() == 3


def test_floor_f12_a_worker_killed_in_the_middle_of_a_sweep_doubles_and_loses_nothing(
    workers: Workers,
) -> None:
    owner = make_user(team=make_team())
    clocks = [promise(owner, due_in=-timedelta(hours=1)) for _ in range(20)]
    # given a sweep that has written its transitions, and waits to write its notices
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE notices_notice IN SHARE ROW EXCLUSIVE MODE")
        workers.start("beat", "worker")
        workers.wait_for(lambda: _waits_for("notices_notice"), "a sweep that waits for the notices")
        # when the worker is killed there, as by a power cut
        workers.kill("worker")
    workers.wait_for(
        lambda: not _others_hold("clocks_transition"), "the end of the killed worker's transaction"
    )
    # then nothing of the half-done sweep is left
    assert all(steps(clock) == ["started"] for clock in clocks)
    # and a new worker does all of it, once
    workers.start("worker")
    workers.wait_for(lambda: all("breached" in steps(clock) for clock in clocks), "the sweep after the kill")
    swept_again(workers)
    assert all(steps(clock) == ["started", "warned", "breached"] for clock in clocks)
    assert told(owner) == ["clock.breached"] * len(clocks)


def _waits_for(table: str) -> bool:
    """Whether another connection to this database waits for our lock."""
    with connection.cursor() as cursor:
        cursor.execute(f"{LOCKS_HERE} AND NOT granted", [table])
        return bool(cursor.fetchone()[0])


def _others_hold(table: str) -> bool:
    """Whether another connection still holds locks on a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"{LOCKS_HERE} AND pid <> pg_backend_pid()", [table])
        return bool(cursor.fetchone()[0])


def test_floor_f10_pages_work_without_redis_and_the_clocks_catch_up(workers: Workers) -> None:
    owner = make_user(team=make_team())
    workers.start("beat", "worker")
    workers.wait_for(SweepMark.objects.exists, "the first sweep")
    # given Redis dies, and a promise goes over its time meanwhile
    workers.valkey.stop()
    clock = promise(owner, due_in=-timedelta(hours=1))
    # then pages open as ever, at once, and the system says what is wrong
    client = sign_in(owner)
    with override_settings(CELERY_BROKER_URL=workers.folders.redis_url()):
        begin = time.monotonic()
        assert client.get(reverse("home")).status_code == 200
        assert client.get(reverse("clocks:detail", args=[clock.public_id])).status_code == 200
        assert time.monotonic() - begin < PROMPT
        assert client.get(reverse("readyz")).json()["parts"]["redis"]["state"] == "warning"
    assert steps(clock) == ["started"]
    # when Redis comes back, then the clocks catch up by themselves, once
    workers.valkey.start()
    workers.wait_for(lambda: "breached" in steps(clock), "the sweep after Redis came back")
    swept_again(workers)
    assert steps(clock) == ["started", "warned", "breached"]
    assert told(owner) == ["clock.breached"]


def test_parts_that_hang_end_themselves_and_the_clocks_catch_up_once(workers: Workers) -> None:
    owner = make_user(team=make_team())
    workers.environment["CEMS_STALLED_SECONDS"] = "4"
    workers.start("beat", "worker")
    workers.wait_for(SweepMark.objects.exists, "the first sweep")
    # given a queue that takes the connection and answers nothing: both are alive, and do no work
    assert workers.valkey.child is not None
    os.kill(workers.valkey.child.pid, signal.SIGSTOP)
    clock = promise(owner, due_in=-timedelta(hours=1))
    # then both end by themselves, for their keeper to start them again
    ended = {name: workers.running.pop(name) for name in ("beat", "worker")}
    workers.wait_for(
        lambda: all(child.poll() == stalled.FAULT for child in ended.values()), "the end of both"
    )
    # and once the queue answers and they are started again, what was due meanwhile is done once
    os.kill(workers.valkey.child.pid, signal.SIGCONT)
    workers.start("beat", "worker")
    workers.wait_for(lambda: "breached" in steps(clock), "the sweep after the start")
    swept_again(workers)
    assert steps(clock) == ["started", "warned", "breached"]
    assert told(owner) == ["clock.breached"]


def test_through_three_kills_no_clock_is_lost_doubled_early_or_late_by_more_than_a_sweep(
    workers: Workers,
) -> None:
    """docs/operations.md promises it: after recovery each clock is at most one sweep late."""
    owner = make_user(team=make_team())
    workers.start("beat", "worker")
    workers.wait_for(SweepMark.objects.exists, "the first sweep")
    # given clocks that fall due one after the other while the worker is killed three times
    clocks = [promise(owner, due_in=timedelta(milliseconds=400 * number)) for number in range(1, 31)]
    sweeps: set[datetime] = set()

    def another_sweep(words: str) -> None:
        before = last_sweep()
        workers.wait_for(lambda: (sweeps.add(at) or at != before) if (at := last_sweep()) else False, words)

    def all_breached() -> bool:
        sweeps.update(filter(None, [last_sweep()]))
        return all("breached" in steps(clock) for clock in clocks)

    for _ in range(3):
        another_sweep("a sweep")
        workers.kill("worker")
        workers.start("worker")
        another_sweep("the sweep after a kill")
    workers.wait_for(all_breached, "every breach")
    swept_again(workers)
    # then each acted once, at the first sweep after its time, or at the next where the killed one still held it
    for clock in clocks:
        assert steps(clock) == ["started", "warned", "breached"]
        breached = clock.transitions.get(stage="breached").at
        assert breached >= clock.due_at
        passed_by = [at for at in sweeps if clock.due_at <= at < breached]
        assert len(passed_by) <= 1, (clock.due_at, breached, sorted(sweeps))
    assert told(owner).count("clock.breached") == len(clocks)


@pytest.mark.requirement("T3")
def test_cevt_f8_a_worker_killed_between_a_decision_and_its_mails_loses_and_doubles_nothing(
    workers: Workers,
) -> None:
    # given a decision: notices and mails are written with it, so nothing of it can be missing
    child, sender, chair = make_child(locality=make_locality()), make_user(), make_chair()
    item = waiting_child(child, by=sender)
    decision = decision_make(chair, child=child, meeting=sitting(chair, *QUORATE), ruling=ruling(item))
    told_of_it = Notice.objects.filter(kind="triage.decided", user=sender)
    assert told_of_it.count() == 1 and Mail.objects.waiting().filter(notice__in=told_of_it).exists()
    # when the worker is killed as it takes the mails up
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE notices_mail IN SHARE ROW EXCLUSIVE MODE")
        workers.start("beat", "worker")
        workers.wait_for(lambda: _waits_for("notices_mail"), "an outbox that waits for its mails")
        workers.kill("worker")
    workers.wait_for(lambda: not _others_hold("notices_mail"), "the end of the killed worker's transaction")
    # then another sends each once
    workers.start("worker")
    workers.wait_for(lambda: not Mail.objects.waiting().exists(), "the outbox after the kill")
    swept_again(workers)
    assert told_of_it.count() == 1
    letters = [path.read_text() for path in workers.folders.state.rglob("*.log")]
    sent = [
        letter for letter in letters for part in letter.split("Message-ID:")[1:] if decision.reference in part
    ]
    assert len(sent) == 1
