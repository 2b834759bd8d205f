"""What First Contact asks and assesses, what CEVT decides, and whom ERASE allocates (T1–T8)."""

from triage.advice.models import AdviceEntry, AdviceVersion, Consultation
from triage.allocation.models import (
    Absence,
    Allocation,
    AllocationDeclined,
    AllocationWait,
    Capacity,
    Vacancy,
    WeekendCover,
)
from triage.cevt.models.decision import Decision, Outcome
from triage.cevt.models.item import InformationRequest, Item
from triage.cevt.models.low_matrix import LowMatrix
from triage.cevt.models.meeting_day import MeetingDay
from triage.cevt.models.short_review import ReviewToNote
from triage.first_contact.models import AgencyEnquiry, LaterFinding, ReferralAssessment

__all__ = [
    "Absence",
    "AdviceEntry",
    "AdviceVersion",
    "AgencyEnquiry",
    "Allocation",
    "AllocationDeclined",
    "AllocationWait",
    "Capacity",
    "Consultation",
    "Decision",
    "InformationRequest",
    "Item",
    "LaterFinding",
    "LowMatrix",
    "MeetingDay",
    "Outcome",
    "ReferralAssessment",
    "ReviewToNote",
    "Vacancy",
    "WeekendCover",
]
