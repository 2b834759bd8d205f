"""What each agency says of a child to a forum, and where it does not agree (T3)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from cems.accounts.models import Agency, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.errors import Conflict, Invalid, Overtaken
from cems.base.time import now
from cems.base.transactions import one_transaction
from cems.children.models import Child
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.models import Contribution, Dissent


@one_transaction
def contribution_save(
    user: User,
    *,
    child: Child,
    forum: MeetingForum,
    about: UUID,
    held: Held,
    text: str = "",
    version: int = 0,
    agency: Agency | None = None,
    at: datetime | None = None,
) -> Contribution:
    """Save what an agency (the user's, unless told) says of a child, as it is typed.

    `about` is the forum's item, `version` the one the typist saw, 0 for none. Raises Overtaken with both
    texts when a colleague of the same agency saved since, Conflict when the forum has decided.
    """
    instant, words = at or now(), text.strip()
    if held == Held.WRITTEN and not words:
        raise Invalid("Write what your agency knows, or choose one of the other answers.", field="text")
    who = agency or user.agency
    fields = {"held": held, "text": words, "said_by": user, "said_at": instant}
    row, made = Contribution.objects.select_for_update(of=("self",)).get_or_create(
        about=about, agency=who, defaults={"child": child, "forum": forum, **fields}
    )
    if not made:
        if row.frozen_at:
            raise Conflict("The meeting has decided, so this can't be changed any more.")
        if (row.held, row.text) == (held, words):
            return row
        if row.version != version:
            raise Overtaken(
                theirs={"held": row.held, "text": row.text}, version=row.version, by=str(row.said_by)
            )
        for name, value in fields.items():
            setattr(row, name, value)
        row.version += 1
        row.save(update_fields=[*fields, "version"])
    verb = Verb.CREATED if made else Verb.CHANGED
    record(user, verb=verb, subject=row, child=child.public_id, part="contributions", at=instant)
    return row


def contributions_freeze(*, about: Collection[UUID], at: datetime) -> None:
    """The forum has decided on these items: what was said stays as it was when it did."""
    Contribution.objects.filter(about__in=about, frozen_at__isnull=True).update(frozen_at=at)


@one_transaction
def dissent_record(
    user: User, *, child: Child, about: UUID, agency: Agency, text: str, at: datetime | None = None
) -> Dissent:
    """An agency does not agree with a decision, and says why. Raises Invalid without words."""
    instant = at or now()
    if not text.strip():
        raise Invalid(f"Write why {agency} does not agree.", field="dissent")
    if Dissent.objects.filter(about=about, agency=agency).exists():
        raise Conflict(f"The dissent of {agency} is already recorded.")
    row = Dissent.objects.create(
        child=child, about=about, agency=agency, text=text.strip(), recorded_by=user, at=instant
    )
    record(user, verb=Verb.CREATED, subject=row, child=child.public_id, part="decisions", at=instant)
    return row
