"""Children placed here by others, and elsewhere by us; the authority told of each serious matrix (C2)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cems.accounts.models import Authority
from cems.base.time import local_date
from cems.children.choices import ConcernStep, PlacementKind, Route, StatusKind
from cems.children.models import Child, PlacedConcern, Placement
from cems.children.placements.services.placed_concern import concern_tell
from cems.children.placements.services.placement import Place, placement_end, placement_open
from demo.courses import CAME_HOME, PLACED_ELSEWHERE, TO_BE_PLACED
from demo.data import load

if TYPE_CHECKING:
    from demo.story import Story

# Real authorities; which of them placed whom is invented.
PLACING = ("E08000024", "E06000002", "E08000035", "E06000057")
_KINDS = (PlacementKind.CHILDRENS_HOME, PlacementKind.FOSTER, PlacementKind.SEMI_INDEPENDENT)


def responsible(story: "Story", here: Authority) -> Authority:
    """The authority that answers for the child: another, where the child was placed here."""
    if story.course.status != StatusKind.PLACED_HERE:
        return here
    return story.cast.authorities[PLACING[story.course.number % len(PLACING)]]


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


def plan_placements(story: "Story") -> None:
    """A child whom the authority placed elsewhere, one who will be, and one who has come home again."""
    number, as_of = story.course.number, story.time.as_of
    if number == PLACED_ELSEWHERE:
        _place(story, "E08000035", as_of - timedelta(days=12), notice=timedelta())
    elif number == TO_BE_PLACED:
        _place(story, "E06000002", as_of - timedelta(days=2), notice=timedelta(days=12))
    elif number == CAME_HOME:
        _place(story, "E06000002", as_of - timedelta(days=14), notice=timedelta())
        story.time.at(as_of - timedelta(days=5), lambda when: _come_home(story, when))


def _place(story: "Story", code: str, moment: datetime, *, notice: timedelta) -> None:
    """The child's own authority places them in another's area, `notice` after it says so."""

    def place(at: datetime) -> None:
        placement_open(
            story.cast.person(story.place.front_door),
            child=story.child,
            place=Place(
                kind=PlacementKind.FOSTER,
                area=story.cast.authorities[code],
                placed_by=story.child.authority,
                provider_name="A plainly invented family",
                starts_on=local_date(at + notice),
                notified_by=f"Placements team, {story.child.authority}",
                notified_on=local_date(at),
                address_confidential=True,
            ),
            at=at,
        )

    story.time.at(moment, place)


def _come_home(story: "Story", at: datetime) -> None:
    placement = Placement.objects.of(story.child).filter(ends_on__isnull=True).first()
    if placement is not None:
        placement_end(
            story.cast.person(story.place.front_door),
            placement=placement,
            ends_on=local_date(at),
            reason=load("words")["placement_ended"],
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
