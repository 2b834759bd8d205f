"""Who chairs a board, who keeps its promises, who may act for it (G1)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db.models import QuerySet

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, Locality, Team, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import ROLES, Work
from cems.base.time import local_date
from cems.children.access.selectors.restriction import closed_to
from cems.children.models import Child
from cems.children.querysets import rows_of_clusters
from cems.clocks.recipients import acting, current_appointments

CHAIRING = [role.key for role in ROLES.values() if role.of_locality and Work.REVIEWS in role.writes]


def chairs_of(localities: Iterable[int], on: date) -> dict[int, list[User]]:
    """By locality, who chairs its board on this day, longest in the post first."""
    posts = current_appointments(on).filter(role_key__in=CHAIRING, locality__in=list(localities))
    chairs: dict[int, list[User]] = {}
    for post in posts.select_related("user").order_by("starts_on", "pk"):
        chairs.setdefault(post.locality_id or 0, []).append(post.user)
    return chairs


def chairs_to_tell(primary: Child, locality_id: int, at: datetime) -> set[int]:
    """The chairs of this board and their deputies, save whom the child's record shuts out."""
    rows = acting(local_date(at), role_key__in=CHAIRING, locality=locality_id)
    user_ids = {user_id for user_id, *_ in rows}
    return user_ids - {user_id for _, user_id in _shut_out([primary.pk], user_ids, at)}


def boards_served(user: User) -> QuerySet[Locality]:
    """The boards a child may be handed to by this user: of the authorities they serve."""
    return Locality.objects.filter(authority__in=profile_of(user).authority_ids)


def owner_of(primary: Child, locality: Locality, at: datetime) -> User | Team:
    """Who promises the board's next review of this child: its chair, else ERASE's desk, which reaches every child on
    a board and may record its reviews."""
    return owner_among(able_chairs([(primary.pk, locality.pk)], at)[primary.pk, locality.pk], locality)


def owner_among(able: Sequence[User], locality: Locality) -> User | Team:
    """Of the board's chairs whom the record lets in, the one longest in the post; else ERASE's desk."""
    return next(iter(able), None) or desk_of(Duty.ERASE, locality.authority_id)


def able_chairs(boards: Collection[tuple[int, int]], at: datetime) -> dict[tuple[int, int], list[User]]:
    """By record and locality, who chairs the board and is not shut out of the record; longest in the post first."""
    chairs = chairs_of({locality for _, locality in boards}, local_date(at))
    chair_ids = {chair.pk for of_board in chairs.values() for chair in of_board}
    shut_out = _shut_out({primary for primary, _ in boards}, chair_ids, at)
    return {
        (primary, locality): [
            chair for chair in chairs.get(locality, ()) if (primary, chair.pk) not in shut_out
        ]
        for primary, locality in boards
    }


def may_review(user: User, locality_id: int) -> bool:
    """Whether the user may record what this board agrees: its chair, or ERASE's manager in the board's name."""
    return any(
        Work.REVIEWS in post.role.writes and (not post.role.of_locality or post.locality_id == locality_id)
        for post in profile_of(user).posts
    )


def _shut_out(primaries: Collection[int], user_ids: set[int], at: datetime) -> set[tuple[int, int]]:
    if not user_ids:
        return set()
    return closed_to(list(rows_of_clusters(primaries)), user_ids, at)
