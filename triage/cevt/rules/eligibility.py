"""Which children CEVT may discuss (T1). Pure."""

from django.db.models import TextChoices


class Passed(TextChoices):
    """Why CEVT may discuss a child (Harm Outside the Home Multi-Agency Procedures, the section on CEVT)."""

    OPEN = "open", "Open to children's services"
    STEPPED_UP = "stepped_up", "Stepped up from early help"
    PROCESSED = "processed", "Processed by First Contact"
    FOLLOWED = "followed", "Followed by CEVT already"


def eligibility(
    *, open_to_childrens_services: bool, stepped_up: bool, processed: bool, followed: bool
) -> list[Passed]:
    """Each reason why CEVT may discuss the child; empty while the child waits for First Contact (T1).

    Waiting for First Contact never pauses the clock (T2). `followed`: CEVT agreed a level for this concern before.
    """
    reasons = {
        Passed.OPEN: open_to_childrens_services,
        Passed.STEPPED_UP: stepped_up,
        Passed.PROCESSED: processed,
        Passed.FOLLOWED: followed,
    }
    return [reason for reason, so in reasons.items() if so]
