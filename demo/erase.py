"""What ERASE's desk has beside its children: room, an absence with cover, a vacancy, the advice it gave (T6, T8)."""

from datetime import datetime, timedelta
from typing import Any

from cems.accounts.services.cover import delegation_start
from cems.base.calendar import add_working_days
from cems.base.time import local_date
from cems.children.choices import RiskLevel
from demo import moments
from demo.cast import Cast
from demo.data import load
from triage.advice.selectors import advice_for
from triage.advice.services import consultation_record
from triage.allocation.services.worker import absence_set, capacity_set, vacancy_open
from triage.choices import WorkerKind

WORKERS = ("ce.worker", "ce.worker.second", "ce.worker.third", "ce.worker.fourth", "ce.worker.fifth")
_FULL_TIME = 7
_PART_TIME = {"ce.worker.fifth": 60}
_AWAY, _COVERS = "ce.worker.fourth", "ce.worker.third"


def settle(cast: Cast, since: datetime, as_of: datetime) -> dict[str, Any]:
    """Write it down, from `since` to the present; `as_of` is in the midst of the absence."""
    manager = cast.person("erase.manager")
    first, today = local_date(since), local_date(as_of)
    for key in WORKERS:
        capacity_set(
            manager,
            worker=cast.person(key),
            kind=WorkerKind.CE_WORKER,
            children=_FULL_TIME,
            share=_PART_TIME.get(key, 100),
            starts_on=first,
            at=since,
        )
    capacity_set(
        manager,
        worker=cast.person("missing.coordinator"),
        kind=WorkerKind.COORDINATOR,
        children=20,
        starts_on=first,
        at=since,
    )
    told_at = moments.on(add_working_days(today, -3), moments.MEETING)
    absence_set(
        manager,
        worker=cast.person(_AWAY),
        starts_on=add_working_days(today, -1),
        ends_on=add_working_days(today, 4),
        at=told_at,
    )
    away = cast.person(_AWAY)
    delegation_start(
        away,
        appointment=away.appointments.get(role_key="ce_worker"),
        deputy=cast.person(_COVERS),
        starts_on=add_working_days(today, -1),
        ends_on=add_working_days(today, 4),
        at=told_at,
    )
    vacancy_open(
        manager,
        title=load("words")["vacancy"],
        kind=WorkerKind.CE_WORKER,
        children=_FULL_TIME,
        starts_on=add_working_days(today, -20),
        at=told_at,
    )
    _advice(cast, as_of)
    return {"advice": len(load("words")["consultations"])}


def _advice(cast: Cast, as_of: datetime) -> None:
    """The calls of the last months, newest first in the file: who asked, about what, and what was said."""
    for turn, row in enumerate(load("words")["consultations"]):
        day = add_working_days(local_date(as_of), -2 - 6 * turn)
        happened = moments.on(day, moments.MEETING) + timedelta(hours=turn % 5, minutes=7 * turn % 30)
        suited = advice_for(age=row["age"], forms=row["forms"], level=RiskLevel.LOW)
        consultation_record(
            cast.person(WORKERS[turn % len(WORKERS)]),
            asked_by_name=row["who"],
            asked_by_agency=cast.agencies[row["agency"]],
            happened_at=happened,
            about=row["about"],
            given=row["given"],
            advice=suited[:1],
            minutes=row["minutes"],
            at=happened + timedelta(minutes=row["minutes"] + 5),
        )
