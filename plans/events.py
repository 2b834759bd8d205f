"""What referrals and requests tell the apps above them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ReferralDecided:
    """First Contact decided a referral (T1). `received_at` tells which papers came with it."""

    referral_id: int
    child_id: int
    user_id: int
    received_at: datetime
    at: datetime


@dataclass(frozen=True)
class RequestAnswered:
    """Children's services answered a request for a strategy meeting (M5)."""

    request_id: int
    child_id: int
    user_id: int
    requested_at: datetime
    at: datetime
