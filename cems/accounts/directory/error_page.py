"""The numbers of First Contact and EDT for pages of an error on our side, which ask no database (K3).

They are kept in a file of the state folder: written when a team changes, and by each web server when it is asked
whether it is ready, at its start and from then on.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.db.models import Q

from cems.accounts.models import Duty, DutyDesk
from cems.base.time import local_date

log = logging.getLogger(__name__)

DUTIES = (Duty.FRONT_DOOR, Duty.OUT_OF_HOURS)
FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class DeskNumber:
    """One desk to ring: of which authority, what it is called, its number and when it answers."""

    authority: str
    name: str
    phone: str
    hours: str


def desk_numbers_keep(at: datetime) -> int:
    """Write the numbers as they are now; returns how many. Raises OSError where the folder can't be written."""
    going_on = Q(authority__last_day__isnull=True) | Q(authority__last_day__gte=local_date(at))
    rows = DutyDesk.objects.filter(going_on, duty__in=DUTIES).exclude(team__phone="")
    desks = sorted(
        rows.select_related("team", "authority"),
        key=lambda row: (row.authority.name, DUTIES.index(Duty(row.duty))),
    )
    kept = [DeskNumber(row.authority.name, row.team.name, row.team.phone, row.team.hours) for row in desks]
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8") as file:
        json.dump([asdict(desk) for desk in kept], file)
    Path(file.name).replace(path)  # at once: whoever reads has the old ones or the new ones, whole
    return len(kept)


def desk_numbers_keep_or_log(at: datetime) -> None:
    """As `desk_numbers_keep`; a folder that can't be written stops nobody's work."""
    try:
        desk_numbers_keep(at)
    except OSError:
        log.warning("the numbers for pages of an error could not be kept", exc_info=True)


def desk_numbers_refresh(at: datetime) -> str:
    """Write them again where they are some minutes old, and say so for the page of health. Raises as the above."""
    path = _path()
    if path.exists() and at.timestamp() - path.stat().st_mtime < FRESH.total_seconds():
        return "kept"
    return f"{desk_numbers_keep(at)} kept"


def kept_desk_numbers() -> Sequence[DeskNumber]:
    """The numbers as they were kept, by authority; none where nothing was kept or it can't be read."""
    try:
        rows = json.loads(_path().read_text(encoding="utf-8"))
        return [DeskNumber(**row) for row in rows]
    except (OSError, ValueError, TypeError):
        return []


def _path() -> Path:
    return Path(settings.STATE_DIR) / "desk-numbers.json"
