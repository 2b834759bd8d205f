"""What a decision will start and who will be told, said before it is made, by the rules that then do it (T4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cems.accounts.models import User
from cems.base.words import counted
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.policy import FORUM_REACH_DAYS
from cems.meetings.models import Meeting
from triage.cevt.outcomes import Effect, Wish, until
from triage.cevt.selectors.hearers import hearers
from triage.cevt.services.decision import Ruling, why_provisional
from triage.cevt.services.decision_notice import told_of_decision
from triage.cevt.services.outcome import leaves_board, wishes_for
from triage.models import Decision, Item
from triage.policy import CONFIRMATION_DAYS


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
    confirms: Decision | None,
    at: datetime,
) -> Preview:
    """What follows from this ruling, which may confirm a decision. Raises Invalid as the decision would."""
    wishes = wishes_for(child, ruling.level, ruling.forms, ruling.outcomes, at, confirms=confirms)
    provisional = "" if confirms else why_provisional(meeting, at)
    effects = [
        Effect(f"{ruling.level.label} is the agreed level"),
        *(effect for wish in wishes for effect in wish.kind.effects(wish, child, ruling.level, at)),
    ]
    effects += [Effect(task.title, str(task.owner), until(at, task.working_days)) for task in ruling.tasks]
    effects += [Effect(f"{agency} does not agree: that is recorded") for agency, _ in ruling.dissents]
    if ruling.level < RiskLevel.MODERATE:
        effects.append(
            Effect("The exploitation concern ends; who followed the child only for it stops doing so")
        )
    if leaves_board(child, ruling.level, wishes):
        days = FORUM_REACH_DAYS.at(at)
        effects.append(
            Effect(
                f"The child leaves the CEG board; its members keep sight of the record for {counted(days, 'day')}"
            )
        )
    if provisional:
        due = until(at, CONFIRMATION_DAYS.at(at, child.area_id), "decided")
        effects.append(Effect(f"It is provisional ({provisional}) and must be confirmed", str(user), due))
    return Preview(effects, _told(user, child, items, wishes, ruling, at), provisional)


def _told(
    user: User, child: Child, items: Sequence[Item], wishes: Sequence[Wish], ruling: Ruling, at: datetime
) -> list[str]:
    people = [
        *told_of_decision(user, items, hearers(user, child, at)),
        *(wish.kind.told(user, child) for wish in wishes),
    ]
    owners = [plan.owner for wish in wishes if (plan := wish.kind.plan(wish, child))]
    for owner in dict.fromkeys([*owners, *(task.owner for task in ruling.tasks)]):
        people.append(f"{owner}, of the action they have" if owner != user else "")
    return [person for person in people if person]
