"""When background work was last done, what beat measures by, and how long a page waits for a frozen database."""

import logging
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from cems import beat
from cems.audit import heads
from cems.audit.tasks import seal
from cems.base.heartbeat import heartbeats
from cems.base.services.heartbeat import heartbeat_mark
from cems.base.time import now
from cems.celery import app
from cems.clocks.tasks import sweep
from cems.notices.models import Mail
from cems.notices.services import notice_send
from cems.notices.tasks import send_outbox
from tests.factories.people import make_user


def all_done(at: Any) -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        heartbeat_mark(None, task=entry["task"], at=at)


def part(client: Client, name: str) -> dict[str, str]:
    parts: dict[str, dict[str, str]] = client.get("/readyz").json()["parts"]
    return parts[name]


@pytest.mark.django_db
def test_readyz_shows_when_each_work_was_done_and_warns_of_what_stands_still(client: Client) -> None:
    assert part(client, "work")["state"] == "warning", "none was ever done"
    all_done(now())
    state = part(client, "work")
    assert state["state"] == "ok"
    assert all(f"{name} 0 s ago" in state["said"] for name in ("clocks", "outbox", "seal"))
    heartbeat_mark(
        None, task=sweep.name, at=now() - timedelta(hours=1)
    )  # a slow worker does not turn the time back
    assert part(client, "work")["state"] == "ok"


@pytest.mark.django_db
@pytest.mark.parametrize(("task", "name"), [(sweep, "clocks"), (send_outbox, "outbox"), (seal, "seal")])
def test_readyz_names_the_one_work_that_is_not_done(client: Client, task: Any, name: str) -> None:
    late = now() - timedelta(minutes=3)
    heartbeat_mark(None, task=task.name, at=late)
    all_done_but = [e["task"] for e in settings.CELERY_BEAT_SCHEDULE.values() if e["task"] != task.name]
    for other in all_done_but:
        heartbeat_mark(None, task=other, at=now())
    assert part(client, "work") == {
        "state": "warning",
        "said": f"not done since: {name} {late.isoformat(timespec='seconds')}",
    }


@pytest.mark.django_db
def test_a_task_that_fails_is_not_work_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(using: str) -> int:
        raise OSError("the disk is full")

    sweep.apply()
    monkeypatch.setattr(heads, "export", full)
    seal.apply()
    assert set(heartbeats()) == {sweep.name}


@pytest.mark.django_db
def test_readyz_warns_of_mail_that_waits(client: Client) -> None:
    notice_send([make_user().pk], kind="test", key="test", text="Something waits", url="/")
    assert part(client, "outbox") == {"state": "ok", "said": "1 due"}
    Mail.objects.update(next_attempt_at=now() - timedelta(minutes=6))
    state = part(client, "outbox")
    assert state["state"] == "warning" and "1 due, the oldest since" in state["said"]


def test_beat_asks_everything_at_its_start_and_nothing_of_the_machines_clock(
    time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(beat.Scheduler, "apply_async", lambda self, entry, *a, **k: sent.append(entry.name))
    scheduler = beat.SteadyScheduler(app)
    for _ in settings.CELERY_BEAT_SCHEDULE:
        assert scheduler.tick() == 0
    assert sorted(sent) == sorted(settings.CELERY_BEAT_SCHEDULE)
    later = time.monotonic() + 31
    monkeypatch.setattr(time, "monotonic", lambda: later)
    time_machine.move_to(now() - timedelta(hours=1))  # the machine's clock is set back
    for _ in range(4):
        scheduler.tick()
    assert sorted(sent[len(settings.CELERY_BEAT_SCHEDULE) :]) == ["clocks", "outbox", "seal"]


@pytest.mark.django_db(transaction=True)
def test_safe_f31_a_server_that_does_not_answer_is_given_up_and_asked_anew() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.connection.patience = 0.3
    begin = time.monotonic()
    with pytest.raises(OperationalError, match="did not answer"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(3)")
    assert time.monotonic() - begin < 5
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 7")
        assert cursor.fetchone() == (7,)


@pytest.mark.parametrize("alias", ["default", "sealer"])
def test_every_connection_has_a_limit_to_its_wait(alias: str) -> None:
    options = settings.DATABASES[alias]["OPTIONS"]
    if settings.DATABASE_ROLE == "owner" and alias == "default":
        assert options["patience"] is None, "a migration may take longer than a request"
    else:
        assert 0 < options["patience"] < 120


def test_what_was_done_well_is_in_the_workers_log() -> None:
    from celery import signals

    receivers = [receiver for _, receiver in signals.setup_logging.send(sender=None)]
    assert receivers == [None]
    assert logging.getLogger("cems.audit.sealing").isEnabledFor(logging.INFO)
    assert logging.getLogger("celery.app.trace").isEnabledFor(logging.INFO)
