"""Where the chair writes down what an agency that is away told: its seat, and what there is of it already (T3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cems.accounts.models import Agency
from cems.children.access_control import OpenChild
from cems.meetings.models import RelayedContribution
from triage.cevt.selectors.contribution import NOTHING_YET, Answer, answers_by_agency
from triage.cevt.selectors.seats import seats
from triage.models import Item


@dataclass(frozen=True)
class Away:
    """An agency with a seat at this child's CEVT: the item its words belong to (None: nothing is open), and them."""

    agency: Agency
    item: Item | None
    answer: Answer

    @property
    def seen(self) -> int:
        """How many notes of what it told there are."""
        return len(self.answer.told)


def relayed_about(item: Item, *, agency: int | None = None) -> Sequence[RelayedContribution]:
    """What agencies (or this one) told the chair of an item, in the order it was written down."""
    rows = RelayedContribution.objects.filter(about=item.public_id)
    of_agency = rows.filter(agency=agency) if agency else rows
    return list(of_agency.select_related("agency", "written_by").order_by("pk"))


def away(opened: OpenChild, agency_id: UUID) -> Away | None:
    """What an agency with a seat has said of this child; None for one without a seat there."""
    area = opened.child.area_id
    agency = next((agency for agency in seats([area]).agencies(area) if agency.public_id == agency_id), None)
    if agency is None:
        return None
    rows = Item.objects.filter(child__in=opened.cluster, closed_at__isnull=True)
    items = list(rows.order_by("received_at", "pk"))
    answer = answers_by_agency(items).get(agency.pk, NOTHING_YET)
    return Away(agency, next(iter(items), None), answer)
