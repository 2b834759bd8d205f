"""What can happen to a record, in the words the record-use page says them in (A3)."""

from django.db import models


class Verb(models.TextChoices):
    """What somebody did. The label completes a sentence that begins with the person's name."""

    VIEWED = "viewed", "looked at it"
    LISTED = "listed", "had it in a list"
    SEARCHED = "searched", "found it in a search"
    SIGNPOSTED = "signposted", "was told only that a record may exist"
    CREATED = "created", "recorded it"
    CHANGED = "changed", "changed it"
    SUBMITTED = "submitted", "submitted it"
    DECIDED = "decided", "decided on it"
    APPROVED = "approved", "approved it"
    WITHDRAWN = "withdrawn", "withdrew it"
    COMPLETED = "completed", "completed it"
    CANCELLED = "cancelled", "cancelled it"
    CLOSED = "closed", "closed it"
    MERGED = "merged", "joined two records"
    UNMERGED = "unmerged", "took two joined records apart"
    DISCLOSED = "disclosed", "disclosed it outside"
    NOT_SHARED = "not_shared", "decided not to share it"
    DOWNLOADED = "downloaded", "downloaded it"
    EXPORTED = "exported", "exported it"
    ACCESS_OPENED = "access_opened", "opened it in an emergency"
    ACCESS_GIVEN = "access_given", "gave access"
    ACCESS_ENDED = "access_ended", "ended access"
    REFUSED = "refused", "was refused"
    SIGNED_IN = "signed_in", "signed in"
    SIGNED_OUT = "signed_out", "signed out"
    SIGN_IN_FAILED = "sign_in_failed", "failed to sign in"
    LOCKED_OUT = "locked_out", "was locked out"
    CREDENTIALS_CHANGED = "credentials_changed", "changed how they sign in"
    RETIRED = "retired", "let a month of the audit go"


class LawfulBasis(models.TextChoices):
    """What a disclosure outside the partnership rests on (A4): never on consent."""

    PUBLIC_TASK = "public_task", "Public task: UK GDPR Article 6(1)(e)"
    LEGAL_OBLIGATION = "legal_obligation", "Legal obligation: UK GDPR Article 6(1)(c)"
    VITAL_INTERESTS = "vital_interests", "To save a life: UK GDPR Article 6(1)(d)"
    LAW_ENFORCEMENT = "law_enforcement", "Law enforcement: Data Protection Act 2018, Part 3"
