"""What each outcome of a decision starts (T4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, Locality, Team, User
from cems.actions.services import Source, open_action
from cems.base.calendar import close_of_business
from cems.base.errors import Invalid
from cems.base.time import local_date
from cems.base.transactions import one_transaction
from cems.children.choices import HarmForm, MatterKind, RiskLevel
from cems.children.models import Child
from cems.children.services.access import matter_is_open, matter_open
from matrix.services.owners import lead_of
from triage.choices import CegReason, OutcomeKind
from triage.models import AdviceVersion, Decision, Outcome
from triage.rules.outcomes import Asked, always, problems
from triage.services.telling import tell_lead
from triage.services.waiting import waiting_open


@dataclass(frozen=True)
class Wish:
    """One outcome a chair asks for. `owner` has the action it starts, where the chair names somebody."""

    kind: OutcomeKind
    why: str = ""
    ceg_reason: str = ""
    locality: Locality | None = None
    for_parents: bool = False
    advice: Sequence[AdviceVersion] = ()
    owner: User | Team | None = None


# The action of an outcome: its title, and the working days it has. Urgent disruption is for the next day.
_ACTIONS = {
    OutcomeKind.DISRUPTION: ("Start urgent disruption, and say what was done", 1),
    OutcomeKind.NRM: ("Make or ask for the National Referral Mechanism referral", 2),
    OutcomeKind.CHANGING_LIVES: ("Refer to Changing Lives, and record whether they take it", 5),
    OutcomeKind.STEP_DOWN: ("Step down: agree who goes on supporting the child", 5),
}


@dataclass(frozen=True)
class Plan:
    """The action an outcome starts: what is to be done, who has it, in how many working days."""

    title: str
    owner: User | Team
    working_days: int


def plan_of(wish: Wish, child: Child) -> Plan | None:
    """The action this outcome starts, or None; the same before a decision, to be shown, and when it is made."""
    if wish.kind not in _ACTIONS:
        return None
    title, days = _ACTIONS[wish.kind]
    return Plan(
        f"{title} (the parents)" if wish.for_parents else title,
        wish.owner or _owner_of(wish.kind, child),
        days,
    )


def wishes_for(
    child: Child, level: RiskLevel, forms: Collection[HarmForm], asked: Sequence[Wish], at: datetime
) -> list[Wish]:
    """What was asked for with what the level starts anyway, checked by the rules (T4).

    Raises Invalid naming the outcome to mend: a child without a locality needs one chosen for the board.
    """
    wishes = [replace(one, why=one.why.strip()) for one in asked]
    for kind in sorted(always(level) - {one.kind for one in wishes}):
        wishes.append(Wish(kind))
    wishes = [_of_this_child(one, child, level) for one in wishes]
    plain = [
        Asked(
            kind=one.kind,
            why=one.why,
            ceg_reason=one.ceg_reason,
            has_locality=one.locality is not None,
            has_advice=bool(one.advice),
            for_parents=one.for_parents,
        )
        for one in wishes
    ]
    found = problems(plain, level=level, forms=forms, born=child.date_of_birth, on=local_date(at))
    if found:
        outcome, words = found[0]
        raise Invalid(words, field=outcome)
    return wishes


def _of_this_child(wish: Wish, child: Child, level: RiskLevel) -> Wish:
    """The board of the child's own locality, and Significant as the reason, unless something else is said."""
    if wish.kind is not OutcomeKind.CEG:
        return wish
    usual = CegReason.SIGNIFICANT if level is RiskLevel.SIGNIFICANT else ""
    return replace(wish, locality=wish.locality or child.locality, ceg_reason=wish.ceg_reason or usual)


def leaves_board(child: Child, level: RiskLevel, wishes: Sequence[Wish]) -> bool:
    """Whether this decision ends the CEG board's work: at Low or None, unless it sends the child there itself (M6)."""
    asked = any(wish.kind is OutcomeKind.CEG for wish in wishes)
    return level < RiskLevel.MODERATE and not asked and matter_is_open(child, MatterKind.CEG)


@one_transaction
def outcomes_start(user: User, *, decision: Decision, wishes: Sequence[Wish], at: datetime) -> list[Outcome]:
    """Keep each outcome and start it."""
    rows = Outcome.objects.bulk_create([_start(user, decision, wish, at) for wish in wishes])
    for row, wish in zip(rows, wishes, strict=True):
        if wish.advice:
            row.advice.set(wish.advice)
    return rows


def _start(user: User, decision: Decision, wish: Wish, at: datetime) -> Outcome:
    child, level = decision.child, RiskLevel(decision.agreed.level)
    row = Outcome(
        decision=decision,
        child=child,
        kind=wish.kind,
        why=wish.why,
        ceg_reason=wish.ceg_reason,
        locality=wish.locality,
        for_parents=wish.for_parents,
    )
    if plan := plan_of(wish, child):
        row.action = open_action(
            user,
            child=child,
            title=plan.title,
            detail=wish.why,
            owner=plan.owner,
            deadline=close_of_business(at, plan.working_days, word="agreed"),
            source=Source("triage.decision", str(decision.public_id), decision.reference),
            key=f"cevt-{wish.kind}{'-parents' if wish.for_parents else ''}",
            at=at,
        )
    if wish.kind is OutcomeKind.CEG:
        matter_open(user, child=child, kind=MatterKind.CEG, locality=wish.locality, at=at)
    elif wish.kind is OutcomeKind.ALLOCATION:
        waiting_open(user, child=child, level=level, why=wish.why, decision=decision, at=at)
    elif wish.kind is OutcomeKind.ADVICE:
        tell_lead(user, decision, at)
    return row


def _owner_of(kind: OutcomeKind, child: Child) -> User | Team:
    """Urgent disruption is ERASE's; the rest is the lead practitioner's, or ERASE's where there is none."""
    erase = desk_of(Duty.ERASE, child.area_id)
    return erase if kind is OutcomeKind.DISRUPTION else lead_of(child) or erase
