"""What CEVT owes a child goes with the child, to the CEVT of where the child lives (T2, M6)."""

from datetime import datetime

from cems.accounts.desks import desk_in, desk_of
from cems.accounts.models import Duty, DutyDesk, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.clocks.choices import OPEN
from cems.clocks.services import clock as clocks
from plans.services.referral import first_contact
from triage.models import Item, LowMatrix, ReviewToNote


def whose_cevt(primary: Child) -> int:
    """The authority whose CEVT has the child on its list: where the child lives; far away, who is responsible."""
    far_away = desk_in(Duty.CEVT, primary.area_id) is None
    return primary.authority_id if far_away else primary.area_id


_MOVES_TOO: dict[type, tuple[str, ...]] = {Item: ("locality",), LowMatrix: ("late_told_at",)}


@command
def items_follow(user: User, *, child_id: int, at: datetime) -> None:
    """The child lives elsewhere: items, reviews and matrices at Low or None are on that CEVT's lists, their clocks with
    its desks.

    A clock that another team or a person has stays there. Harmless where nothing waits, and the second time.
    """
    primary = lock_cluster(child_id)
    authority_id = whose_cevt(primary)
    items = Item.objects.of(primary).filter(closed_at__isnull=True)
    to_note = ReviewToNote.objects.of(primary).filter(ended_at__isnull=True)
    low = LowMatrix.objects.of(primary).filter(ended_at__isnull=True)
    for rows in (items, to_note, low):
        elsewhere: list[Item | LowMatrix | ReviewToNote] = list(
            rows.exclude(authority=authority_id).select_for_update(no_key=True, of=("self",)).order_by("pk")
        )
        for row in elsewhere:
            row.authority_id = authority_id
            if isinstance(row, Item):  # what that CEVT discusses counts where the child lives by then
                row.locality_id = primary.locality_id
            if isinstance(row, LowMatrix):  # the chairs there are told of what is late
                row.late_told_at = None
            row.save(update_fields=["authority", *_MOVES_TOO.get(type(row), ())])
            record(user, verb=Verb.CHANGED, subject=row, child=primary.public_id, part="decisions", at=at)
    desks = {
        Duty.CEVT: desk_of(Duty.CEVT, authority_id),
        Duty.FRONT_DOOR: first_contact(primary),
    }
    for duty, desk in desks.items():
        others = DutyDesk.objects.filter(duty=duty).exclude(team=desk).values("team")
        moved = items.filter(clock__stage__in=OPEN, clock__owner_team__in=others)
        for item in moved.select_related("clock").order_by("pk"):
            if item.clock:
                reason = "The child lives in another area now"
                clocks.clock_hand_over(user, clock=item.clock, owner=desk, reason=reason, at=at)
