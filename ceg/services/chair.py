"""The promises of a board follow its chair (G1, K1)."""

from datetime import datetime

from ceg.models import BoardEntry
from ceg.selectors.chair import able_chairs, owner_among
from cems.base.command import command
from cems.children.querysets import record_of
from cems.clocks.choices import OPEN
from cems.clocks.services.clock import clock_hand_over


@command
def clocks_follow_chairs(user: None, *, at: datetime) -> int:
    """Hand each review that is with somebody who does not chair the board, or whom the record shuts out, to whoever
    does; how many moved.

    A clock that is with one of several chairs stays there. Recomputed from the posts, so that twice does no harm.
    """
    rows = BoardEntry.objects.filter(left_at__isnull=True, clock__stage__in=OPEN)
    entries = list(
        rows.with_record().select_related("clock__owner_user", "clock__owner_team", "locality").order_by("pk")
    )
    able = able_chairs({(record_of(row).pk, row.locality_id) for row in entries}, at)
    moved = 0
    for row in entries:
        chairs = able[record_of(row).pk, row.locality_id]
        owner = owner_among(chairs, row.locality)
        if row.clock.owner in chairs or row.clock.owner == owner:
            continue
        clock_hand_over(user, clock=row.clock, owner=owner, reason="The board's chair has changed", at=at)
        moved += 1
    return moved
