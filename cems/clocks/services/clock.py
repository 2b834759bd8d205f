"""Every write to a clock (K1). The acting user comes first; None is the system itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cems.accounts.models import Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import Deadline, close_of_business_resumed, say
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.clocks import recipients, rules
from cems.clocks.choices import LIVE, OPEN, Stage, Step
from cems.clocks.events import ClockHandedOver
from cems.clocks.kinds import clock_kind
from cems.clocks.models import Clock, Transition
from cems.notices.messages import Message
from cems.notices.services import notices_send, notices_settle
from cems.policy.declared import Reading

LEFT = "The person has left"


@dataclass(frozen=True)
class Promise:
    """One of many clocks that are started together, told as `clock_start` is told."""

    kind: str
    owner: User | Team
    deadline: Deadline
    reference: str
    title: str = ""
    url: str = ""
    child: UUID | None = None
    length: Reading[int] | None = None


@command
def clock_start(
    user: User | None,
    *,
    kind: str,
    owner: User | Team,
    deadline: Deadline,
    reference: str,
    title: str = "",
    url: str = "",
    child: UUID | None = None,
    length: Reading[int] | None = None,
    at: datetime | None = None,
) -> Clock:
    """Start a clock of `kind` for `owner`, with a deadline made by `cems.base.calendar`.

    `title` (the kind's label unless given) is shown in lists: fixed words, never what somebody typed. `length` is
    the practice setting, as read, that the deadline was made with. Raises LookupError for a kind no app declares,
    ValueError where the kind's length is another setting than the one given, or one and none is given.
    """
    promise = Promise(kind, owner, deadline, reference, title, url, child, length)
    return clocks_start(user, promises=[promise], at=at)[0]


@command
def clocks_start(
    user: User | None, *, promises: Sequence[Promise], at: datetime | None = None
) -> list[Clock]:
    """Start many clocks at the cost of one, in their order. Raises as `clock_start`."""
    instant = at or now()
    clocks = Clock.objects.bulk_create([_started(promise) for promise in promises])
    Transition.objects.bulk_create(
        _step(user, clock, Step.STARTED, instant, explanation=clock.explanation) for clock in clocks
    )
    for clock in clocks:
        _audited(user, clock, Step.STARTED, instant)
    return clocks


def _started(promise: Promise) -> Clock:
    rule, deadline, length = clock_kind(promise.kind), promise.deadline, promise.length
    if rule.lengths and (length is None or length.policy not in rule.lengths):
        raise ValueError(f"a clock of the kind {rule.key} is started with the setting its length is of")
    clock = Clock(
        kind=promise.kind,
        reference=promise.reference,
        title=promise.title or rule.label,
        url=promise.url,
        child=promise.child,
        started_at=deadline.started_at,
        due_at=deadline.due_at,
        explanation=deadline.explanation,
        next_at=rules.agenda(rule, deadline.started_at, deadline.due_at)[0].at,
        **_owner(promise.owner),
    )
    if length is not None:
        _take_length(clock, length)
    return clock


def _take_length(clock: Clock, length: Reading[int]) -> None:
    """The clock keeps the length that its setting has now."""
    clock.length_setting, clock.length = length.policy.key, length.value
    clock.length_authority_id = length.authority_id


@command
def clock_meet(user: User | None, *, clock: Clock, reason: str = "", at: datetime | None = None) -> Clock:
    """The promise was kept, `at` being when. Again is harmless; a cancelled clock raises Invalid."""
    kept, instant = _locked(clock), at or now()
    if kept.stage == Stage.MET:
        return kept
    _must_be_open(kept)
    _stand(kept, Stage.MET, met_at=instant)
    notices_settle(user, about=[f"clock:{kept.public_id}:"], at=instant)
    return _note(user, kept, Step.MET, instant, reason=reason)


@command
def clock_reopen(user: User | None, *, clock: Clock, reason: str, at: datetime | None = None) -> Clock:
    """What met the clock was undone: it runs on to the time it had; what it told before is not told again.

    Raises Invalid without a reason, or when it was not met.
    """
    kept = _locked(clock)
    if kept.stage != Stage.MET or kept.met_at is None:
        raise Invalid("This clock was not met, so it can't run again.")
    kept.acted_until = max(kept.met_at, kept.acted_until or kept.met_at)
    kept.round += 1
    stage = rules.stage_at(kept.rule, kept.started_at, kept.due_at, kept.acted_until)
    _stand(kept, stage, next_at=_first_after(kept, kept.acted_until))
    return _note(user, kept, Step.REOPENED, at or now(), reason=_reason(reason))


@command
def clock_cancel(user: User | None, *, clock: Clock, reason: str, at: datetime | None = None) -> Clock:
    """The promise is no longer wanted. Raises Invalid without a reason, or when it was met."""
    kept = _locked(clock)
    if kept.stage == Stage.CANCELLED:
        return kept
    _must_be_open(kept)
    _stand(kept, Stage.CANCELLED)
    notices_settle(user, about=[f"clock:{kept.public_id}:"], at=at)
    return _note(user, kept, Step.CANCELLED, at or now(), reason=_reason(reason))


@command
def clock_pause(user: User | None, *, clock: Clock, reason: str, at: datetime | None = None) -> Clock:
    """Stop the time, visibly and with a reason, where the kind's rule allows it (T2).

    The whole working days left are kept. Raises Invalid when the kind may not be paused, when the clock
    is not running, or when its time is already over.
    """
    kept, instant = _locked(clock), at or now()
    if not kept.rule.may_pause:
        raise Invalid(f"“{kept.rule.label}” can't be paused.")
    if kept.stage not in LIVE:
        raise Invalid(f"This clock is {kept.get_stage_display().lower()}, so it can't be paused.")
    if kept.stage == Stage.BREACHED or instant > kept.due_at:
        raise Invalid("This clock is already over its time, so it can't be paused.")
    left = rules.working_days_left(instant, kept.due_at)
    _stand(kept, Stage.PAUSED, paused_at=instant, working_days_left=left)
    return _note(user, kept, Step.PAUSED, instant, reason=_reason(reason))


@command
def clock_resume(user: User | None, *, clock: Clock, reason: str = "", at: datetime | None = None) -> Clock:
    """Go on with the working days that were left, the day of resumption counting as day 0 (K1).

    Raises Invalid when the clock is not paused.
    """
    kept, instant = _locked(clock), at or now()
    if kept.stage != Stage.PAUSED:
        raise Invalid("This clock is not paused.")
    deadline = close_of_business_resumed(kept.paused_at or instant, instant, kept.working_days_left or 0)
    kept.round += 1
    kept.due_at, kept.acted_until = deadline.due_at, None
    kept.explanation = f"{kept.explanation}\n{deadline.explanation}"
    _stand(kept, Stage.RUNNING, next_at=_first_after(kept, None))
    return _note(user, kept, Step.RESUMED, instant, reason=reason, explanation=deadline.explanation)


@command
def clock_move(
    user: User | None,
    *,
    clock: Clock,
    deadline: Deadline,
    reason: str,
    length: Reading[int] | None = None,
    at: datetime | None = None,
) -> Clock:
    """What the clock depended on was corrected: reckon it again. What already happened stays in its history.

    Its length stays, unless the deadline was made with another (`length`). A stage reached before is not told
    twice; one reached only now is told by the next sweep. A met clock stays met, in time or not as the new
    deadline says. Raises Invalid when it was cancelled.
    """
    kept, instant = _locked(clock), at or now()
    if kept.stage == Stage.CANCELLED:
        raise Invalid("This clock was cancelled, so it can't be moved.")
    kept.round += 1
    kept.started_at, kept.due_at = deadline.started_at, deadline.due_at
    kept.explanation = deadline.explanation
    if length is not None:
        _take_length(kept, length)
    if kept.stage == Stage.PAUSED and kept.paused_at:
        kept.working_days_left = rules.working_days_left(kept.paused_at, kept.due_at)
    elif kept.stage in LIVE:
        _reckon(kept, instant)
    return _note(user, kept, Step.MOVED, instant, reason=_reason(reason), explanation=deadline.explanation)


def _reckon(clock: Clock, at: datetime) -> None:
    """Stand as the new times say; what got worse only by the correction is left for the sweep to tell."""
    stage = rules.stage_at(clock.rule, clock.started_at, clock.due_at, at)
    if rules.is_worse(stage, Stage(clock.stage)):
        clock.acted_until = None
        _stand(clock, Stage(clock.stage), next_at=_first_after(clock, None))
    else:
        clock.acted_until = at
        _stand(clock, stage, next_at=_first_after(clock, at))


@command
def clock_hand_over(
    user: User | None, *, clock: Clock, owner: User | Team, reason: str = "", at: datetime | None = None
) -> Clock:
    """Give an open clock to somebody else, who is told. Raises Invalid when it is closed."""
    kept, instant = _locked(clock), at or now()
    if kept.owner == owner:
        return kept
    _must_be_open(kept)
    for field, value in _owner(owner).items():
        setattr(kept, field, value)
    _note(user, kept, Step.HANDED_OVER, instant, reason=reason, number=kept.version + 1)
    publish(ClockHandedOver(kept.pk, user.pk if user else None, reason, instant))
    tell_holders(user, clock=kept, key=f"handed_over:{kept.version}", at=instant)
    return kept


def tell_holders(user: User | None, *, clock: Clock, key: str, at: datetime) -> None:
    """Those who have the clock are told that it is with them now, once by `key`; not the one who gave it them."""
    message = Message(
        kind="clock.handed_over",
        key=f"clock:{clock.public_id}:{key}",
        text=f"{clock.reference}, {clock.rule.label}: now with you. Due {say(clock.due_at)}.",
        url=clock.url,
        reference=clock.reference,
        child=clock.child,
    )
    holders = recipients.holders([clock], local_date(at))[clock.pk]
    notices_send({message: holders - {user.pk if user else 0}}, at=at)


@command
def clocks_rehome(user: None, *, leaver_id: int, at: datetime | None = None) -> int:
    """A person has left: their open clocks go to the team they were in, so that none runs unseen (K1).

    Returns how many moved. Clocks of somebody for whom nobody answers stay, and escalate as ever.
    """
    owner = recipients.heir_of(leaver_id, local_date(at or now()))
    if owner is None:
        return 0
    clocks = list(Clock.objects.still_open().filter(owner_user_id=leaver_id).order_by("pk"))
    for clock in clocks:
        clock_hand_over(user, clock=clock, owner=owner, reason=LEFT, at=at)
    return len(clocks)


@command
def clock_retry(user: User, *, clock: Clock, at: datetime | None = None) -> Clock:
    """Take a failed clock back into the sweep, once its cause is mended. Raises Invalid when it has not failed."""
    kept, instant = _locked(clock), at or now()
    if kept.failed_at is None:
        raise Invalid("This clock has not failed.")
    kept.failed_at, kept.failed_why, kept.attempts, kept.next_at = None, "", 0, instant
    kept.save(update_fields=["failed_at", "failed_why", "attempts", "next_at"])
    record(
        user,
        verb=Verb.CHANGED,
        subject=kept,
        child=kept.child,
        reason="Tried again after parking",
        at=instant,
    )
    return kept


@command
def clocks_retry(user: User, *, at: datetime | None = None) -> int:
    """Take every failed clock back into the sweep, once the cause they had in common is mended; returns how many."""
    instant = at or now()
    rows = list(Clock.objects.failed().select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for clock in rows:
        clock.failed_at, clock.failed_why, clock.attempts, clock.next_at = None, "", 0, instant
    Clock.objects.bulk_update(rows, ["failed_at", "failed_why", "attempts", "next_at"], batch_size=1000)
    for clock in rows:
        record(
            user,
            verb=Verb.CHANGED,
            subject=clock,
            child=clock.child,
            reason="Tried again after parking, with all others",
            at=instant,
        )
    return len(rows)


def _locked(clock: Clock) -> Clock:
    return Clock.objects.select_for_update(no_key=True, of=("self",)).with_owner().get(pk=clock.pk)


def _must_be_open(clock: Clock) -> None:
    if clock.stage not in OPEN:
        raise Invalid(f"This clock is already {clock.get_stage_display().lower()}.")


def _reason(reason: str) -> str:
    if says_nothing(reason):
        raise Invalid("Say why.", field="reason")
    return reason.strip()


def _owner(owner: User | Team) -> dict[str, Any]:
    """The two owner fields. A User may come lazily wrapped from a request, so ask what it isn't."""
    return (
        {"owner_user": None, "owner_team": owner}
        if isinstance(owner, Team)
        else {"owner_user": owner, "owner_team": None}
    )


def _first_after(clock: Clock, instant: datetime | None) -> datetime | None:
    agenda = rules.agenda(clock.rule, clock.started_at, clock.due_at)
    return next((due.at for due in agenda if instant is None or due.at > instant), None)


def _stand(
    clock: Clock,
    stage: Stage,
    *,
    next_at: datetime | None = None,
    met_at: datetime | None = None,
    paused_at: datetime | None = None,
    working_days_left: int | None = None,
) -> None:
    """How the clock stands from here on; whatever is not said is emptied."""
    clock.stage, clock.next_at, clock.met_at = stage, next_at, met_at
    clock.paused_at, clock.working_days_left = paused_at, working_days_left
    clock.attempts, clock.failed_at, clock.failed_why = 0, None, ""


def _note(
    user: User | None,
    clock: Clock,
    step: Step,
    at: datetime,
    *,
    reason: str = "",
    explanation: str = "",
    number: int = 0,
) -> Clock:
    """Save a clock that changed, write its history and the audit."""
    clock.version += 1
    clock.save()
    _step(user, clock, step, at, reason=reason, explanation=explanation, number=number).save()
    _audited(user, clock, step, at, reason)
    return clock


def _step(user: User | None, clock: Clock, step: Step, at: datetime, **more: Any) -> Transition:
    return Transition(clock=clock, stage=step, round=clock.round, at=at, by=user, due_at=clock.due_at, **more)


def _audited(user: User | None, clock: Clock, step: Step, at: datetime, reason: str = "") -> None:
    verb, detail = Verb.CREATED if step is Step.STARTED else Verb.CHANGED, {"step": step.value}
    record(user, verb=verb, subject=clock, child=clock.child, reason=reason, detail=detail, at=at)
