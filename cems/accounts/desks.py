"""Which desk has a duty where (A1)."""

from cems.accounts.models import Duty, DutyDesk, Team


def desk_of(duty: Duty, authority_id: int) -> Team:
    """The desk that has `duty` in this authority; where it has none, the first desk there is.

    Work for a desk must never wait nowhere. Raises LookupError when no authority has such a desk.
    """
    rows = DutyDesk.objects.filter(duty=duty).select_related("team")
    found = rows.filter(authority=authority_id).first() or rows.order_by("pk").first()
    if found is None:
        raise LookupError(f"No authority has a desk for {duty.label}: add one to the reference data.")
    return found.team
