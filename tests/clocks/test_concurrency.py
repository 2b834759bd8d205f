"""Exactly once with several workers, and after one is killed (K1). Real connections, real commits."""

import threading
from collections.abc import Callable

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections

from cems.clocks import sweeping
from cems.clocks.choices import Stage
from cems.clocks.models import Clock, Transition
from cems.clocks.services import clock as services
from cems.clocks.sweeping import sweep
from cems.notices.models import Mail, Notice
from tests.factories.clocks import MONDAY, london, make_clock
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db(transaction=True)

BREACH = london("2026-06-03T17:00")


def in_threads(*works: Callable[[], object]) -> list[object]:
    """Run each in a thread with a connection of its own; return what they returned or raised."""
    results: list[object] = [None] * len(works)

    def run(index: int) -> None:
        try:
            results[index] = works[index]()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.requirement("K1")
def test_two_sweeps_at_once_double_nothing_and_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = make_user()
    clocks = [make_clock(owner) for _ in range(40)]
    monkeypatch.setattr(sweeping, "BATCH", 7)
    done = in_threads(*[lambda: sweep(BREACH)] * 3)
    assert sum(int(str(count)) for count in done) == len(clocks)
    assert Transition.objects.filter(stage="breached").count() == len(clocks)
    assert Notice.objects.count() == Mail.objects.count() == len(clocks)
    assert set(Clock.objects.values_list("stage", "version")) == {("breached", 1)}


@pytest.mark.requirement("K1")
def test_a_worker_killed_before_it_commits_loses_none_and_doubles_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = make_clock(make_user())
    real = sweeping.write_advances

    def killed(*args: object) -> None:
        """Everything of the batch but its commit is written when the server ends the worker's connection."""
        real(*args)  # type: ignore[arg-type]
        assert connection.connection is not None
        pid = connection.connection.info.backend_pid
        with psycopg.connect(**_owner_connection()) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        Clock.objects.count()

    monkeypatch.setattr(sweeping, "write_advances", killed)
    (error,) = in_threads(lambda: sweep(BREACH))
    assert isinstance(error, OperationalError)
    assert (Transition.objects.filter(clock=clock).count(), Notice.objects.count()) == (1, 0)
    monkeypatch.setattr(sweeping, "write_advances", real)
    assert sweep(BREACH) == 1
    assert list(clock.transitions.order_by("pk").values_list("stage", flat=True)) == [
        "started",
        "warned",
        "breached",
    ]
    assert Notice.objects.count() == 1
    assert Clock.objects.get(pk=clock.pk).attempts == 0


def _owner_connection() -> dict[str, object]:
    """How to reach the server from outside Django, as the login the tests run under."""
    return {
        "host": settings.DATABASES["default"]["HOST"],
        "port": settings.DATABASES["default"]["PORT"] or None,
        "user": settings.DATABASES["default"]["USER"],
        "dbname": connection.settings_dict["NAME"],
    }


@pytest.mark.requirement("K1")
def test_a_sweep_passes_by_a_clock_somebody_holds_and_sees_what_they_did() -> None:
    owner = make_user()
    locked, free = make_clock(owner), make_clock(owner)
    holding, let_go = threading.Event(), threading.Event()

    def meet() -> None:
        from django.db import transaction

        with transaction.atomic():
            services.clock_meet(owner, clock=locked, at=MONDAY)
            holding.set()
            let_go.wait(20)

    def swept() -> int:
        holding.wait(20)
        try:
            return sweep(BREACH)
        finally:
            let_go.set()

    assert in_threads(meet, swept)[1] == 1
    assert sweep(BREACH) == 0
    assert Clock.objects.get(pk=locked.pk).stage == Stage.MET
    assert Clock.objects.get(pk=free.pk).stage == Stage.BREACHED


@pytest.mark.requirement("K1")
def test_two_people_meeting_one_clock_write_it_once() -> None:
    owner = make_user()
    clock = make_clock(owner)
    in_threads(*[lambda: services.clock_meet(owner, clock=clock, at=MONDAY)] * 4)
    assert Transition.objects.filter(clock=clock, stage="met").count() == 1
