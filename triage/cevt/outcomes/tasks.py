"""Outcomes that are one action: something somebody does by a time (T4)."""

from datetime import datetime

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, Team, User
from cems.actions.services import actions_meet
from cems.actions.slots import DoneHere
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.doings import REFERRAL_MECHANISM
from matrix.rules import NRM
from triage.cevt.outcomes.base import Case, OutcomeKind, Problem, Wish
from triage.models import Outcome


class Disruption(OutcomeKind):
    """Urgent disruption is ERASE's, and for the next working day."""

    key = "disruption"
    label = "Urgent disruption"
    figure = "Urgent disruption"
    asks_why = "What is to be disrupted, and why now"
    task = "Start urgent disruption, and say what was done"
    working_days = 1

    def owner(self, child: Child) -> User | Team:
        return desk_of(Duty.ERASE, child.area_id)


class Nrm(OutcomeKind):
    """A referral to the National Referral Mechanism, on suspicion and at any level (X6)."""

    key = "nrm"
    label = "National Referral Mechanism"
    figure = "National Referral Mechanism"
    asks_why = "What gives the suspicion of trafficking or slavery"
    task = "Make or ask for the National Referral Mechanism referral"
    working_days = 2

    def start(self, user: User, row: Outcome, wish: Wish, at: datetime) -> None:
        """Nobody needs to consider any more what CEVT has decided."""
        words = f"CEVT has considered it: the referral is made or asked for ({row.decision.reference})."
        actions_meet(user, child=row.child, keys={NRM}, outcome=words, at=at)


class StepDown(OutcomeKind):
    """Other support goes on; only once a lower level is agreed, which ends the board and the wait for a worker."""

    key = "step_down"
    label = "Step down"
    figure = "Stepped down"
    asks_why = "Who goes on supporting the child, and how"
    why_missing = "Say who goes on supporting the child, and how."
    task = "Step down: agree who goes on supporting the child"

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        if case.level > RiskLevel.LOW:
            return Problem(f"A child at {case.level.label} is not stepped down. Agree a lower level first.")
        return None


NRM_DONE = DoneHere("triage.decision", f"cevt-{Nrm.key}", REFERRAL_MECHANISM)
