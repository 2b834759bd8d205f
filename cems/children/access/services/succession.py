"""Somebody who keeps a restricted record leaves: it never stays with nobody who works here (A1, A2)."""

from datetime import datetime

from cems.accounts.desks import desk_of
from cems.accounts.leaving import here
from cems.accounts.models import Duty, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.time import local_date, now
from cems.children.access.models.access import NamedReaderKind
from cems.children.access.services.restriction import tell_keeper
from cems.children.clocks import RESTRICTION_REVIEW
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, NamedReader
from cems.clocks.models import Clock
from cems.clocks.services.clock import LEFT, clock_hand_over


@command
def restrictions_pass_on(user: None, *, leaver_id: int, at: datetime | None = None) -> int:
    """The deputy owns what the leaver owned, and has its review; without a deputy First Contact has the review, whose
    people decide on the record then. Returns how many records. Harmless to repeat."""
    instant = at or now()
    owned = NamedReader.objects.filter(
        user=leaver_id, kind=NamedReaderKind.OWNER, until__gt=instant, child__restricted=True
    )
    rows = list(owned.order_by("pk").values_list("pk", "child_id"))
    for row_id, child_id in rows:
        child = lock_cluster(child_id)
        _pass_on(NamedReader.objects.select_for_update(no_key=True).get(pk=row_id), child, instant)
    return len(rows)


def _pass_on(owner: NamedReader, child: Child, at: datetime) -> None:
    deputies = NamedReader.objects.filter(
        here(local_date(at), "user__"), child=owner.child_id, kind=NamedReaderKind.DEPUTY, until__gt=at
    )
    deputy = deputies.exclude(user=owner.user_id).select_related("user").order_by("pk").first()
    if deputy is not None:
        owner.kind, deputy.kind = NamedReaderKind.NAMED, NamedReaderKind.OWNER
        owner.save(update_fields=["kind"])
        deputy.save(update_fields=["kind"])
        record(
            None,
            verb=Verb.ACCESS_GIVEN,
            subject=child,
            child=child.public_id,
            detail={"reader": str(deputy.user.public_id), "as": NamedReaderKind.OWNER.value},
            reason=LEFT,
            at=at,
        )
        tell_keeper(child, deputy.user, None, at)
    reviews = Clock.objects.still_open().filter(kind=RESTRICTION_REVIEW.key, child=child.public_id)
    heir: User | None = deputy.user if deputy else None
    for clock in reviews:
        clock_hand_over(
            None, clock=clock, owner=heir or desk_of(Duty.FRONT_DOOR, child.area_id), reason=LEFT, at=at
        )
