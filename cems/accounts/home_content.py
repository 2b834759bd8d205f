"""What accounts add to a person's first page: an administrator's main job, and what leavers left to a manager."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Work
from cems.accounts.selectors.hand_over import leavers_of
from cems.base.first_page import StartButton, WorkItem
from cems.base.time import local_date

PEOPLE = StartButton("People and roles", "people:users", Work.ADMINISTRATION)


def items(user: User, now: datetime) -> Iterable[WorkItem]:
    """For a manager: whoever left the team and still holds something, until it is handed over (A1)."""
    for leaver in leavers_of(user, local_date(now)):
        things = f"{leaver.things} open {'thing' if leaver.things == 1 else 'things'}"
        yield WorkItem(
            what=f"Hand over what {leaver.user} still holds",
            why=f"{things}, and they are in the team no longer",
            url=reverse("account:hand-over", args=[leaver.user.public_id]),
            today=True,
            doing="Hand over",
            counted=False,
        )
