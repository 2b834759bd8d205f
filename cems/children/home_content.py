"""What the record adds to a person's first page: claims to decide, and the button to record a child."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.base.registries import HomeContent, StartButton, WorkItem
from cems.children.selectors.people import claims


def _items(user: User, now: datetime) -> Iterable[WorkItem]:
    if not profile_of(user).may(Work.INVOLVEMENT):
        return
    for claim in claims(user, limit=50):
        who = claim.row.user or claim.row.team
        yield WorkItem(
            what="Decide who works with a child",
            why=f"{who} says they are the {claim.row.get_case_role_display().lower()}",
            url=reverse("children:claims"),
            child=claim.child.public_id,
            reference=claim.child.reference,
            owner=str(user),
        )


CONTENT = HomeContent(
    app="children",
    items=_items,
    buttons=(StartButton("Record a child", "children:new", Work.RECORD, order=60),),
)
