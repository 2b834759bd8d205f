"""Children whom other authorities placed here: the placement, and the authority told of each serious matrix (C2)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cems.accounts.models import Authority
from cems.base.time import local_date
from cems.children.choices import ConcernStep, PlacementKind, Route, StatusKind
from cems.children.models import Child, PlacedConcern
from cems.children.placements.services.placed_concern import concern_tell
from cems.children.placements.services.placement import Place, placement_open

if TYPE_CHECKING:
    from demo.story import Story

# Real authorities; which of them placed whom is invented.
_PLACING = ("E08000024", "E06000002", "E08000035", "E06000057")
_KINDS = (PlacementKind.CHILDRENS_HOME, PlacementKind.FOSTER, PlacementKind.SEMI_INDEPENDENT)


def responsible(story: "Story", here: Authority) -> Authority:
    """The authority that answers for the child: another, where the child was placed here."""
    if story.course.status != StatusKind.PLACED_HERE:
        return here
    return story.cast.authorities[_PLACING[story.course.number % len(_PLACING)]]


def tell_placement(story: "Story", child: Child, at: datetime) -> None:
    """First Contact was notified of the placement a few days after it began."""
    if story.course.status != StatusKind.PLACED_HERE:
        return
    began = local_date(at) - timedelta(days=9)
    placement_open(
        story.cast.person(story.place.front_door),
        child=child,
        place=Place(
            kind=_KINDS[story.course.number % len(_KINDS)],
            area=child.area,
            placed_by=child.authority,
            locality=child.locality,
            provider_name="A plainly invented place",
            starts_on=max(began, child.date_of_birth),
            notified_by=f"Placements team, {child.authority}",
            notified_on=local_date(at),
        ),
        at=at,
    )


def tell_authority(story: "Story", at: datetime) -> None:
    """First Contact rings the authority responsible about what it has not been told of yet."""
    told = ConcernStep.TOLD
    waiting = PlacedConcern.objects.of(story.child).exclude(steps__kind=told)
    for concern in waiting.order_by("pk"):
        concern_tell(
            story.cast.person(story.place.front_door),
            concern=concern,
            whom="Duty manager of their front door",
            route=Route.PHONE,
            happened_at=at,
            text="The level, the reasons, and what happens here next.",
            at=at,
        )
