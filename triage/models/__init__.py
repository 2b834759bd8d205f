"""What First Contact gathers, what CEVT decides, and whom ERASE allocates (T1–T8)."""

from triage.models.advice import AdviceEntry, AdviceVersion, Consultation
from triage.models.allocation import Absence, Allocation, Capacity, Hold, NotMade, Vacancy, Waiting
from triage.models.decisions import Decision, Outcome
from triage.models.gathering import Gathering, Inquiry
from triage.models.items import Item, Wanted

__all__ = [
    "Absence",
    "AdviceEntry",
    "AdviceVersion",
    "Allocation",
    "Capacity",
    "Consultation",
    "Decision",
    "Gathering",
    "Hold",
    "Inquiry",
    "Item",
    "NotMade",
    "Outcome",
    "Vacancy",
    "Waiting",
    "Wanted",
]
