"""Which desk has a duty where (A1)."""

from cems.accounts.models import Duty, DutyDesk, Team


def desk_of(duty: Duty, authority_id: int) -> Team:
    """The desk that has `duty` in this authority; where it has none, the first desk there is.

    Work for a desk must never wait nowhere. Raises LookupError when no authority has such a desk.
    """
    own = desk_in(duty, authority_id)
    if own:
        return own
    found = DutyDesk.objects.filter(duty=duty).select_related("team").order_by("pk").first()
    if found is None:
        raise LookupError(f"No authority has a desk for {duty.label}: add one to the reference data.")
    return found.team


def desk_in(duty: Duty, authority_id: int) -> Team | None:
    """The desk that has `duty` in this very authority; None where it has none (an authority far away)."""
    row = DutyDesk.objects.filter(duty=duty, authority=authority_id).select_related("team").first()
    return row.team if row else None
