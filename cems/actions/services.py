"""Every write to an action (SP1, T3, G2). The acting user comes first; None is the system itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from cems.accounts.models import Team, User
from cems.actions.choices import Status
from cems.actions.events import ActionClosed
from cems.actions.models import Action, Doing
from cems.actions.slots import place_of
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import Deadline, say_day
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.references import next_references
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.clocks import recipients
from cems.clocks.choices import Stage
from cems.clocks.services import clock as clocks
from cems.notices.messages import Message
from cems.notices.services import notices_send, notices_settle
from cems.policy.declared import Reading

CLOCK_KIND = "action.due"


@dataclass(frozen=True)
class Source:
    """Where an action comes from: the kind of paper, its public id, its reference."""

    kind: str
    id: str
    reference: str = ""


@dataclass(frozen=True)
class Asked:
    """One thing somebody undertakes, by `deadline` if there is one; `key` names a follow-up of its source.

    `length` is the practice setting that the deadline was made with, where it was one.
    """

    title: str
    owner: User | Team
    deadline: Deadline | None = None
    key: str = ""
    detail: str = ""
    length: Reading[int] | None = None


@command
def action_open(
    user: User | None,
    *,
    title: str,
    owner: User | Team,
    child: Child | None = None,
    deadline: Deadline | None = None,
    source: Source | None = None,
    key: str = "",
    detail: str = "",
    length: Reading[int] | None = None,
    happened_at: datetime | None = None,
    carried_from: Action | None = None,
    at: datetime | None = None,
) -> Action:
    """Somebody undertakes to do something, by `deadline` if there is one; the owner is told.

    A follow-up (`key`) that this source already raised is returned as it is. Raises Invalid without a
    title, ValueError for a follow-up of no source.
    """
    asked = [Asked(title, owner, deadline, key, detail, length)]
    return actions_open(
        user,
        asked=asked,
        child=child,
        source=source,
        happened_at=happened_at,
        carried_from=carried_from,
        at=at,
    )[0]


@command
def actions_open(
    user: User | None,
    *,
    asked: Sequence[Asked],
    child: Child | None = None,
    source: Source | None = None,
    happened_at: datetime | None = None,
    carried_from: Action | None = None,
    at: datetime | None = None,
) -> list[Action]:
    """Everything one paper asks for, at the cost of one action; in its order. Each as `action_open` does it."""
    instant = at or now()
    if any(task.key for task in asked) and not source:
        raise ValueError("a follow-up has a source")
    if not all(task.title.strip() for task in asked):
        raise Invalid("Say what is to be done.", field="title")
    raised = _raised(source, {task.key for task in asked if task.key}) if not carried_from else {}
    new = [task for task in asked if task.key not in raised]
    if not new:
        return [raised[task.key] for task in asked]
    primary = lock_cluster(child.pk) if child else None
    rows = [
        Action(
            reference=reference,
            child=primary,
            key=task.key,
            title=task.title.strip(),
            detail=task.detail.strip(),
            source_kind=source.kind if source else "",
            source_id=str(source.id) if source else "",
            source_reference=source.reference if source else "",
            happened_at=happened_at or instant,
            created_at=instant,
            created_by=user,
            carried_from=carried_from,
            **_owner(task.owner),
        )
        for task, reference in zip(new, next_references("ACT", instant, len(new)), strict=True)
    ]
    _start_clocks(user, rows, new, instant)
    Action.objects.bulk_create(rows)
    for row in rows:
        _audit(user, row, Verb.CREATED, instant)
    _tell_owners(user, rows, "opened", "is yours to do", instant)
    opened = iter(rows)
    return [raised[task.key] if task.key in raised else next(opened) for task in asked]


def _raised(source: Source | None, keys: set[str]) -> dict[str, Action]:
    """By key, the follow-ups that this source has raised already."""
    if not (source and keys):
        return {}
    rows = Action.objects.from_source(source.kind, source.id).filter(key__in=keys, carried_from=None)
    return {row.key: row for row in rows.order_by("-pk")}


def _start_clocks(user: User | None, rows: Sequence[Action], asked: Sequence[Asked], at: datetime) -> None:
    due = [(row, task.deadline, task.length) for row, task in zip(rows, asked, strict=True) if task.deadline]
    promises = [
        clocks.Promise(
            kind=CLOCK_KIND,
            owner=row.owner,
            deadline=deadline,
            reference=row.reference,
            url=reverse("actions:detail", args=[row.public_id]),
            child=row.child.public_id if row.child else None,
            length=length,
        )
        for row, deadline, length in due
    ]
    if promises:
        for (row, *_), clock in zip(due, clocks.clocks_start(user, promises=promises, at=at), strict=True):
            row.clock = clock


@command
def action_ask_again(
    user: User | None,
    *,
    action: Action,
    source: Source,
    deadline: Deadline | None = None,
    length: Reading[int] | None = None,
    at: datetime | None = None,
) -> Action:
    """Another paper asks for what is still to be done: noted on the action, its owner told, nothing opened twice.

    A sooner `deadline` moves the action's; a later one changes nothing. Raises Conflict when it is closed already.
    """
    kept, instant = _open(action), at or now()
    day = say_day(local_date(instant), year=True)
    kept.detail = f"{kept.detail}\nAsked for again with {source.reference} on {day}.".strip()
    kept.save(update_fields=["detail"])
    if deadline and kept.clock and kept.clock.is_open and deadline.due_at < kept.clock.due_at:
        clocks.clock_move(
            user,
            clock=kept.clock,
            deadline=deadline,
            length=length,
            reason=f"Asked for again with {source.reference}",
            at=instant,
        )
    _audit(user, kept, Verb.CHANGED, instant, f"Asked for again with {source.reference}")
    _tell_owner(user, kept, f"again:{source.id}", "was asked for again", instant)
    return kept


@command
def action_complete(
    user: User | None,
    *,
    action: Action,
    outcome: str,
    doing: Doing | None = None,
    at: datetime | None = None,
) -> Action:
    """The action was done, `at` being when; its clock is met, where it still runs. `doing` is what was recorded of it.

    Raises Invalid without an outcome or for a time to come, Conflict when somebody else closed it first.
    """
    kept, instant = _open(action), at or now()
    if instant > now():
        raise Invalid("The time it was done is still to come.", field="done_at")
    kept.doing = doing
    _close(user, kept, Status.DONE, _said(outcome, "Say what came of it.", "outcome"), instant)
    if kept.clock and kept.clock.is_open:  # a death may have cancelled it
        clocks.clock_meet(user, clock=kept.clock, at=instant)
    _audit(user, kept, Verb.COMPLETED, instant)
    return kept


@command
def actions_meet(
    user: User | None,
    *,
    child: Child,
    keys: Collection[str],
    outcome: str,
    asked_by: datetime | None = None,
    at: datetime | None = None,
) -> None:
    """What the open actions with these keys ask for about this child has been done, so each is done (K1).

    `outcome` says by what. What was done before it was asked for answers nothing: `asked_by` leaves out what was
    asked for later. Harmless where none is open: the doing asks for no action.
    """
    primary = lock_cluster(child.pk)
    actions = Action.objects.of(primary).to_do().filter(key__in=keys)
    if asked_by:
        actions = actions.filter(happened_at__lte=asked_by)
    for action in actions.order_by("pk"):
        action_complete(user, action=action, outcome=outcome, at=at)


@command
def action_cancel(user: User | None, *, action: Action, reason: str, at: datetime | None = None) -> Action:
    """The action is no longer needed. Raises Invalid without a reason, Conflict when it is closed already."""
    kept, instant = _open(action), at or now()
    reason = _said(reason, "Say why it is no longer needed.", "outcome")
    _close(user, kept, Status.CANCELLED, reason, instant)
    if kept.clock:
        clocks.clock_cancel(user, clock=kept.clock, reason="The action is no longer needed", at=instant)
    _audit(user, kept, Verb.CANCELLED, instant)
    return kept


@command
def action_reopen(user: User | None, *, action: Action, reason: str, at: datetime | None = None) -> Action:
    """What closed the action was undone: it is to do again, with the time it had, and its owner is told (K1).

    What had come of it is noted on the action. Raises Invalid without a reason, Conflict when it is open.
    """
    kept, instant = _locked(action), at or now()
    if kept.is_open or kept.status == Status.CARRIED:
        raise Conflict(
            f"{kept.reference} is {kept.get_status_display().lower()}, so there is nothing to undo."
        )
    reason = _said(reason, "Say why it is to be done again.", "reason")
    closed_on = say_day(local_date(kept.closed_at), year=True) if kept.closed_at else ""
    past = f"{kept.get_status_display()} on {closed_on}, and undone: {reason}"
    kept.detail = f"{kept.detail}\n{past}".strip()
    kept.status, kept.outcome, kept.closed_at, kept.closed_by, kept.doing = Status.OPEN, "", None, None, None
    kept.save(update_fields=["detail", "status", "outcome", "closed_at", "closed_by", "doing"])
    if kept.clock and kept.clock.stage == Stage.MET and not (kept.child and kept.child.died_on):
        clocks.clock_reopen(user, clock=kept.clock, reason="What was recorded as done is undone", at=instant)
    _audit(user, kept, Verb.CHANGED, instant, reason)
    _tell_owner(
        user, kept, f"reopened:{instant.isoformat()}", "is to do again: what was done is undone", instant
    )
    return kept


@command
def action_carry_over(
    user: User | None,
    *,
    action: Action,
    deadline: Deadline | None,
    source: Source,
    reason: str,
    at: datetime | None = None,
) -> Action:
    """The next meeting takes an open action on: it closes here and opens there, with a new deadline.

    Returns the new action. Raises as `action_cancel`, and Invalid for one that is met by its doing: that asks what it
    asked, by the time it had.
    """
    kept, instant = _open(action), at or now()
    if place_of(kept) is not None:
        raise Invalid(
            f"{kept.reference} is met by what is done about it, so no meeting takes it on.", field="action"
        )
    _close(user, kept, Status.CARRIED, _said(reason, "Say why it is carried over.", "reason"), instant)
    if kept.clock:
        clocks.clock_cancel(
            user, clock=kept.clock, reason=f"Carried over to {source.reference}".strip(), at=instant
        )
    _audit(user, kept, Verb.CHANGED, instant)
    return action_open(
        user,
        title=kept.title,
        detail=kept.detail,
        owner=kept.owner,
        child=kept.child,
        deadline=deadline,
        source=source,
        key=kept.key,
        happened_at=kept.happened_at,
        carried_from=kept,
        at=instant,
    )


@command
def action_hand_over(
    user: User | None, *, action: Action, owner: User | Team, reason: str = "", at: datetime | None = None
) -> Action:
    """Give an open action to somebody else, who is told. Raises Conflict when it is closed already."""
    kept, instant = _open(action), at or now()
    if kept.owner == owner:
        return kept
    for field, value in _owner(owner).items():
        setattr(kept, field, value)
    kept.save(update_fields=["owner_user", "owner_team"])
    if kept.clock and kept.clock.is_open:
        clocks.clock_hand_over(
            user, clock=kept.clock, owner=owner, reason=reason, at=instant
        )  # tells the new owner
    else:
        _tell_owner(user, kept, f"handed_over:{instant.isoformat()}", "is now with you", instant)
    _audit(user, kept, Verb.CHANGED, instant, reason)
    return kept


@command
def action_follow_clock(
    user: User | None, *, clock_id: int, reason: str = "", at: datetime | None = None
) -> Action | None:
    """The clock of an action was given to somebody else, who was told: the open action is theirs too."""
    action = Action.objects.to_do().filter(clock=clock_id).first()
    if action is None:
        return None
    kept = _locked(action)
    if not kept.is_open or kept.clock is None or kept.owner == kept.clock.owner:
        return kept
    kept.owner_user, kept.owner_team = kept.clock.owner_user, kept.clock.owner_team
    kept.save(update_fields=["owner_user", "owner_team"])
    _audit(user, kept, Verb.CHANGED, at or now(), reason)
    return kept


@command
def actions_rehome(user: None, *, leaver_id: int, at: datetime | None = None) -> int:
    """A person has left: their open actions go to who has their promises; returns how many moved."""
    owner = recipients.heir_of(leaver_id, local_date(at or now()))
    if owner is None:
        return 0
    actions = list(Action.objects.to_do().filter(owner_user=leaver_id).order_by("pk"))
    for action in actions:
        action_hand_over(user, action=action, owner=owner, reason=clocks.LEFT, at=at)
    return len(actions)


def _locked(action: Action) -> Action:
    rows = Action.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "clock", "owner_user", "owner_team", "child"
    )
    kept: Action = rows.get(pk=action.pk)
    return kept


def _open(action: Action) -> Action:
    kept = _locked(action)
    if not kept.is_open:
        by = f" by {kept.closed_by}" if kept.closed_by else ""
        how = f"{kept.get_status_display().lower()}{by}"
        raise Conflict(f"{kept.reference} is already closed: {how}. What came of it stands on its page.")
    return kept


def _close(user: User | None, action: Action, status: Status, outcome: str, at: datetime) -> None:
    action.status, action.outcome = status, outcome
    action.closed_at, action.closed_by = at, user
    action.save(update_fields=["status", "outcome", "closed_at", "closed_by", "doing"])
    notices_settle(user, about=[f"action:{action.public_id}:"], at=at)
    if status != Status.CARRIED:  # that one goes on elsewhere
        publish(ActionClosed(action.pk, action.key, user.pk if user else None, at))


def _said(text: str, ask: str, field: str) -> str:
    if says_nothing(text):
        raise Invalid(ask, field=field)
    return text.strip()


def _owner(owner: User | Team) -> dict[str, Any]:
    team = isinstance(owner, Team)
    return {"owner_user": None if team else owner, "owner_team": owner if team else None}


def _tell_owner(user: User | None, action: Action, step: str, words: str, at: datetime) -> None:
    _tell_owners(user, [action], step, words, at)


def _tell_owners(user: User | None, actions: Sequence[Action], step: str, words: str, at: datetime) -> None:
    """Tell those who have the actions, except the person who just did this. No title: people type names in it."""
    having = recipients.holders(actions, local_date(at))
    messages = {
        Message(
            kind="action.owner",
            key=f"action:{action.public_id}:{step}",
            text=f"{action.reference} {words}.",
            url=reverse("actions:detail", args=[action.public_id]),
            reference=action.reference,
            child=action.child.public_id if action.child else None,
        ): having[action.pk] - {user.pk if user else 0}
        for action in actions
    }
    notices_send(messages, at=at)


def _audit(user: User | None, action: Action, verb: Verb, at: datetime, reason: str = "") -> None:
    child = action.child.public_id if action.child else None
    record(user, verb=verb, subject=action, child=child, part="actions", reason=reason, at=at)
