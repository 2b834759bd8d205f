"""What a level starts that begins or rises, submitted or agreed by a forum: referral, strategy meeting, actions, each
with who has it, where it is done and by when (M5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cems.accounts.models import Duty, Team, User
from cems.actions.models import Action
from cems.actions.services import Asked, Source, action_ask_again, actions_open
from cems.base.calendar import Deadline, close_of_business, hours_after, is_working_day, the_office
from cems.base.command import command
from cems.base.time import local, local_date
from cems.children.access.services.matter import matter_open
from cems.children.choices import OPEN_TO_CHILDRENS_SERVICES, Informed, MatterKind, RiskLevel, StatusKind
from cems.children.events import LevelAgreed
from cems.children.history.models.level import Forum
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Status
from cems.policy.declared import Reading
from matrix.levels import level_before
from matrix.models import Joined, Submission
from matrix.papers import known_at
from matrix.policy import FOLLOW_AT_ONCE_DAYS, FOLLOW_DAYS, PHONE_CALL_HOURS
from matrix.rules import CE_WORKER, CHAMPION, Follow, Limit, Situation, begins, follows
from matrix.services.follow_up_notice import tell_front_door
from matrix.services.owners import champions_of, desk, has_ce_worker, lead_of, owner_of, team_of_worker
from matrix.services.paper_matrix import sender_of
from plans.services import referral as referral_plans
from plans.services import strategy_meeting

SOURCE = "matrix.submission"  # what an action raised by a submission says it comes from
LEVEL_SOURCE = "matrix.level"  # likewise by a level that a forum agreed
# Kept by another app's own record and clock, not by an action.
_BY_TRIAGE = "cevt"
_BY_REFERRAL = "first-contact"
_BY_REQUEST = "strategy-meeting"
_NOT_AN_ACTION = frozenset({_BY_TRIAGE, "support-goes-on"})
NO_CHAMPION = "No Practice Champion of the place uses CEMS: ask the ERASE team."


@dataclass(frozen=True)
class Cause:
    """Why steps begin: a matrix that was sent, or a level that a forum agreed (M5).

    `submitter` has the steps of whoever submitted, and those of a lead practitioner where there is none. `known_at` is
    when somebody here could act on it, which on paper is later than its receipt: it says who must act, and receipt
    by when.
    """

    child: Child
    known_at: datetime
    level: RiskLevel
    source: Source
    submitter: User | Team
    informed: str = ""
    not_informed_why: str = ""
    called: bool = False
    submission: Submission | None = None
    not_asked: frozenset[str] = frozenset()


@command
def follow_up_start(user: User, *, submission: Submission, at: datetime) -> None:
    """Start every step that follows from a submitted level that begins or rises, in this child's situation."""
    sent = submission.matrix
    cause = Cause(
        child=submission.child,
        known_at=known_at(submission),
        level=RiskLevel(submission.level),
        source=Source(SOURCE, str(submission.public_id), submission.reference),
        submitter=sender_of(submission),
        informed=sent.informed,
        not_informed_why=sent.not_informed_why,
        called=bool(submission.call),
        submission=submission,
        not_asked=_NOT_AN_ACTION,
    )
    _start(user, cause, at)


def follow_level(event: LevelAgreed) -> None:
    """A forum agreed a level (M5, C4): where it begins or rises, what follows from it does too."""
    _follow_level(User.objects.get(pk=event.user_id), child_id=event.child_id, at=event.at)


@command
def _follow_level(user: User, *, child_id: int, at: datetime) -> None:
    primary = lock_cluster(child_id)
    agreed = primary.current_level
    if agreed is None or agreed.happened_at != at:
        return  # a past that is entered late changes nothing of now
    level = RiskLevel(agreed.level)
    if not begins(level, in_force=level_before(primary, agreed), concern_open=True):
        return
    if level >= RiskLevel.MODERATE:
        matter_open(user, child=primary, kind=MatterKind.EXPLOITATION, at=at)
    # CEVT has just decided on the worker itself; at Significant the child waits for one by a clock of its own.
    worker_settled = agreed.forum == Forum.CEVT or level is RiskLevel.SIGNIFICANT
    cause = Cause(
        child=primary,
        known_at=at,
        level=level,
        source=Source(LEVEL_SOURCE, str(agreed.public_id), agreed.reference or agreed.get_forum_display()),
        submitter=lead_of(primary) or team_of_worker(primary) or desk(Duty.ERASE, primary),
        called=True,  # children's services and police are told at the table
        not_asked=_NOT_AN_ACTION | ({CE_WORKER} if worker_settled else frozenset()),
    )
    _start(user, cause, at)


