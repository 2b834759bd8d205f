"""How the threshold found and the outcome of a referral go together (T1). Pure."""

from cems.children.choices import StatusKind
from plans.choices import ReferralOutcome
from triage.choices import Threshold

# What may be found where this is decided; the first stands where nothing was written down. Early help and
# section 17 rest on the family's agreement, so advice alone may come of them too.
FITTING: dict[str, tuple[Threshold, ...]] = {
    ReferralOutcome.ASSESSMENT: (Threshold.SECTION_17, Threshold.SECTION_47),
    ReferralOutcome.STRATEGY: (Threshold.SECTION_47,),
    ReferralOutcome.EARLY_HELP: (Threshold.EARLY_HELP,),
    ReferralOutcome.ALREADY_OPEN: (Threshold.SECTION_17, Threshold.SECTION_47, Threshold.EARLY_HELP),
    ReferralOutcome.ADVICE: (Threshold.UNIVERSAL, Threshold.EARLY_HELP, Threshold.SECTION_17),
    ReferralOutcome.NO_ACTION: (Threshold.UNIVERSAL, Threshold.EARLY_HELP, Threshold.SECTION_17),
}
# The status that may be opened with the decision; offered, never forced.
OFFERED: dict[str, StatusKind] = {
    ReferralOutcome.EARLY_HELP: StatusKind.EARLY_HELP,
    ReferralOutcome.ASSESSMENT: StatusKind.CHILD_IN_NEED,
}
PASSED_ON = frozenset(
    {
        ReferralOutcome.ASSESSMENT,
        ReferralOutcome.STRATEGY,
        ReferralOutcome.EARLY_HELP,
        ReferralOutcome.ALREADY_OPEN,
    }
)


def threshold_for(found: str, outcome: str) -> Threshold | None:
    """The threshold kept with this outcome, or None where the one found contradicts it."""
    fitting = FITTING[outcome]
    if not found:
        return fitting[0]
    return Threshold(found) if found in fitting else None
