"""What accounts add to a person's first page: an administrator's main job, and what leavers left to a manager."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.accounts.selectors.account_change import changes_to_confirm
from cems.accounts.selectors.hand_over import leavers_of
from cems.base.first_page import StartButton, WorkItem
from cems.base.time import local_date

PEOPLE = StartButton("People and roles", "people:users", Work.ADMINISTRATION)


def items(user: User, now: datetime) -> Iterable[WorkItem]:
    """For a manager: whoever left the team and still holds something, until it is handed over. For an administrator:
    what another one may not do alone (A1)."""
    for change in changes_to_confirm(user) if profile_of(user).may(Work.ADMINISTRATION) else ():
        yield WorkItem(
            what=f"Agree to a change of the account of {change.user}, or refuse it",
            why=f"{change.asked_by} asked for {change.what}",
            url=reverse("people:account-change", args=[change.public_id]),
            today=True,
            doing="Look",
            counted=False,
        )
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
