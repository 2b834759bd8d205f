"""The outcomes CEVT may decide beside the level, in the order the chair reads them (T4)."""

from triage.cevt.outcomes.advice import Advice
from triage.cevt.outcomes.base import (
    OUTCOMES,
    Ask,
    Case,
    Effect,
    Offer,
    OutcomeKind,
    Plan,
    Problem,
    Wish,
    kind_of,
    register,
    until,
)
from triage.cevt.outcomes.board import Board, NotForBoard
from triage.cevt.outcomes.provider import ProviderReferral
from triage.cevt.outcomes.tasks import Disruption, Nrm, StepDown
from triage.cevt.outcomes.worker import Worker

CEG = register(Board())
ALLOCATION = register(Worker())
ADVICE = register(Advice())
DISRUPTION = register(Disruption())
NRM = register(Nrm())
PROVIDER = register(ProviderReferral())
STEP_DOWN = register(StepDown())
NOT_CEG = register(NotForBoard())

__all__ = [
    "ADVICE",
    "ALLOCATION",
    "CEG",
    "DISRUPTION",
    "NOT_CEG",
    "NRM",
    "OUTCOMES",
    "PROVIDER",
    "STEP_DOWN",
    "Ask",
    "Case",
    "Effect",
    "Offer",
    "OutcomeKind",
    "Plan",
    "Problem",
    "Wish",
    "kind_of",
    "register",
    "until",
]
