"""Whether a setting may take a value from an instant on (K1: practice settings). Pure: the present is passed in."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cems.base.time import LONDON, local_date
from cems.policy.declared import Policy
from cems.policy.models import SettingValue


def begins_soon(at: datetime, lead: timedelta) -> datetime:
    """The first whole minute in which every process knows of a change made now."""
    whole = at.replace(second=0, microsecond=0)
    return whole + lead + timedelta(minutes=0 if whole == at else 1)


def begins_on(day: date) -> datetime:
    """The start of a day in London."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def start_fault(day: date, at: datetime, lead: timedelta) -> str:
    """Why a change may not begin with this day; "" where it may: never in the past, and never before all know of it."""
    if day <= local_date(at):
        return (
            "A setting is not changed for the past, since what was decided by it stands. Choose a day after today, or"
            " as soon as possible."
        )
    if begins_on(day) < at + lead:
        return "This day begins within two minutes. Choose as soon as possible."
    return ""


def version_of(rows: Sequence[SettingValue]) -> int:
    """A number that goes up with each change and each withdrawal of one setting."""
    return sum(1 if row.withdrawn_at is None else 2 for row in rows)


def value_fault(policy: Policy[Any], value: Any, before: Any, first: date) -> str:
    """What is wrong with a value that its type allows, in place of `before` from this day on; "" where nothing is."""
    return policy.check(value, before, first) if policy.check else ""
