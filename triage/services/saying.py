"""An agency says what it knows of a child on CEVT's list (T3)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cems.accounts.models import User
from cems.base.errors import Conflict, Invalid
from cems.children.models import Child
from cems.children.services.whole import lock_whole
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.models import Contribution
from cems.meetings.services.saying import contribution_save
from triage.models import Item


@transaction.atomic
def say(
    user: User,
    *,
    child: Child,
    about: UUID,
    held: str,
    text: str,
    version: int,
    at: datetime | None = None,
) -> Contribution:
    """Save what the person's agency knows, as it is typed; words without a choice mean "has information".

    `about` is the item the page showed. Raises Conflict when that is decided or gone, Overtaken when a
    colleague of the agency saved since `version`, Invalid without an answer.
    """
    root = lock_whole(child.pk)
    item = Item.objects.of(root).filter(public_id=about).first()
    if item is None or not item.is_open:
        raise Conflict(
            "CEVT has finished with this, so it can't be changed any more. Your text stays here: copy it."
        )
    if held not in Held.values:
        if not text.strip():
            raise Invalid("Choose what your agency holds, or write it.", field="held")
        held = Held.WRITTEN
    return contribution_save(
        user,
        child=root,
        forum=MeetingForum.CEVT,
        about=item.public_id,
        held=Held(held),
        text=text,
        version=version,
        at=at,
    )
