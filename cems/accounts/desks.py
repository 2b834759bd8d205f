"""Which desk has a duty where (A1)."""

from collections.abc import Sequence

from cems.accounts.models import Duty, DutyDesk, Team
from cems.base.transactions import kept_in_command


def desk_of(duty: Duty, authority_id: int) -> Team:
    """The desk that has `duty` in this authority; where it has none, the first desk there is.

    Work for a desk must never wait nowhere. Raises LookupError when no authority has such a desk.
    """
    return desks_of([duty], authority_id)[0]


def desks_of(duties: Sequence[Duty], authority_id: int) -> list[Team]:
    """The desk of each of these duties, as `desk_of` gives it, in one statement."""
    asked = ",".join(duties)
    every = DutyDesk.objects.filter(duty__in=duties).select_related("team").order_by("pk")
    rows = kept_in_command(f"desks {asked}", lambda: list(every))
    found = []
    for duty in duties:
        held = [row for row in rows if row.duty == duty]
        if not held:
            raise LookupError(f"No authority has a desk for {duty.label}: add one to the reference data.")
        found.append(next((row.team for row in held if row.authority_id == authority_id), held[0].team))
    return found


def desk_in(duty: Duty, authority_id: int) -> Team | None:
    """The desk that has `duty` in this very authority; None where it has none (an authority far away)."""
    row = DutyDesk.objects.filter(duty=duty, authority=authority_id).select_related("team").first()
    return row.team if row else None
