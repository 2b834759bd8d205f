"""The outcomes First Contact may decide on a referral, in the order it reads them (T1)."""

from triage.first_contact.outcomes.base import OUTCOMES, Case, ReferralOutcomeKind, register
from triage.first_contact.outcomes.ending import AdviceGiven, NoAction
from triage.first_contact.outcomes.passing_on import AlreadyOpen, Assessment, EarlyHelp, StrategyMeeting

ASSESSMENT = register(Assessment())
STRATEGY = register(StrategyMeeting())
EARLY_HELP = register(EarlyHelp())
ALREADY_OPEN = register(AlreadyOpen())
ADVICE = register(AdviceGiven())
NO_ACTION = register(NoAction())

__all__ = [
    "ADVICE",
    "ALREADY_OPEN",
    "ASSESSMENT",
    "EARLY_HELP",
    "NO_ACTION",
    "OUTCOMES",
    "STRATEGY",
    "Case",
    "ReferralOutcomeKind",
    "register",
]
