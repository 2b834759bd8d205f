"""The outcomes CEVT may decide beside the level, in the order the chair reads them (T4)."""

from triage.services.outcomes.advice import Advice
from triage.services.outcomes.base import (
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
from triage.services.outcomes.board import Board, NotForBoard
from triage.services.outcomes.provider import ProviderReferral
from triage.services.outcomes.tasks import Disruption, Nrm, StepDown
from triage.services.outcomes.worker import Worker

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
