"""What was decided on one matrix, and which decisions wait for their confirmation (T3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.access.child_access import accesses
from cems.children.access.visibility import primary_of
from cems.children.access_control import OpenChild
from cems.children.choices import HarmContext
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from cems.clocks.choices import OPEN
from matrix.models import Submission
from triage.cevt.outcomes import kind_of
from triage.models import Decision, InformationRequest, Item

MOST = 200
DECISION = ("decision__agreed", "decision__decided_by")


@dataclass(frozen=True)
class Decided:
    """A decision as the user who sent the matrix or raised the child reads it; a confirmation counts before what it
    confirms."""

    row: Decision
    first: Decision
    forms: Sequence[str]
    contexts: Sequence[str]

    @property
    def waits(self) -> bool:
        """Whether it is provisional and not confirmed yet."""
        return self.row.provisional


def decided_on(sent: Submission) -> Decided | None:
    """What CEVT decided on this matrix; None while it has not."""
    return decided_of(_item_of(sent))


def letter_lines(found: Decided) -> list[str]:
    """What follows from the decision, a sentence each, as the letter says it."""
    rows = found.row.outcomes.select_related("locality").order_by("pk")
    return [kind_of(row).sentence(row) for row in rows]


def _item_of(sent: Submission) -> Item | None:
    return Item.objects.filter(submission=sent).select_related(*DECISION).first()


def decided_of(item: Item | None) -> Decided | None:
    """The decision about an item, read with DECISION; None while there is none."""
    if item is None or item.decision is None:
        return None
    first = item.decision
    row = (_confirming(first) or first) if first.provisional else first
    return Decided(
        row,
        first,
        [HARM_FORMS.label(form) for form in row.agreed.forms],
        [HarmContext(context).label for context in row.agreed.contexts],
    )


def _confirming(first: Decision) -> Decision | None:
    decision: Decision | None = (
        Decision.objects.filter(confirms=first).select_related("agreed", "decided_by").first()
    )
    return decision


def information_waited_for(cluster: Collection[int]) -> Sequence[InformationRequest]:
    """What CEVT asked of a child and nobody has answered, the oldest first; of items that are open.

    `cluster` are the row numbers of the child's record as it was opened.
    """
    rows = InformationRequest.objects.filter(
        child__in=cluster, answered_at__isnull=True, item__closed_at__isnull=True
    )
    return list(rows.select_related("agency", "asked_by", "item").order_by("asked_at", "pk"))


def unconfirmed(user: User) -> Sequence[tuple[Decision, Child]]:
    """Provisional decisions nobody has confirmed, of children open to the person, what is due first at the top."""
    rows = list(
        Decision.objects.filter(confirm_clock__stage__in=OPEN)
        .of_visible(user)
        .annotate(primary=primary_of())
        .select_related("agreed", "decided_by", "confirm_clock__owner_user", "confirm_clock__owner_team")
        .order_by("confirm_clock__due_at", "pk")[:MOST]
    )
    visible = list(Child.objects.visible_to(user).filter(pk__in={row.primary for row in rows}).with_page())
    reach = accesses(user, visible)
    children = {child.pk: child for child in visible if reach[child.pk].sees(Part.CONTRIBUTIONS)}
    return [(row, children[row.primary]) for row in rows if row.primary in children]


def panel(user: User, opened: OpenChild, sent: Submission) -> tuple[str, str, dict[str, object]] | None:
    """On the page of a sent matrix: what CEVT decided, why, and its words for the user who sent it."""
    item = _item_of(sent)
    decided, withdrawn = decided_of(item), item.withdrawn_why if item else ""
    if not (decided or withdrawn):
        return None
    return "What CEVT decided", "triage/cevt/decided_panel.html", {"found": decided, "withdrawn": withdrawn}
