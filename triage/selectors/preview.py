"""What a decision will start and who will be told, said before it is made, by the rules that then do it (T4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cems.accounts.models import User
from cems.base.calendar import close_of_business, say
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.policy import FORUM_REACH_DAYS
from cems.meetings.models import Meeting
from matrix.services.owners import lead_of
from triage.choices import CegReason, OutcomeKind, WorkerKind
from triage.models import Allocation, Item
from triage.policy import CONFIRMATION_DAYS
from triage.services.deciding import Ruling, why_provisional
from triage.services.starting import Wish, leaves_board, plan_of, wishes_for
from triage.services.telling import hearers
from triage.services.waiting import waiting_length


@dataclass(frozen=True)
class Effect:
    """One thing that a decision starts: what, who has it then, until when."""

    what: str
    who: str = ""
    until: str = ""


@dataclass(frozen=True)
class Preview:
    """All that follows from a ruling, and everybody who is told."""

    effects: Sequence[Effect]
    told: Sequence[str]
    provisional: str


def preview(
    user: User,
    *,
    child: Child,
    items: Sequence[Item],
    ruling: Ruling,
    meeting: Meeting | None,
    final: bool,
    at: datetime,
) -> Preview:
    """What follows from this ruling. `final`: it confirms a provisional one. Raises Invalid as the decision would."""
    wishes = wishes_for(child, ruling.level, ruling.forms, ruling.outcomes, at)
    provisional = "" if final else why_provisional(meeting, at)
    effects = [
        Effect(f"{ruling.level.label} is the agreed level"),
        *_of_outcomes(child, ruling.level, wishes, at),
    ]
    effects += [
        Effect(task.title, str(task.owner), _until(at, task.working_days, "agreed")) for task in ruling.tasks
    ]
    effects += [Effect(f"{agency} does not agree: that is recorded") for agency, _ in ruling.dissents]
    if ruling.level < RiskLevel.MODERATE:
        effects.append(
            Effect("The exploitation concern ends; who followed the child only for it stops doing so")
        )
    if leaves_board(child, ruling.level, wishes):
        days = FORUM_REACH_DAYS.at(at)
        effects.append(
            Effect(f"The child leaves the CEG board; its members keep sight of the record for {days} days")
        )
    if provisional:
        until = _until(at, CONFIRMATION_DAYS.at(at, child.area_id), "decided")
        effects.append(Effect(f"It is provisional ({provisional}) and must be confirmed", str(user), until))
    return Preview(effects, _told(user, child, items, wishes, ruling), provisional)


def _of_outcomes(child: Child, level: RiskLevel, wishes: Sequence[Wish], at: datetime) -> Iterator[Effect]:
    for wish in wishes:
        if plan := plan_of(wish, child):
            yield Effect(plan.title, str(plan.owner), _until(at, plan.working_days, "agreed"))
        elif wish.kind is OutcomeKind.CEG:
            why = CegReason(wish.ceg_reason).label.lower()
            yield Effect(f"The child goes on the CEG board of {wish.locality} ({why})")
        elif wish.kind is OutcomeKind.ALLOCATION:
            yield _waiting(child, level, at)
        elif wish.kind is OutcomeKind.ADVICE:
            titles = ", ".join(one.title for one in wish.advice)
            yield Effect(f"Advice for the lead practitioner{f': {titles}' if titles else ''}")
        else:
            yield Effect("The child does not go to the CEG board; why is recorded")


def _waiting(child: Child, level: RiskLevel, at: datetime) -> Effect:
    length = waiting_length(level, at, child.area_id)
    held = Allocation.objects.of(child).filter(kind=WorkerKind.CE_WORKER, ended_at__isnull=True)
    if row := held.select_related("worker").first():
        return Effect("The child keeps the child exploitation worker there is", str(row.worker))
    return Effect(
        "The child waits for a child exploitation worker", "ERASE", _until(at, length.value, "agreed")
    )


def _told(
    user: User, child: Child, items: Sequence[Item], wishes: Sequence[Wish], ruling: Ruling
) -> list[str]:
    told = hearers(user, items)
    lead = lead_of(child)
    if any(wish.kind is OutcomeKind.ADVICE for wish in wishes):
        told.append(f"{lead}, lead practitioner, of the advice" if lead and lead.pk != user.pk else "")
    owners = [plan.owner for wish in wishes if (plan := plan_of(wish, child))]
    for owner in dict.fromkeys([*owners, *(task.owner for task in ruling.tasks)]):
        told.append(f"{owner}, of the action they have" if owner != user else "")
    return [one for one in told if one]


def _until(at: datetime, days: int, word: str) -> str:
    return say(close_of_business(at, days, word=word).due_at)
