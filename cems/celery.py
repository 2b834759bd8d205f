"""Celery: beat only asks "what is due?"; the truth is in PostgreSQL."""

import logging
import os
import signal
from logging.config import dictConfig
from typing import Any

from celery import Celery, signals

from cems.local import stalled

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cems.settings")

app = Celery("cems")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

log = logging.getLogger(__name__)


@signals.setup_logging.connect
def _own_logs(**_: Any) -> None:
    """Workers and beat log as the pages do; Celery's own way leaves out what was done well."""
    from django.conf import settings

    dictConfig(settings.LOGGING)


@signals.task_success.connect
def _done(sender: Any, **_: Any) -> None:
    """A task was done to its end: /readyz shows when."""
    from cems.base.services.heartbeat import heartbeat_mark
    from cems.base.time import now

    heartbeat_mark(None, task=sender.name, at=now())


@signals.task_postrun.connect
def _worked(**_: Any) -> None:
    """A task has ended, well or not: this worker works."""
    stalled.touch()


@signals.worker_init.connect
def _watch_worker(**_: Any) -> None:
    stalled.watch(_others_silent, _end_children)


@signals.beat_init.connect
def _watch_beat(**_: Any) -> None:
    stalled.watch(lambda: float("inf"), lambda: None)


def _others_silent() -> float:
    """For how many seconds no worker has done anything; without end where the database does not say."""
    from django.db import DatabaseError, connection

    from cems.base.heartbeat import heartbeats
    from cems.base.time import now

    try:
        done = heartbeats().values()
        return (now() - max(done)).total_seconds() if done else float("inf")
    except DatabaseError:
        return float("inf")
    finally:
        connection.close()


def _end_children() -> None:
    from billiard.process import active_children

    for child in active_children():
        if child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
