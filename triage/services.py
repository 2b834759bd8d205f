"""Receive a matrix for triage: the 2 or 3 working days run from receipt, whoever has it (T2)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business
from cems.children.choices import MatterKind, RiskLevel
from cems.children.services.access import matter_open
from cems.clocks import services as clocks
from matrix.events import MatrixSubmitted
from matrix.models import Submission
from matrix.rules import CEVT_WORKING_DAYS
from plans.services import first_contact
from triage.clocks import RECEIPT
from triage.models import Receipt


def on_matrix_submitted(event: MatrixSubmitted) -> None:
    """A new receipt at Moderate or Significant starts the clock; Low, None and reviews start none (M5, M6)."""
    if event.new_receipt and RiskLevel(event.level) in CEVT_WORKING_DAYS:
        submission = Submission.objects.select_related("child").get(pk=event.submission_id)
        receipt_open(User.objects.get(pk=event.user_id), submission=submission, at=event.received_at)


@transaction.atomic
def receipt_open(user: User, *, submission: Submission, at: datetime) -> Receipt:
    """Put the child on CEVT's list with its clock, owned by First Contact's desk until triage takes over.

    Waiting for First Contact does not pause the clock (T2).
    """
    level = RiskLevel(submission.level)
    child = submission.child
    clock = clocks.start(
        user,
        kind=RECEIPT.key,
        owner=first_contact(),
        deadline=close_of_business(at, CEVT_WORKING_DAYS[level]),
        reference=submission.reference,
        title=f"CEVT agrees the level ({level.label} submitted)",
        # Not the matrix: the desk that has this clock may read the record and not every matrix in it.
        url=reverse("children:overview", args=[child.public_id]),
        child=child.public_id,
        at=at,
    )
    row = Receipt.objects.create(submission=submission, child=child, level=level, received_at=at, clock=clock)
    matter_open(user, child=child, kind=MatterKind.CEVT, at=at)
    record(user, verb=Verb.CREATED, subject=row, child=child.public_id, part="decisions", at=at)
    return row
