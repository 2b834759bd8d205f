"""What a submitted level starts: referral, strategy meeting, actions, each with who has it and by when (M5)."""

from collections.abc import Sequence
from datetime import date, datetime

from cems.accounts.models import User
from cems.actions.models import Action
from cems.actions.services import Asked, Source, action_ask_again, actions_open
from cems.base.calendar import Deadline, close_of_business, hours_after, is_working_day, the_office
from cems.base.command import command
from cems.base.time import local, local_date
from cems.children.choices import OPEN_TO_CHILDRENS_SERVICES, RiskLevel, StatusKind
from cems.children.models import Child, Status
from cems.policy.declared import Reading
from matrix.models import Joined, Submission
from matrix.policy import FOLLOW_AT_ONCE_DAYS, FOLLOW_DAYS, PHONE_CALL_HOURS
from matrix.rules import Follow, Limit, Situation, follows
from matrix.services.owners import has_ce_worker, owner_of, team_of_worker
from plans.services import referral as referral_plans
from plans.services import strategy_meeting

SOURCE = "matrix.submission"  # what an action raised by a submission says it comes from
# Kept by another app's own record and clock, not by an action.
_BY_TRIAGE = "cevt"
_BY_REFERRAL = "first-contact"
_BY_REQUEST = "strategy-meeting"


@command
def follow_up_start(user: User, *, submission: Submission, at: datetime) -> None:
    """Start every step that follows from the level in this child's situation."""
    child, acts = submission.child, []
    for step in follows(RiskLevel(submission.level), situation_of(submission, at)):
        if step.key == _BY_REFERRAL:
            sent = submission.matrix
            particulars = referral_plans.Told(informed=sent.informed, not_informed_why=sent.not_informed_why)
            referral_plans.referral_open(
                user, child=child, source=submission.reference, told=particulars, at=at
            )
        elif step.key == _BY_REQUEST:
            strategy_meeting.strategy_meeting_request(
                user, child=child, owner=team_of_worker(child), source=submission.reference, at=at
            )
        elif step.key not in {_BY_TRIAGE, "support-goes-on"}:
            acts.append(step)
    _act(user, submission, acts, at)


def _act(user: User, submission: Submission, steps: Sequence[Follow], at: datetime) -> None:
    """Open the actions of these steps, or join those that are open for this child already."""
    child = submission.child
    source = Source(SOURCE, str(submission.public_id), submission.reference)
    rows = Action.objects.of(child).to_do().filter(key__in=[step.key for step in steps])
    action_by_key = {row.key: row for row in rows.order_by("-pk")}
    lengths = {step.key: length_of(step, at, child.area_id) for step in steps}
    for step in (step for step in steps if step.key in action_by_key):
        length = lengths[step.key]
        deadline = deadline_of(length, at)
        action_ask_again(
            user, action=action_by_key[step.key], source=source, deadline=deadline, length=length, at=at
        )
        Joined.objects.get_or_create(submission=submission, action=action_by_key[step.key])
    asked = [
        Asked(
            title=step.title,
            owner=owner_of(step.key, step.owner, user=user, child=child),
            deadline=deadline_of(lengths[step.key], at),
            key=step.key,
            length=lengths[step.key],
        )
        for step in steps
        if step.key not in action_by_key
    ]
    if asked:
        actions_open(user, asked=asked, child=child, source=source, at=at)


def situation_of(submission: Submission, at: datetime) -> Situation:
    """What is known at submission that decides which steps apply."""
    kinds = statuses_on(submission.child, local_date(at))
    open_to_services = bool(kinds & OPEN_TO_CHILDRENS_SERVICES)
    return Situation(
        open_to_childrens_services=open_to_services,
        out_of_hours=out_of_hours(at),
        call_or_tries_recorded=bool(submission.call),
        held_at_early_help=not open_to_services and StatusKind.EARLY_HELP in kinds,
        has_ce_worker=has_ce_worker(submission.child),
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
