"""Which desk has a duty where (A1)."""

from cems.accounts.models import Duty, DutyDesk, Team


def desk_of(duty: Duty, authority_id: int) -> Team:
    """The desk that has `duty` in this authority; where it has none, the first desk there is.

    Work for a desk must never wait nowhere. Raises LookupError when no authority has such a desk.
    """
    rows = list(DutyDesk.objects.filter(duty=duty).select_related("team").order_by("pk"))
    if not rows:
        raise LookupError(f"No authority has a desk for {duty.label}: add one to the reference data.")
    return next((row.team for row in rows if row.authority_id == authority_id), rows[0].team)


def desk_in(duty: Duty, authority_id: int) -> Team | None:
    """The desk that has `duty` in this very authority; None where it has none (an authority far away)."""
    row = DutyDesk.objects.filter(duty=duty, authority=authority_id).select_related("team").first()
    return row.team if row else None
