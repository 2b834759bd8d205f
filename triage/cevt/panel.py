"""On a child's overview: what CEVT decided last (T4); for those who may raise a child at CEVT, the way there (T3)."""

from typing import Any

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.access_control import OpenChild
from cems.children.slots import ChildDocument, Panel
from matrix.models import Submission
from matrix.selectors.sent import child_of_submission
from triage.cevt.selectors import decision, low_matrix
from triage.cevt.selectors.decision import newest_decision
from triage.cevt.selectors.item import child_of_item
from triage.cevt.selectors.seats import RAISE
from triage.models import Item


def _panel(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """Since when the child is on CEVT's list, where the reader sits at the table; and where to raise them."""
    if opened.child.died_on or not opened.access.may(*RAISE):
        return None
    where = [opened.child.public_id]
    first = None
    if opened.access.sees(Part.CONTRIBUTIONS):
        rows = Item.objects.filter(child__in=opened.cluster, closed_at__isnull=True)
        first = rows.order_by("received_at").first()
    return {
        "since": first.received_at if first else None,
        "sheet_url": reverse("cevt:sheet", args=where),
        "raise_url": reverse("cevt:item_raise", args=where),
    }


def _decision(user: User, opened: OpenChild) -> dict[str, Any] | None:
    """Level, reasons, advice, actions and what happens next, whoever sent the matrix (T4)."""
    on_record = newest_decision(opened)
    if on_record is None:
        return None
    where = reverse("children:chronology", args=[opened.child.public_id])
    return {"on_record": on_record, "chronology_url": f"{where}?kind=CEVT"}


def of_submission(user: User, opened: OpenChild, sent: Submission) -> tuple[str, str, dict[str, Any]] | None:
    """On the page of a sent matrix: what CEVT decided on it; at Low or None, whether CEVT has looked at it."""
    return decision.panel(user, opened, sent) or low_matrix.panel(user, opened, sent)


DECISION_PANEL = Panel(
    "triage.decision", "What CEVT decided", Part.DECISIONS, "triage/cevt/decision_on_record.html", _decision
)
LETTERS = (
    ChildDocument("cevt:feedback_pdf", "Feedback from CEVT", Part.DECISIONS, child_of_submission),
    ChildDocument("cevt:item_letter", "Feedback from CEVT", Part.DECISIONS, child_of_item),
)
PANEL = Panel("triage.cevt", "CEVT", Part.IDENTITY, "triage/cevt/panel.html", _panel)
