"""An agency says what it knows of a child on CEVT's list, itself or, while it is away, through the chair (T3)."""

from datetime import datetime
from uuid import UUID

from cems.accounts.models import Agency, User
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.words import says_nothing
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.models import Contribution, RelayedContribution
from cems.meetings.services.contribution import Told, contribution_save, relayed_contribution_write
from triage.cevt.selectors.seats import seats
from triage.models import Item


@command
def contribution_write(
    user: User,
    *,
    child: Child,
    about: UUID,
    held: str,
    text: str,
    version: int,
    at: datetime | None = None,
) -> Contribution:
    """Save what the person's agency knows, as it is typed; words without a choice mean "has information".

    `about` is the item the page showed. Raises Conflict when that is decided or gone, Overtaken when a
    colleague of the agency saved since `version`, Invalid without an answer.
    """
    primary, item = _open_item(child, about)
    if held not in Held.values:
        if says_nothing(text):
            raise Invalid("Choose what your agency holds, or write it.", field="held")
        held = Held.WRITTEN
    return contribution_save(
        user,
        child=primary,
        forum=MeetingForum.CEVT,
        about=item.public_id,
        held=Held(held),
        text=text,
        version=version,
        at=at,
    )


@command
def contribution_relay(
    user: User,
    *,
    child: Child,
    about: UUID,
    agency: Agency,
    told: Told,
    seen: int,
    at: datetime | None = None,
) -> RelayedContribution:
    """Write down what an agency that is away told the chair; it makes nobody attend, and the agency may add its own.

    `about` is the item the page showed, `seen` how many notes of this agency it showed. Raises Invalid for the
    chair's own agency and for one without a seat at this child's CEVT, and whatever `relayed_contribution_write`
    raises;
    Conflict when the item is decided or gone.
    """
    primary, item = _open_item(child, about)
    if agency.pk == user.agency_id:
        raise Invalid("For your own agency, write on the sheet in its own place.")
    if agency not in seats([primary.area_id]).agencies(primary.area_id):
        raise Invalid(f"{agency} has no seat at this CEVT. Ask it for information instead.")
    return relayed_contribution_write(
        user,
        child=primary,
        forum=MeetingForum.CEVT,
        about=item.public_id,
        agency=agency,
        told=told,
        seen=seen,
        at=at,
    )


def _open_item(child: Child, about: UUID) -> tuple[Child, Item]:
    """The primary record, locked, and its open item. Raises Conflict when that is decided or gone."""
    primary = lock_cluster(child.pk)
    item = Item.objects.of(primary).filter(public_id=about).first()
    if item is None or not item.is_open:
        raise Conflict(
            "CEVT has finished with this, so it can't be changed any more. Your text stays here: copy it."
        )
    return primary, item
