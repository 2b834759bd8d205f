"""What each agency says of a child to a forum, and where it does not agree (T3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cems.accounts.models import Agency, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, Overtaken
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.models import Child
from cems.meetings.choices import Held, MeetingForum, RelayedHow
from cems.meetings.models import Contribution, Dissent, RelayedContribution
from cems.meetings.rules import is_answer


@command
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
    row, made = Contribution.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
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


@dataclass(frozen=True)
class Told:
    """What an agency that is away told: its answer, in whose words, how and when."""

    held: Held
    text: str
    by: str
    how: RelayedHow
    at: datetime


@command
def relayed_contribution_write(
    user: User,
    *,
    child: Child,
    forum: MeetingForum,
    about: UUID,
    agency: Agency,
    told: Told,
    seen: int,
    at: datetime | None = None,
) -> RelayedContribution:
    """Write down what an agency that is away told; called under the lock of the cluster.

    `seen` is how many such notes of this agency the writer had before them. The newest said again as it stands is
    returned. Raises Overtaken with the other text where somebody wrote since, Conflict where the agency has
    answered itself, Invalid naming the field to mend.
    """
    instant, words, by = at or now(), told.text.strip(), told.by.strip()
    if told.held == Held.WRITTEN and not words:
        raise Invalid("Write what they told you, or choose one of the other answers.", field="text")
    if not by:
        raise Invalid("Write who told you.", field="told_by")
    if told.at > instant:
        raise Invalid("This is in the future. Check the day and the time.", field="told_on")
    own = Contribution.objects.filter(about=about, agency=agency).first()
    if own and is_answer(own.held):
        raise Conflict(
            f"{agency} has answered itself meanwhile. Its answer is on the sheet, and it can add to it."
        )
    rows = RelayedContribution.objects.filter(about=about, agency=agency).select_related("written_by")
    newest = rows.order_by("-number").first()
    if newest and newest.same_as(told.held, words, by, told.how, told.at):
        return newest
    if newest and newest.number != seen:
        theirs = {"held": newest.held, "text": newest.text}
        raise Overtaken(theirs=theirs, version=newest.number, by=str(newest.written_by))
    row = RelayedContribution.objects.create(
        child=child,
        forum=forum,
        about=about,
        agency=agency,
        number=newest.number + 1 if newest else 1,
        held=told.held,
        text=words,
        told_by=by,
        told_how=told.how,
        told_at=told.at,
        written_by=user,
        written_at=instant,
    )
    record(user, verb=Verb.CREATED, subject=row, child=child.public_id, part="contributions", at=instant)
    return row


@command
def contributions_freeze(user: User, *, about: Collection[UUID], at: datetime) -> None:
    """The forum has decided on these items: what was said stays as it was when it did."""
    Contribution.objects.filter(about__in=about, frozen_at__isnull=True).update(frozen_at=at)


@command
def dissent_record(
    user: User, *, child: Child, about: UUID, agency: Agency, text: str, at: datetime | None = None
) -> Dissent:
    """An agency does not agree with a decision, and says why. Raises Invalid without words."""
    instant = at or now()
    if says_nothing(text):
        raise Invalid(f"Write why {agency} does not agree.", field="dissent")
    if Dissent.objects.filter(about=about, agency=agency).exists():
        raise Conflict(f"The dissent of {agency} is already recorded.")
    row = Dissent.objects.create(
        child=child, about=about, agency=agency, text=text.strip(), recorded_by=user, at=instant
    )
    record(user, verb=Verb.CREATED, subject=row, child=child.public_id, part="decisions", at=instant)
    return row
