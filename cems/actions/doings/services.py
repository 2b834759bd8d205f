"""Record what was done about an action, and undo what was recorded in error (K1)."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.actions.doings.kinds import DoingKind
from cems.actions.doings.selectors import kind_of
from cems.actions.models import Action, Doing
from cems.actions.services import action_complete, action_reopen
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.matching.services.cluster import lock_cluster
from cems.clocks import recipients
from cems.notices.messages import Message
from cems.notices.services import notices_send


@command
def doing_record(
    user: User,
    *,
    action: Action,
    answer: str,
    given: Mapping[str, str],
    done_at: datetime | None = None,
    at: datetime | None = None,
) -> Doing:
    """Record what was done or decided, `done_at` being when: the action is done, and with it each of its kind that
    is open for the child.

    Raises Invalid naming what is wanted, Conflict when somebody else closed it first, ValueError for an action
    whose doing is not recorded here.
    """
    instant = at or now()
    done = done_at or instant
    kind = kind_of(action)
    if kind is None:
        raise ValueError(f"what is done about {action.reference} is not recorded on its page")
    if problem := kind.problem(answer, given):
        raise Invalid(problem.words, field=problem.about or "answer")
    if done > instant:
        raise Invalid("The time it was done is still to come.", field="done_at")
    primary = lock_cluster(action.child_id) if action.child_id else None
    row = Doing(
        action=action,
        child=primary,
        words=kind.words(answer, given, done),
        done_at=done,
        recorded_at=instant,
        recorded_by=user,
    )
    locked_action = Action.objects.select_for_update(no_key=True, of=("self",)).get(pk=action.pk)
    if locked_action.is_open:  # of a closed one the first `action_complete` tells who was quicker
        row.save()
    for met in (locked_action, *_also_met(row, kind, answer)):
        action_complete(
            user, action=met, outcome=row.words, doing=row, at=min(max(done, met.happened_at), instant)
        )
    child = primary.public_id if primary else None
    record(user, verb=Verb.CREATED, subject=row, child=child, part="actions", at=instant)
    return row


def _also_met(doing: Doing, kind: DoingKind, key: str) -> Iterator[Action]:
    """The other open actions about the child that the same doing meets: those agreed before it was done."""
    answer = kind.answer(key)
    if doing.child is None or answer is None or answer.alone:
        return
    rows = Action.objects.of(doing.child).to_do().exclude(pk=doing.action_id).exclude(key="")
    for other in rows.order_by("pk"):
        if kind_of(other) is kind and kind.is_after(other.happened_at, doing.done_at):
            yield other


@command
def doing_undo(user: User, *, doing: Doing, why: str, at: datetime | None = None) -> Doing:
    """What was recorded was in error: every action it closed is to do again, with the time it had (truth-f7).

    The owners and whoever recorded it are told. Raises Invalid without a reason, Conflict when it was undone before.
    """
    instant = at or now()
    primary = lock_cluster(doing.child_id) if doing.child_id else None
    rows = Doing.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "recorded_by", "undone_by", "action"
    )
    locked_doing: Doing = rows.get(pk=doing.pk)
    if locked_doing.undone_at:
        raise Conflict(f"{locked_doing.undone_by} has undone this already: {locked_doing.undone_why}")
    if says_nothing(why):
        raise Invalid("Say what was wrong with it.", field="why")
    locked_doing.undone_at, locked_doing.undone_by, locked_doing.undone_why = instant, user, why.strip()
    locked_doing.save(update_fields=["undone_at", "undone_by", "undone_why"])
    reopened = [
        action_reopen(user, action=action, reason=why, at=instant)
        for action in Action.objects.filter(doing=locked_doing).order_by("pk")
    ]
    child = primary.public_id if primary else None
    record(user, verb=Verb.CHANGED, subject=locked_doing, child=child, part="actions", reason=why, at=instant)
    owners = set().union(*recipients.holders(reopened, local_date(instant)).values())
    _tell_recorder(user, locked_doing, owners, instant)
    return locked_doing


def _tell_recorder(user: User, doing: Doing, owners: set[int], at: datetime) -> None:
    """Whoever recorded it is told, where they are not told as its owner."""
    action = doing.action
    message = Message(
        kind="action.undone",
        key=f"action:{action.public_id}:undone:{doing.public_id}",
        text=f"{action.reference}: what you recorded as done was undone, and is to do again.",
        url=reverse("actions:detail", args=[action.public_id]),
        reference=action.reference,
        child=doing.child.public_id if doing.child else None,
    )
    notices_send({message: {doing.recorded_by_id} - {user.pk} - owners}, at=at)
