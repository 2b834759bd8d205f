"""Outcomes with which somebody works with the child from then on (T1)."""

from datetime import datetime

from cems.accounts.models import User
from cems.children.choices import StatusKind
from matrix.services.due import assessment_due_raise
from plans.models import Referral
from triage.first_contact.outcomes.base import ReferralOutcomeKind
from triage.first_contact.rules.threshold import EARLY_HELP, SECTION_17, SECTION_47


class Assessment(ReferralOutcomeKind):
    """A social worker assesses the child and the family; a matrix is made within it where none came (M4)."""

    key = "assessment"
    label = "Child and family assessment"
    thresholds = (SECTION_17, SECTION_47)
    status = StatusKind.CHILD_IN_NEED
    passes_on = True

    def start(self, user: User, referral: Referral, at: datetime) -> None:
        assessment_due_raise(user, referral=referral, at=at)


class StrategyMeeting(ReferralOutcomeKind):
    """Children's services, police and health meet."""

    key = "strategy"
    label = "Strategy meeting"
    thresholds = (SECTION_47,)
    passes_on = True


class EarlyHelp(ReferralOutcomeKind):
    """Early help works with the family, which agrees."""

    key = "early_help"
    label = "Early help"
    thresholds = (EARLY_HELP,)
    status = StatusKind.EARLY_HELP
    passes_on = True
    below_significant = True


class AlreadyOpen(ReferralOutcomeKind):
    """The allocated worker has what was told."""

    key = "already_open"
    label = "Already open: passed to the allocated worker"
    thresholds = (SECTION_17, SECTION_47, EARLY_HELP)
    passes_on = True
