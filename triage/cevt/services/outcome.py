"""What the outcomes of a decision start (T4)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from cems.accounts.models import User
from cems.actions.services import Source, action_open
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.time import local_date
from cems.children.access.services.matter import matter_is_open
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child
from matrix.services.follow_up import statuses_on
from triage.cevt.outcomes import OUTCOMES, Case, OutcomeKind, Wish
from triage.models import Decision, Outcome


def wishes_for(
    child: Child,
    level: RiskLevel,
    forms: Collection[str],
    asked: Sequence[Wish],
    at: datetime,
    *,
    confirms: Decision | None = None,
) -> list[Wish]:
    """What was asked for with what the level starts anyway, checked by the rules (T4).

    What stands from the decision that this one `confirms` is not asked for again.

    Raises Invalid naming the question to mend: a child without a locality needs one chosen for the board.
    """
    wishes = [replace(wish, why=wish.why.strip()) for wish in asked]
    keys = {wish.kind.key for wish in wishes}
    stands = _standing(confirms) if confirms else set()
    wishes += [Wish(kind) for kind in always(level) if kind.key not in keys | stands]
    wishes = [wish.kind.completed(wish, child, level) for wish in wishes]
    on = local_date(at)
    case = Case(
        level,
        forms,
        child.age_on(on),
        on,
        frozenset(wish.kind.key for wish in wishes),
        known=bool(statuses_on(child, on)),
    )
    if faults := problems(wishes, case):
        field, words = faults[0]
        raise Invalid(words, field=field)
    return wishes


def _standing(decision: Decision) -> set[str]:
    """The kinds of this decision's outcomes that go on standing when it is confirmed."""
    keys = decision.outcomes.values_list("kind", flat=True)
    return {key for key in keys if key in OUTCOMES and OUTCOMES[key].stands}


def always(level: RiskLevel) -> list[OutcomeKind]:
    """What an agreed level starts or asks for whether anybody chose it or not (T4, T6): at Significant board and
    worker, at Moderate and Low advice."""
    return [kind for kind in OUTCOMES.values() if level in kind.always_at]


def problems(wishes: Sequence[Wish], case: Case) -> list[tuple[str, str]]:
    """What is wrong with these outcomes: pairs of the question's name on the form and a plain sentence."""
    faults: list[tuple[str, str]] = []
    asked: set[tuple[str, bool]] = set()
    for wish in wishes:
        slot = wish.slot
        if (slot, wish.for_parents) in asked:
            faults.append((slot, f"“{wish.kind.label}” is asked for twice."))
        elif problem := wish.kind.problem(wish, case):
            faults.append((f"{slot}_{problem.about}" if problem.about else slot, problem.words))
        asked.add((slot, wish.for_parents))
    return faults


def leaves_board(child: Child, level: RiskLevel, wishes: Sequence[Wish]) -> bool:
    """Whether this decision ends the CEG board's work: at Low or None, or by what it says of the board (M6, T4).

    Not where it sends the child to the board itself.
    """
    if any(wish.kind.puts_on_board for wish in wishes):
        return False
    ends = level < RiskLevel.MODERATE or any(wish.kind.takes_off_board for wish in wishes)
    return ends and matter_is_open(child, MatterKind.CEG)


@command
def outcomes_start(user: User, *, decision: Decision, wishes: Sequence[Wish], at: datetime) -> list[Outcome]:
    """Keep each outcome and start it; what it starts finds it kept."""
    rows = Outcome.objects.bulk_create([_kept(user, decision, wish, at) for wish in wishes])
    for row, wish in zip(rows, wishes, strict=True):
        if wish.advice:
            row.advice.set(wish.advice)
        wish.kind.start(user, row, wish, at)
    return rows


def _kept(user: User, decision: Decision, wish: Wish, at: datetime) -> Outcome:
    kind, child = wish.kind, decision.child
    row = Outcome(
        decision=decision,
        child=child,
        kind=kind.key,
        label=kind.named(wish),
        why=wish.why,
        ceg_reason=wish.ceg_reason,
        locality=wish.locality,
        for_parents=wish.for_parents,
        provider=wish.provider,
        details=dict(wish.details),
    )
    if plan := kind.plan(wish, child):
        row.action = action_open(
            user,
            child=child,
            title=plan.title,
            detail=plan.detail,
            owner=plan.owner,
            deadline=close_of_business(at, plan.working_days, word="agreed"),
            source=Source("triage.decision", str(decision.public_id), decision.reference),
            key=f"cevt-{wish.slot}{'-parents' if wish.for_parents else ''}",
            at=at,
        )
    return row
