"""Every write to an action (SP1, T3, G2). The acting user comes first; None is the system itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from cems.accounts.models import Team, User
from cems.actions.choices import Status
from cems.actions.events import ActionCancelled, ActionCompleted
from cems.actions.models import Action
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import Deadline, say_day
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.children.models import Child
from cems.children.services.whole import lock_whole
from cems.clocks import recipients
from cems.clocks import services as clocks
from cems.notices.messages import Message
from cems.notices.services import tell_many

CLOCK_KIND = "action.due"


@dataclass(frozen=True)
class Source:
    """Where an action comes from: the kind of paper, its public id, its reference."""

    kind: str
    id: str
    reference: str = ""


@transaction.atomic
def open_action(
    user: User | None,
    *,
    title: str,
    owner: User | Team,
    child: Child | None = None,
    deadline: Deadline | None = None,
    source: Source | None = None,
    key: str = "",
    detail: str = "",
    happened_at: datetime | None = None,
    carried_from: Action | None = None,
    at: datetime | None = None,
) -> Action:
    """Somebody undertakes to do something, by `deadline` if there is one; the owner is told.

    A follow-up (`key`) that this source already raised is given back as it is. Raises Invalid without a
    title, ValueError for a follow-up of no source.
    """
    instant = at or now()
    if key and not source:
        raise ValueError("a follow-up has a source")
    if not title.strip():
        raise Invalid("Say what is to be done.", field="title")
    if key and source and not carried_from:
        raised = Action.objects.from_source(source.kind, source.id).filter(key=key, carried_from=None).first()
        if raised:
            return raised
    root = lock_whole(child.pk) if child else None
    action = Action(
        reference=next_reference("ACT", instant),
        child=root,
        key=key,
        title=title.strip(),
        detail=detail.strip(),
        source_kind=source.kind if source else "",
        source_id=str(source.id) if source else "",
        source_reference=source.reference if source else "",
        happened_at=happened_at or instant,
        created_at=instant,
        created_by=user,
        carried_from=carried_from,
        **_owner(owner),
    )
    if deadline:
        action.clock = clocks.start(
            user,
            kind=CLOCK_KIND,
            owner=owner,
            deadline=deadline,
            reference=action.reference,
            url=reverse("actions:detail", args=[action.public_id]),
            child=root.public_id if root else None,
            at=instant,
        )
    action.save(force_insert=True)
    _audit(user, action, Verb.CREATED, instant)
    _tell_owner(user, action, "opened", "is yours to do", instant)
    return action


@transaction.atomic
def ask_again(
    user: User | None,
    *,
    action: Action,
    source: Source,
    deadline: Deadline | None = None,
    at: datetime | None = None,
) -> Action:
    """Another paper asks for what is still to be done: noted on the action, its owner told, nothing opened twice.

    A sooner `deadline` moves the action's; a later one changes nothing. Raises Conflict when it is closed already.
    """
    kept, instant = _open(action), at or now()
    day = say_day(local_date(instant), year=True)
    kept.detail = f"{kept.detail}\nAsked for again with {source.reference} on {day}.".strip()
    kept.save(update_fields=["detail"])
    if deadline and kept.clock and deadline.due_at < kept.clock.due_at:
        clocks.move_due(
            user,
            clock=kept.clock,
            deadline=deadline,
            reason=f"Asked for again with {source.reference}",
            at=instant,
        )
    _audit(user, kept, Verb.CHANGED, instant, f"Asked for again with {source.reference}")
    _tell_owner(user, kept, f"again:{source.id}", "was asked for again", instant)
    return kept


@transaction.atomic
def complete(user: User | None, *, action: Action, outcome: str, at: datetime | None = None) -> Action:
    """The action was done, `at` being when; its clock is met.

    Raises Invalid without an outcome or for a time to come, Conflict when somebody else closed it first.
    """
    kept, instant = _open(action), at or now()
    if instant > now():
        raise Invalid("The time it was done is still to come.", field="done_at")
    _close(user, kept, Status.DONE, _said(outcome, "Say what came of it.", "outcome"), instant)
    if kept.clock:
        clocks.meet(user, clock=kept.clock, at=instant)
    _audit(user, kept, Verb.COMPLETED, instant)
    publish(ActionCompleted(kept.pk, kept.child_id, kept.key, kept.source_kind, kept.source_id, instant))
    return kept


@transaction.atomic
def cancel(user: User | None, *, action: Action, reason: str, at: datetime | None = None) -> Action:
    """The action is no longer needed. Raises Invalid without a reason, Conflict when it is closed already."""
    kept, instant = _open(action), at or now()
    reason = _said(reason, "Say why it is no longer needed.", "outcome")
    _close(user, kept, Status.CANCELLED, reason, instant)
    if kept.clock:
        clocks.cancel(user, clock=kept.clock, reason="The action is no longer needed", at=instant)
    _audit(user, kept, Verb.CANCELLED, instant)
    publish(ActionCancelled(kept.pk, kept.child_id, kept.key, kept.source_kind, kept.source_id, instant))
    return kept


@transaction.atomic
def carry_over(
    user: User | None,
    *,
    action: Action,
    deadline: Deadline | None,
    source: Source,
    reason: str,
    at: datetime | None = None,
) -> Action:
    """The next meeting takes an open action on: it closes here and opens there, with a new deadline.

    Returns the new action. Raises as `cancel`.
    """
    kept, instant = _open(action), at or now()
    _close(user, kept, Status.CARRIED, _said(reason, "Say why it is carried over.", "reason"), instant)
    if kept.clock:
        clocks.cancel(
            user, clock=kept.clock, reason=f"Carried over to {source.reference}".strip(), at=instant
        )
    _audit(user, kept, Verb.CHANGED, instant)
    return open_action(
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


@transaction.atomic
def hand_over(
    user: User | None, *, action: Action, owner: User | Team, reason: str = "", at: datetime | None = None
) -> Action:
    """Give an open action to somebody else, who is told. Raises Conflict when it is closed already."""
    kept, instant = _open(action), at or now()
    if kept.owner == owner:
        return kept
    for field, value in _owner(owner).items():
        setattr(kept, field, value)
    kept.save(update_fields=["owner_user", "owner_team"])
    if kept.clock:
        clocks.hand_over(
            user, clock=kept.clock, owner=owner, reason=reason, at=instant
        )  # tells the new owner
    else:
        _tell_owner(user, kept, f"handed_over:{instant.isoformat()}", "is now with you", instant)
    _audit(user, kept, Verb.CHANGED, instant, reason)
    return kept


def _open(action: Action) -> Action:
    locked = Action.objects.select_for_update(of=("self",)).select_related(
        "clock", "owner_user", "owner_team", "child"
    )
    kept: Action = locked.get(pk=action.pk)
    if not kept.is_open:
        raise Conflict(f"{kept.reference} is already closed: {kept.get_status_display().lower()}.")
    return kept


def _close(user: User | None, action: Action, status: Status, outcome: str, at: datetime) -> None:
    action.status, action.outcome = status, outcome
    action.closed_at, action.closed_by = at, user
    action.save(update_fields=["status", "outcome", "closed_at", "closed_by"])


def _said(text: str, ask: str, field: str) -> str:
    if not text.strip():
        raise Invalid(ask, field=field)
    return text.strip()


def _owner(owner: User | Team) -> dict[str, Any]:
    team = isinstance(owner, Team)
    return {"owner_user": None if team else owner, "owner_team": owner if team else None}


def _tell_owner(user: User | None, action: Action, step: str, words: str, at: datetime) -> None:
    """Tell whoever has the action, except the person who just did this. No title: people type names in it."""
    message = Message(
        kind="action.owner",
        key=f"action:{action.public_id}:{step}",
        text=f"{action.reference} {words}.",
        url=reverse("actions:detail", args=[action.public_id]),
        reference=action.reference,
        child=action.child.public_id if action.child else None,
    )
    told = recipients.holders([action], local_date(at))[action.pk]
    tell_many({message: told - {user.pk if user else 0}}, at=at)


def _audit(user: User | None, action: Action, verb: Verb, at: datetime, reason: str = "") -> None:
    child = action.child.public_id if action.child else None
    record(user, verb=verb, subject=action, child=child, part="actions", reason=reason, at=at)
