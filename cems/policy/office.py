"""When the partnership works, day by day, as its practice settings say; `cems.base.calendar` asks it."""

from collections.abc import Hashable
from datetime import date, time
from functools import lru_cache
from typing import Any

from cems.policy.policy import CLOSE_OF_BUSINESS, CLOSURES, OFFICE_OPENS
from cems.policy.snapshot import snapshot


class SettingsOffice:
    """The office of `cems.base.calendar`, from practice settings: each day goes by what holds at its end."""

    def opens(self, day: date) -> time:
        return OFFICE_OPENS.on(day)

    def closes(self, day: date) -> time:
        return CLOSE_OF_BUSINESS.on(day)

    def closures(self) -> frozenset[date]:
        lists = snapshot().values.get((CLOSURES.key, None), ())
        return _closures(tuple((row.starts_at, *(row.stored or ())) for row in lists))

    def edition(self) -> Hashable:
        return snapshot().edition


OFFICE_OF_SETTINGS = SettingsOffice()


@lru_cache(maxsize=8)
def _closures(lists: tuple[tuple[Any, ...], ...]) -> frozenset[date]:
    """Every day that is in the list which holds on it; each of the lists that stand begins with its first instant."""
    named = {day for _, *days in lists for day in CLOSURES.kind.restored(days)}
    return frozenset(day for day in named if day in CLOSURES.on(day))
