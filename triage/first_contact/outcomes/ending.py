"""Outcomes with which nobody takes the child on (T1).

Early help and section 17 rest on the family's agreement, so advice alone may come of them too.
"""

from triage.first_contact.outcomes.base import ReferralOutcomeKind
from triage.first_contact.rules.threshold import EARLY_HELP, SECTION_17, UNIVERSAL


class AdviceGiven(ReferralOutcomeKind):
    """The referrer, or the family, is told where help is."""

    key = "advice"
    label = "Advice and signposting"
    thresholds = (UNIVERSAL, EARLY_HELP, SECTION_17)
    below_significant = True


class NoAction(ReferralOutcomeKind):
    """Nothing follows."""

    key = "no_action"
    label = "No further action"
    thresholds = (UNIVERSAL, EARLY_HELP, SECTION_17)
    below_significant = True