def _start(user: User, cause: Cause, at: datetime) -> None:
    acts = []
    for step in follows(cause.level, situation_of(cause)):
        if step.key == _BY_REFERRAL:
            particulars = referral_plans.Told(
                informed=cause.informed, not_informed_why=cause.not_informed_why
            )
            referral_plans.referral_open(
                user, child=cause.child, source=cause.source.reference, told=particulars, at=at
            )
        elif step.key == _BY_REQUEST:
            strategy_meeting.strategy_meeting_request(
                user,
                child=cause.child,
                owner=team_of_worker(cause.child),
                source=cause.source.reference,
                at=at,
            )
        elif step.key not in cause.not_asked:
            acts.append(step)
    _act(user, cause, acts, at)
    if cause.level is RiskLevel.SIGNIFICANT:
        night = out_of_hours(cause.known_at)
        tell_front_door(user, cause.child, cause.source, out_of_hours=night, at=cause.known_at)


def _act(user: User, cause: Cause, steps: Sequence[Follow], at: datetime) -> None:
    """Open the actions of these steps, or join those that are open for this child already."""
    child, source = cause.child, cause.source
    rows = Action.objects.of(child).to_do().filter(key__in=[step.key for step in steps])
    action_by_key = {row.key: row for row in rows.order_by("-pk")}
    lengths = {step.key: length_of(step, at, child.area_id) for step in steps}
    for step in (step for step in steps if step.key in action_by_key):
        length = lengths[step.key]
        deadline = deadline_of(length, at)
        action_ask_again(
            user, action=action_by_key[step.key], source=source, deadline=deadline, length=length, at=at
        )
        if cause.submission:
            Joined.objects.get_or_create(submission=cause.submission, action=action_by_key[step.key])
    asked = [
        Asked(
            title=step.title,
            owner=owner_of(step.key, step.owner, user=cause.submitter, child=child),
            deadline=deadline_of(lengths[step.key], at),
            key=step.key,
            detail=detail_of(step, child, cause.known_at),
            length=lengths[step.key],
        )
        for step in steps
        if step.key not in action_by_key
    ]
    if asked:
        actions_open(user, asked=asked, child=child, source=source, at=at)


def detail_of(step: Follow, child: Child, at: datetime) -> str:
    """Who does it and where, as the owner of the action reads it; for advice the Practice Champions by name."""
    if step.limit is Limit.PHONE_CALL:
        return _number(child, at)
    if step.key != CHAMPION:
        return step.how
    champions = champions_of(child, local_date(at))
    return "\n".join([step.how, *champions] if champions else [step.how, NO_CHAMPION])


def _number(child: Child, at: datetime) -> str:
    """Whom to ring at Significant, and the number: as the step's own title names them."""
    team = team_of_worker(child) if statuses_on(child, local_date(at)) & OPEN_TO_CHILDRENS_SERVICES else None
    called = desk(Duty.OUT_OF_HOURS, child) if out_of_hours(at) else team or desk(Duty.FRONT_DOOR, child)
    return f"{called.name}: {called.phone or 'no number recorded'}. In danger now: 999."


def situation_of(cause: Cause) -> Situation:
    """What is known when a level begins or rises that decides which steps apply."""
    kinds = statuses_on(cause.child, local_date(cause.known_at))
    open_to_services = bool(kinds & OPEN_TO_CHILDRENS_SERVICES)
    return Situation(
        open_to_childrens_services=open_to_services,
        out_of_hours=out_of_hours(cause.known_at),
        call_or_tries_recorded=cause.called,
        held_at_early_help=not open_to_services and StatusKind.EARLY_HELP in kinds,
        has_ce_worker=has_ce_worker(cause.child),
        parents_not_reached=cause.informed == Informed.NOT_REACHED,
    )


def statuses_on(child: Child, day: date) -> set[str]:
    """The kinds of status the child has on `day`."""
    rows = Status.objects.of(child).filter(starts_on__lte=day)
    return {row.kind for row in rows if row.ends_on is None or row.ends_on >= day}


def out_of_hours(at: datetime) -> bool:
    """Whether the Emergency Duty Team has the phone: no working day, or outside office hours (settings)."""
    there, office = local(at), the_office()
    day = there.date()
    return not is_working_day(day) or not office.opens(day) <= there.time() < office.closes(day)


def length_of(step: Follow, at: datetime, authority_id: int) -> Reading[int]:
    """The step's own limit, or the partnership's usual one: the next working day at once, else a week.

    The procedures name no time for most of these steps; a promise without one is forgotten, so each gets a time
    that is a practice setting.
    """
    if step.limit is Limit.PHONE_CALL:
        return PHONE_CALL_HOURS.read(at, authority_id)
    return (FOLLOW_AT_ONCE_DAYS if step.at_once else FOLLOW_DAYS).read(at, authority_id)


def deadline_of(length: Reading[int], at: datetime) -> Deadline:
    """When a step with this limit is due: hours are elapsed, days are working days."""
    if length.policy is PHONE_CALL_HOURS:
        return hours_after(at, length.value, word="received")
    return close_of_business(at, length.value)
