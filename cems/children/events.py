"""What the record tells the apps above it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LevelAgreed:
    """A forum agreed a level; reviews stop at Low and None, and start again above (M6)."""

    child_id: int
    level: int
    user_id: int
    at: datetime


@dataclass(frozen=True)
class StatusOpened:
    """Services know the child in a new way from now on (C2)."""

    child_id: int
    kind: str
    user_id: int
    at: datetime


@dataclass(frozen=True)
class StatusWithdrawn:
    """A way in which services were said to know the child was recorded in error: it never was so (C2)."""

    child_id: int
    kind: str
    user_id: int
    at: datetime


@dataclass(frozen=True)
class AgeDecided:
    """An age that was not known or disputed is decided; `adult` where the person is 18 or over."""

    child_id: int
    decision_id: int
    adult: bool
    user_id: int
    at: datetime


@dataclass(frozen=True)
class InvolvementChanged:
    """Somebody started or ended working with a child."""

    child_id: int
    at: datetime


@dataclass(frozen=True)
class PlacementConcern:
    """Somebody is worried about a child who is placed; the words are a case note."""

    child_id: int
    note_id: int
    area_id: int
    responsible_id: int
    responsible: str
    user_id: int
    at: datetime


@dataclass(frozen=True)
class MatterOpened:
    """A forum or a role of the whole partnership starts to follow a child."""

    matter_id: int
    child_id: int
    kind: str
    user_id: int
    at: datetime


@dataclass(frozen=True)
class MatterMoved:
    """Another locality's or area's forum follows the child from now on, in the place of the one before."""

    matter_id: int
    before_id: int
    child_id: int
    kind: str
    user_id: int
    at: datetime


@dataclass(frozen=True)
class MatterClosed:
    """What followed a child does so no more."""

    matter_id: int
    child_id: int
    kind: str
    user_id: int
    at: datetime


@dataclass(frozen=True)
class AreaChanged:
    """The child lives in another area or locality from now on, or two records were joined or taken apart.

    `locality_before` is where the record, or the one it was read under, was until then; `user_id` is who moved the
    record, or recorded before that it would move on this day.
    """

    child_id: int
    locality_before: int | None
    user_id: int
    at: datetime
