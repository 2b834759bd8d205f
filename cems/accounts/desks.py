"""Which desk has a duty where (A1)."""

from collections.abc import Sequence

from cems.accounts.authorities import answering
from cems.accounts.models import Duty, DutyDesk, Team
from cems.base.command import kept_in_command


def desk_of(duty: Duty, authority_id: int, responsible_id: int | None = None) -> Team:
    """The desk that has `duty` in this authority; else that of the one responsible, or the first there is.

    Work for a desk must never wait nowhere. Raises LookupError when no authority has such a desk.
    """
    if responsible_id is not None and responsible_id != authority_id:
        here = desk_in(duty, authority_id) or desk_in(duty, responsible_id)
        if here is not None:
            return here
    return desks_of([duty], authority_id)[0]


def desks_of(duties: Sequence[Duty], authority_id: int) -> list[Team]:
    """The desk of each of these duties, as `desk_of` gives it, in one statement."""
    there = DutyDesk.objects.filter(authority=answering(authority_id)).select_related("team")
    desks = kept_in_command(f"desks of {authority_id}", lambda: {row.duty: row.team for row in there})
    return [desks[duty] if duty in desks else _first_desk(duty) for duty in duties]


def _first_desk(duty: Duty) -> Team:
    row = DutyDesk.objects.filter(duty=duty).select_related("team").order_by("pk").first()
    if row is None:
        raise LookupError(f"No authority has a desk for {duty.label}: add one to the reference data.")
    return row.team


def desk_in(duty: Duty, authority_id: int) -> Team | None:
    """The desk that has `duty` in this very authority, or the one that followed it; None far away."""
    row = DutyDesk.objects.filter(duty=duty, authority=answering(authority_id)).select_related("team").first()
    return row.team if row else None
