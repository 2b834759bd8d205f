"""The vocabulary of First Contact's enquiries, CEVT and allocation."""

from django.db import models

from cems.accounts.roles import ROLES
from cems.children.choices import CaseRole


class ItemKind(models.TextChoices):
    """Why a child is on CEVT's list."""

    RECEIPT = "receipt", "Matrix received"
    REVIEW = "review", "Review"
    RAISED = "raised", "Raised by a professional"


class ReviewEnd(models.TextChoices):
    """What became of a review where nothing was new (M6)."""

    NOTED = "noted", "Noted"
    DISCUSSED = "discussed", "To be discussed"
    LEVEL = "level", "A level was agreed"


class LowEnd(models.TextChoices):
    """What became of a matrix at Low or None that CEVT oversees (M5)."""

    LOOKED_AT = "looked_at", "CEVT has looked at it"
    LISTED = "listed", "The child came on CEVT's list"
    LEVEL = "level", "A level was agreed"
    NEWER = "newer", "A newer matrix came"


class CegReason(models.TextChoices):
    """Why a child goes to the board (T4)."""

    SIGNIFICANT = "significant", "The agreed level is Significant"
    JUDGEMENT = "judgement", "Professional judgement"
    MISSING = "missing", "Missing episodes that escalate"


class ReturnReason(models.TextChoices):
    """Why a child came back to CEVT after the concern had ended (T7)."""

    NEW_HARM = "new_harm", "New harm by the same people"
    OTHER_PEOPLE = "other_people", "Other people, or another form of harm"
    HELP_ENDED = "help_ended", "The help ended, or was not taken up"
    PLAN_NOT_DONE = "plan_not_done", "What was agreed was not done"
    MOVED = "moved", "A move of home, school or placement"
    NEW_INFORMATION = "new_information", "New information about the earlier concern"
    MISSING = "missing", "Missing again"
    OTHER = "other", "Another reason"


class Section47(models.TextChoices):
    """What an enquiry found; an unsubstantiated one may take the Harm Outside the Home approach (T1)."""

    NOT_HELD = "", "No enquiry"
    RUNNING = "running", "Enquiry is running"
    SUBSTANTIATED = "substantiated", "Substantiated"
    UNSUBSTANTIATED = "unsubstantiated", "Not substantiated"


class LaterFindingKind(models.TextChoices):
    """What was found about a child after First Contact had decided the referral (T1)."""

    SUBSTANTIATED = "substantiated", "Section 47 enquiry: substantiated"
    UNSUBSTANTIATED = "unsubstantiated", "Section 47 enquiry: not substantiated"
    HARM = "harm", "Assessment: harm found"
    NO_HARM = "no_harm", "Assessment: no harm found"

    @property
    def is_harm(self) -> bool:
        """Whether it says that the child is harmed."""
        return self in {LaterFindingKind.SUBSTANTIATED, LaterFindingKind.HARM}

    @property
    def section_47(self) -> Section47 | None:
        """What it says of the section 47 enquiry; None where it is of an assessment."""
        results = {
            LaterFindingKind.SUBSTANTIATED: Section47.SUBSTANTIATED,
            LaterFindingKind.UNSUBSTANTIATED: Section47.UNSUBSTANTIATED,
        }
        return results.get(self)


class Answered(models.TextChoices):
    """What an agency says when First Contact asks (T1)."""

    WAITING = "", "Not answered yet"
    NOTHING = "nothing", "Checked, nothing held"
    CANNOT_SHARE = "cannot_share", "Holds something it cannot share"
    WRITTEN = "written", "Has answered"


class WorkerKind(models.TextChoices):
    """Whom ERASE allocates (T6)."""

    CE_WORKER = "ce_worker", "Child exploitation worker"
    COORDINATOR = "coordinator", "Missing coordinator"

    @property
    def role_key(self) -> str:
        """The role in the access table of somebody who can be given a child as this."""
        return next(role.key for role in ROLES.values() if role.allocated_as == self.value)

    @property
    def case_role(self) -> CaseRole:
        """What they then are to the child."""
        return CaseRole(self.value)


class WaitEnd(models.TextChoices):
    """How a wait for a worker ended."""

    ALLOCATED = "allocated", "Allocated"
    NOT_MADE = "declined", "No allocation is made"
    NO_LONGER = "no_longer", "No longer needed"
