"""What accounts tells the apps above, in the transaction of the change."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class PersonLeft:
    """The person's last day is here or past: hand on what waits for them, end what they reach."""

    user_id: int


@dataclass(frozen=True)
class AppointmentChanged:
    """A role was given, ended or cut short; `ends_on` is its last day now, None while open."""

    user_id: int
    role_key: str
    team_id: int | None
    ends_on: date | None


@dataclass(frozen=True)
class DelegationChanged:
    """A deputy was named for a post, or the cover was ended before its time (`ended`)."""

    delegation: UUID
    deputy_id: int
    holder_id: int
    starts_on: date
    ends_on: date
    ended: bool


@dataclass(frozen=True)
class AccountChangeMoved:
    """Another address, or a second factor taken away, was asked for, or that was decided (`AccountChange`)."""

    change_id: int
    user_id: int | None
