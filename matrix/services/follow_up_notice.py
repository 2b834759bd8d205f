"""First Contact, and out of hours the Emergency Duty Team, are told at once of a child at Significant (M5)."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import Duty, User
from cems.actions.services import Source
from cems.base.time import local_date
from cems.children.models import Child
from cems.clocks import recipients
from cems.notices.services import notice_send
from matrix.services.owners import desk


@dataclass
class _Desk:
    """A desk whose people are asked for."""

    pk: int
    owner_user_id: int | None
    owner_team_id: int | None


def tell_front_door(user: User, child: Child, source: Source, *, out_of_hours: bool, at: datetime) -> None:
    """Whoever sent the matrix, whichever forum agreed it, and whether or not services work with the child."""
    duties = [Duty.FRONT_DOOR, *([Duty.OUT_OF_HOURS] if out_of_hours else [])]
    desks = [_Desk(number, None, desk(duty, child).pk) for number, duty in enumerate(duties)]
    people = set().union(*recipients.holders(desks, local_date(at)).values())
    notice_send(
        people - {user.pk},
        kind="matrix.significant",
        key=f"matrix:{source.id}:significant",
        text=f"{source.reference}: a child is at Significant. A strategy meeting is asked for.",
        url=reverse("children:overview", args=[child.public_id]),
        reference=source.reference,
        child=child.public_id,
        at=at,
    )
