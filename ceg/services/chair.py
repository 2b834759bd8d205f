"""The promises of a board follow its chair (G1, K1)."""

from datetime import datetime

from ceg.models import BoardEntry
from ceg.selectors.chair import chairs_of, owner_of
from cems.base.command import command
from cems.base.time import local_date
from cems.children.querysets import record_of
from cems.clocks.choices import OPEN
from cems.clocks.services.clock import clock_hand_over


@command
def clocks_follow_chairs(user: None, *, at: datetime) -> int:
    """Hand each review that is with somebody who does not chair the board to whoever does; how many moved.

    A clock that is with one of several chairs stays there. Recomputed from the posts, so that twice does no harm.
    """
    rows = BoardEntry.objects.filter(left_at__isnull=True, clock__stage__in=OPEN)
    entries = list(
        rows.with_record().select_related("clock__owner_user", "clock__owner_team", "locality").order_by("pk")
    )
    chairs = chairs_of({row.locality_id for row in entries}, local_date(at))
    moved = 0
    for row in entries:
        present = {chair.pk for chair in chairs.get(row.locality_id, ())}
        if row.clock.owner_user_id in present or not (present or row.clock.owner_user_id):
            continue  # with a chair; or with the desk, where there is none
        owner = owner_of(record_of(row), row.locality, at)
        if owner != row.clock.owner and row.clock.is_open:
            clock_hand_over(user, clock=row.clock, owner=owner, reason="The board's chair has changed", at=at)
            moved += 1
    return moved
