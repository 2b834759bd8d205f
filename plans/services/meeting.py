"""Record a statutory meeting, or correct what was recorded of one (G3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cems.accounts.models import User
from cems.actions.models import Action
from cems.actions.services import Source, action_carry_over
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import on_day
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.choices import RiskLevel
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import cluster_ids, cluster_of
from cems.clocks.kinds import shown_kind
from cems.clocks.models import Clock
from plans.choices import STRATEGY_KINDS, MeetingKind, RequestAnswer
from plans.models import Request, StatutoryMeeting
from plans.services.strategy_meeting import strategy_meeting_answer


@dataclass(frozen=True)
class CarriedOver:
    """Actions that a meeting takes on until another day: each closes where it was and opens here."""

    actions: Sequence[Action]
    due_on: date


@command
def meeting_record(
    user: User,
    *,
    child: Child,
    kind: str,
    held_at: datetime,
    outcome: str,
    attended: str = "",
    level_view: int | None = None,
    review: Clock | None = None,
    answers: Request | None = None,
    carried: CarriedOver | None = None,
    at: datetime | None = None,
) -> StatutoryMeeting:
    """Record a statutory meeting that was held (G3).

    A strategy meeting answers the request that was open when it was held, and with that meets the task that asked
    for it. The level the meeting saw agrees nothing (C4). `review` is the open review of the child it belongs to,
    which goes on: its own paper meets it. Raises Invalid for what can't be.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    _check(kind, held_at, outcome, level_view, instant)
    if answers is not None and answers.child_id not in cluster_ids([primary.pk]):
        raise Invalid("That request is about another record.")
    _check_review(primary, review)
    answered = answers or _open_request(primary, kind, held_at)
    row = StatutoryMeeting.objects.create(
        child=primary,
        kind=kind,
        held_at=held_at,
        attended=attended.strip(),
        outcome=outcome,
        level_view=level_view,
        answers=answered,
        review=review,
        review_due_on=_due_on(review),
        recorded_at=instant,
        recorded_by=user,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="strategy", at=instant)
    if answered is not None:
        strategy_meeting_answer(user, request=answered, answer=RequestAnswer.HELD, at=instant)
    if carried is not None:
        _carry_over(user, primary, row, carried, instant)
    return row


@command
def meeting_correct(
    user: User,
    *,
    meeting: StatutoryMeeting,
    why: str,
    kind: str,
    held_at: datetime,
    outcome: str,
    attended: str = "",
    level_view: int | None = None,
    review: Clock | None = None,
    at: datetime | None = None,
) -> StatutoryMeeting:
    """Correct what was recorded of a meeting: the earlier row stays, superseded, with the reason.

    What answered a request for a strategy meeting stays one; the review it belonged to may have been met since.
    Raises Conflict where it has been corrected already.
    """
    instant = at or now()
    primary = lock_cluster(meeting.child_id)
    locked_meeting = StatutoryMeeting.objects.select_for_update(no_key=True, of=("self",)).get(pk=meeting.pk)
    newer = StatutoryMeeting.objects.filter(supersedes=locked_meeting).select_related("recorded_by").first()
    if newer is not None:
        raise Conflict(
            f"{newer.recorded_by} has corrected this meeting already. Open the newer one to correct that."
        )
    _check(kind, held_at, outcome, level_view, instant)
    if says_nothing(why):
        raise Invalid("Say why it is corrected.", field="why")
    if locked_meeting.answers_id and kind not in STRATEGY_KINDS:
        raise Invalid(
            "This meeting answered a request for a strategy meeting, so it stays one. Record the other"
            " meeting beside it.",
            field="kind",
        )
    stays = review is not None and review.pk == locked_meeting.review_id
    if not stays:
        _check_review(primary, review)
    row = StatutoryMeeting.objects.create(
        child=primary,
        kind=kind,
        held_at=held_at,
        attended=attended.strip(),
        outcome=outcome,
        level_view=level_view,
        answers_id=locked_meeting.answers_id,
        review=review,
        review_due_on=locked_meeting.review_due_on if stays else _due_on(review),
        supersedes=locked_meeting,
        corrected_why=why.strip(),
        recorded_at=instant,
        recorded_by=user,
    )
    record(user, verb=Verb.CHANGED, subject=row, child=primary.public_id, part="strategy", at=instant)
    return row


def _due_on(review: Clock | None) -> date | None:
    return local_date(review.due_at) if review else None


def _check_review(primary: Child, review: Clock | None) -> None:
    """Raises Invalid where this is no open review of the child."""
    if review is None:
        return
    of_the_child = review.child in set(cluster_of(primary.pk).values())
    if not (of_the_child and shown_kind(review.kind).review_of and review.is_open):
        raise Invalid("Choose a review of this child that is still owed.", field="review")


def _check(kind: str, held_at: datetime, outcome: str, level_view: int | None, at: datetime) -> None:
    if kind not in MeetingKind.values:
        raise Invalid("Choose the kind of meeting.", field="kind")
    if held_at > at:
        raise Invalid("This meeting is in the future. Record it when it has been held.", field="held_at")
    if says_nothing(outcome):
        raise Invalid("Write what the meeting decided.", field="outcome")
    if level_view is not None and level_view not in RiskLevel.values:
        raise Invalid("Choose the level the meeting saw.", field="level_view")


def _open_request(primary: Child, kind: str, held_at: datetime) -> Request | None:
    """The open request for a strategy meeting that this meeting answers: one asked before it was held."""
    if kind not in STRATEGY_KINDS:
        return None
    rows = Request.objects.of(primary).filter(answer="", requested_at__lte=held_at)
    row: Request | None = rows.order_by("requested_at", "pk").first()
    return row


def _carry_over(
    user: User, primary: Child, row: StatutoryMeeting, carried: CarriedOver, at: datetime
) -> None:
    if carried.due_on < local_date(at):
        raise Invalid("The day is past. Choose one that is still to come.", field="carry_to")
    of_cluster = set(cluster_ids([primary.pk]))
    for action in carried.actions:
        if action.child_id not in of_cluster:
            raise Invalid("That action is about another record.", field="carry")
        action_carry_over(
            user,
            action=action,
            deadline=on_day(at, carried.due_on, word="taken on"),
            source=Source("plans.meeting", str(row.public_id), row.get_kind_display()),
            reason=f"Taken on by the {row.get_kind_display().lower()} of {local_date(row.held_at):%-d %B %Y}",
            at=at,
        )
