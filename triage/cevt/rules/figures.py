"""Repeat discussions and re-referrals (T7). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices

from cems.base.months import add_months
from cems.base.time import local_date
from cems.children.choices import RiskLevel


class Return(TextChoices):
    """What a receipt is to those before it."""

    FIRST = "first", "First"
    REPEAT = "repeat", "Repeat discussion"
    REREFERRAL = "rereferral", "Re-referral"


@dataclass(frozen=True)
class Before:
    """An earlier decision about the same child, and when the concern it decided ended, if it did."""

    decided_at: datetime
    ended_at: datetime | None = None


def befores(levels: Sequence[tuple[datetime, int]]) -> list[Before]:
    """Each agreed level as an earlier decision, and when the concern it decided ended.

    A concern is open from a level of Moderate or more until a lower one is agreed; a decision at Low or
    None ended as it was made. `levels` are (agreed at, level) in the order of time.
    """
    decisions: list[Before] = []
    ends: datetime | None = None
    for agreed_at, level in reversed(levels):
        if level < RiskLevel.MODERATE:
            ends = agreed_at
        decisions.append(Before(agreed_at, ends))
    return decisions[::-1]


def rereferral_kind(received_at: datetime, before: Sequence[Before], *, months: int) -> Return:
    """Whether a receipt is the first, a repeat of a concern still open, or a re-referral (T7, Decision).

    Repeat: a concern decided before is still open when it arrives. Re-referral: none is open, and an
    earlier decision ended within so many `months` before (the same day counts). Older ones don't count.
    """
    earlier = [decision for decision in before if decision.decided_at < received_at]
    if any(decision.ended_at is None or decision.ended_at > received_at for decision in earlier):
        return Return.REPEAT
    day = local_date(received_at)
    if any(decision.ended_at and _within(local_date(decision.ended_at), day, months) for decision in earlier):
        return Return.REREFERRAL
    return Return.FIRST


def _within(ended: date, day: date, months: int) -> bool:
    return day <= add_months(ended, months)
