"""Lists of the partnership about CEVT: why a child came back, and why one goes to the board (T4, T7)."""

from cems.policy.declared import DECISION
from cems.policy.lists import Entry, PracticeList
from triage.choices import CegReason, ReturnReason

RETURN_REASONS = PracticeList(
    key="triage.return_reasons",
    title="Reasons for a return",
    explanation="Why a child came back to CEVT after the concern had ended. The figures count them.",
    source=DECISION,
    begins_with=[Entry(reason.value, reason.label) for reason in ReturnReason],
    longest_key=15,
)
CEG_REASONS = PracticeList(
    key="triage.ceg_reasons",
    title="Reasons for the CEG board",
    explanation="Why CEVT puts a child on the board of the locality.",
    source=DECISION,
    # At Significant the board always takes the child, so the rules name that reason.
    begins_with=[
        Entry(reason.value, reason.label, fixed=reason is CegReason.SIGNIFICANT) for reason in CegReason
    ],
    longest_key=11,
)
LISTS = (RETURN_REASONS, CEG_REASONS)
