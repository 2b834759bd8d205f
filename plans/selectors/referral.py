"""What pages read of referrals and of requests for a strategy meeting (M5, T1)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cems.children.models import Child
from plans.choices import ReferralState
from plans.models import Referral, Request, StatutoryMeeting

CLOCKED = ("made_by__agency", "clock__owner_user", "clock__owner_team")


def referral_at(child: Child, public_id: UUID) -> Referral | None:
    """The referral of this child at this address, with its clock, who made and who decided it; or None."""
    rows = Referral.objects.of(child).select_related("decided_by", "agency", *CLOCKED)
    row: Referral | None = rows.filter(public_id=public_id).first()
    return row


def open_referral(child: Child) -> Referral | None:
    """The referral of this child that waits for its decision, or None."""
    row: Referral | None = Referral.objects.of(child).filter(state=ReferralState.OPEN).first()
    return row


def request_at(child: Child, public_id: UUID) -> Request | None:
    """The request for a strategy meeting about this child at this address, with its clock; or None."""
    rows = Request.objects.of(child).select_related("answered_by", *CLOCKED)
    row: Request | None = rows.filter(public_id=public_id).first()
    return row


def request_since(child: Child, at: datetime) -> Request | None:
    """The newest request for a strategy meeting about this child from this instant on, or None."""
    rows = Request.objects.of(child).filter(requested_at__gte=at)
    row: Request | None = rows.order_by("-pk").first()
    return row


def meetings_held_for(request: Request) -> Sequence[StatutoryMeeting]:
    """The strategy meetings that answer this request with who recorded each, in the order of recording."""
    return list(request.meetings.select_related("recorded_by").order_by("pk"))
