"""Whether this process runs (/healthz) and whether CEMS can be used (/readyz). No personal data in either."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from cems.accounts.directory.error_page import desk_numbers_refresh
from cems.audit.selectors import months_ahead, strays, unsealed_age
from cems.base.access_control import Shape, public
from cems.base.heartbeat import heartbeats, late_work
from cems.base.time import now
from cems.clocks.selectors import sweep_health
from cems.local import pdf_requirements
from cems.notices.selectors import outbox_health

SEALED_WITHIN = timedelta(seconds=60)
REDIS_PATIENCE = 0.2
LATE_SWEEPS = 4
MAIL_WITHIN = timedelta(minutes=5)

# A check returns its state in words; it raises Unwell when CEMS must not be used, Doubtful to warn.
Check = Callable[[datetime], str]


class Unwell(Exception):
    """This part is not fit for use."""


class Doubtful(Exception):
    """This part is not well, but pages still work."""


@public(Shape.API, reason="the machine that keeps this process alive has no sign-in")
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@public(Shape.API, reason="the load balancer has no sign-in; states and ages only")
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when CEMS can be used, 503 when not, with the state of each part."""
    instant = now()
    parts, well = {}, True
    for name, check in CHECKS.items():
        state, words = _ask(check, instant)
        parts[name] = {"state": state, "said": words}
        well = well and state != "failed"
    status = "ok" if well else "failed"
    return JsonResponse(
        {"status": status, "at": instant.isoformat(), "parts": parts}, status=200 if well else 503
    )


def _ask(check: Check, at: datetime) -> tuple[str, str]:
    try:
        return "ok", check(at)
    except Doubtful as doubt:
        return "warning", str(doubt)
    except Unwell as fault:
        return "failed", str(fault)
    except DatabaseError as error:
        connection.close_if_unusable_or_obsolete()
        return "failed", f"the database did not answer ({type(error).__name__})"


def database(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "reachable"


def migrations(at: datetime) -> str:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        raise Unwell(f"{missing} not applied")
    known = executor.loader.disk_migrations
    ours = {app for app, _ in known}
    newer = sorted(
        f"{app}.{name}"
        for app, name in executor.loader.applied_migrations
        if app in ours and (app, name) not in known and not _is_replaced(executor, app, name)
    )
    if newer:  # the version before still runs on it, for the time of an upgrade
        raise Doubtful(f"the database is of a newer version of CEMS: {', '.join(newer[:5])}")
    return "applied"


def _is_replaced(executor: MigrationExecutor, app: str, name: str) -> bool:
    return any((app, name) in replacement.replaces for replacement in executor.loader.replacements.values())


def sealing(at: datetime) -> str:
    age = unsealed_age(at)
    if age is not None and age > SEALED_WITHIN:
        raise Unwell(f"the oldest unsealed entry is {int(age.total_seconds())} seconds old")
    return "sealed"


def audit_room(at: datetime) -> str:
    if strays():
        raise Doubtful("entries lie in the table of strays: run make_partitions")
    months = months_ahead(at)
    if months < 1:
        raise Doubtful("next month has no table yet: run make_partitions")
    return f"tables for {months} months ahead"


def clocks(at: datetime) -> str:
    """Pages work without the sweep; promises are then warned of late, so it is told and not failed."""
    state = sweep_health(at)
    late = LATE_SWEEPS * settings.SWEEP_SECONDS
    if state.waiting_since is not None and (at - state.waiting_since).total_seconds() > late:
        raise Doubtful(f"a clock has waited since {state.waiting_since.isoformat(timespec='seconds')}")
    if state.failed:
        raise Doubtful(f"{state.failed} failed")
    return f"swept at {state.swept_at.isoformat(timespec='seconds')}" if state.swept_at else "not swept yet"


def broker(at: datetime) -> str:
    """Redis carries only wake-ups: without it pages work and the clocks catch up later."""
    try:
        _redis().ping()
    except (redis.RedisError, OSError) as error:
        raise Doubtful(f"did not answer ({type(error).__name__})") from None
    return "reachable"


def _redis() -> Any:
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return redis.Redis.from_url(url, socket_timeout=REDIS_PATIENCE, socket_connect_timeout=REDIS_PATIENCE)


def outbox(at: datetime) -> str:
    state = outbox_health(at)
    if state.failed:
        raise Doubtful(f"{state.failed} failed")
    if state.oldest_due is not None and at - state.oldest_due > MAIL_WITHIN:
        since = state.oldest_due.isoformat(timespec="seconds")
        raise Doubtful(f"{state.waiting} due, the oldest since {since}")
    return f"{state.waiting} due"


def work(at: datetime) -> str:
    """What workers do beside the pages, by when each was last done to its end: the sweep, mail, the seal …

    A worker may be alive and do nothing, and a seal is done when its head is exported too.
    """
    if late := late_work(settings.CELERY_BEAT_SCHEDULE, at):
        since = (f"{name} {last.isoformat(timespec='seconds') if last else 'never'}" for name, last in late)
        raise Doubtful(f"not done since: {', '.join(since)}")
    done = heartbeats()
    names = {entry["task"]: name for name, entry in settings.CELERY_BEAT_SCHEDULE.items()}
    ages = (
        f"{name} {int((at - done[task]).total_seconds())} s ago"
        for task, name in names.items()
        if task in done
    )
    return ", ".join(ages)


def documents(at: datetime) -> str:
    if lacking := pdf_requirements.missing():
        raise Doubtful(f"PDFs are off: this machine lacks {', '.join(lacking)}")
    return "PDFs can be made"


def directory(at: datetime) -> str:
    """Each web server keeps the numbers that its pages give while the database is away (K3)."""
    try:
        return desk_numbers_refresh(at)
    except OSError as error:
        raise Doubtful(f"numbers for pages of an error are not kept ({type(error).__name__})") from None


CHECKS: dict[str, Check] = {
    "database": database,
    "migrations": migrations,
    "sealing": sealing,
    "audit": audit_room,
    "clocks": clocks,
    "outbox": outbox,
    "work": work,
    "redis": broker,
    "documents": documents,
    "directory": directory,
}
