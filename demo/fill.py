"""Filling the synthetic partnership: people first, then the newest children, each in one transaction."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from cems.accounts.models import User
from cems.base.command import command
from cems.base.errors import CommandError
from cems.base.idempotency import once
from cems.base.time import LONDON, local_date, now
from cems.notices.history import telling_history
from demo import moments
from demo.cast import Cast, gather
from demo.courses import Course, course_of
from demo.erase import settle
from demo.office import keep
from demo.past import Past, courses_of
from demo.story import Story
from demo.year import UnknownYear, bounds, years
from matrix.instrument import load, versions

SPAN = timedelta(days=120)
LEAST = timedelta(days=60)
MOST_CHILDREN = 999
SEEDS = range(10)
# Nobody opens CEMS to a hundred unread notices: what is older than two days was read.
UNREAD = timedelta(days=2)
_SPACE = uuid.UUID("5d0f6a2e-7f3c-5c51-9c0d-2f6f3a0f7d11")

Progress = Callable[[int, int], None]


class NotFilled(Exception):
    """The demonstration can't be filled like this; the words say why."""


@dataclass(frozen=True)
class Filled:
    """What a fill did: the present it was made for, how many children it added, and what was refused."""

    as_of: datetime
    added: int
    faults: tuple[str, ...] = ()


def fill(
    *,
    seed: int,
    children: int,
    as_of: datetime | None,
    year: str | None = None,
    progress: Progress = lambda done, of: None,
) -> Filled:
    """Fill the partnership, or go on where an earlier fill of this seed stopped.

    First come `children` of the present, the newest first, then those of a reporting `year`, if one is named.
    The same arguments make the same partnership. A seed keeps the present it was first filled for: its
    children lived up to then, and time goes on by itself from there. Raises NotFilled outside the
    demonstration, and for arguments that make no sense.
    """
    if not settings.DEMO:
        raise NotFilled("This is not a demonstration (CEMS_DEMO is off): nothing was written.")
    if seed not in SEEDS or not 1 <= children <= MOST_CHILDREN:
        raise NotFilled(f"The seed is 0 to {SEEDS[-1]}, and there are 1 to {MOST_CHILDREN} children.")
    wanted = as_of or now()
    if wanted > now():
        raise NotFilled("The demonstration can't be filled from the future.")
    if year is not None:
        _must_be_over(year, wanted)
    _span(wanted)
    since = _first_day()
    cast = gather(since, wanted)
    present = _present_of(cast, seed, wanted)
    if as_of is not None and present != as_of:
        raise NotFilled(f"Seed {seed} was filled for {present:%d %B %Y %H:%M} UTC. Choose another seed.")
    with telling_history(read_before=present - UNREAD):
        _once(cast.person("administrator"), "erase", {}, lambda: settle(cast, since, present))
        _once(cast.person("administrator"), "office", {}, lambda: keep(cast, since))
    span = _span(present)
    now_living = [course_of(seed, number, present, span) for number in range(children)]
    past = courses_of(year, seed) if year is not None else []
    tales = [
        (f"{seed}:{course.number}", Story(cast, course, seed, present))
        for course in _newest_first(now_living)
    ]
    tales += [
        (f"{seed}:{year}:{course.number}", Past(cast, course, seed, present))
        for course in _newest_first(past)
    ]
    return _tell(cast, tales, present, progress)


def _present_of(cast: Cast, seed: int, wanted: datetime) -> datetime:
    """The present this seed was first filled for, which is `wanted` if it is filled now."""
    kept = _keep_present(cast.person("administrator"), seed=seed, wanted=wanted)
    return datetime.fromisoformat(kept)


@command
def _keep_present(user: User, *, seed: int, wanted: datetime) -> str:
    """The present of this seed, kept when it is filled for the first time."""
    result, _ = _once(user, f"{seed}", {"seed": seed}, lambda: {"as_of": wanted.isoformat()})
    return str(result["as_of"])


def _newest_first(courses: list[Course]) -> list[Course]:
    return sorted(courses, key=lambda course: course.newest, reverse=True)


def _tell(cast: Cast, tales: list[tuple[str, Story]], as_of: datetime, progress: Progress) -> Filled:
    added, faults, keeper = 0, [], cast.person("administrator")
    with telling_history(read_before=as_of - UNREAD):
        for done, (name, story) in enumerate(tales, start=1):
            try:
                _, now_made = _once(keeper, name, {"child": name}, _telling(story))
            except CommandError as refused:  # nothing of this child was written; the others go on
                faults.append(f"Child {name} ({story.course.kind}): {refused.message}")
                continue
            added += now_made
            if added:  # what was there already is passed by in silence
                progress(done, len(tales))
    return Filled(as_of, added, tuple(faults))


def _telling(story: Story) -> Callable[[], dict[str, Any]]:
    def tell() -> dict[str, Any]:
        return {"child": str(story.tell().public_id)}

    return tell


def _once(
    keeper: User, name: str, body: dict[str, Any], perform: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Do a piece of the fill in one transaction, and never again."""
    return once(keeper, key=uuid.uuid5(_SPACE, name), action="demo.fill", body=body, perform=perform)


def _span(as_of: datetime) -> timedelta:
    """How far the past reaches: about four months, but not to before the instrument was published.

    Raises NotFilled when that leaves too little.
    """
    first = load(versions()[0]).published
    begin = datetime(first.year, first.month, first.day, tzinfo=LONDON).astimezone(UTC) + timedelta(days=20)
    span = min(SPAN, as_of - begin)
    if span < LEAST:
        raise NotFilled(f"The CE Matrix was published on {local_date(begin)}: choose a day two months later.")
    return span


def _first_day() -> datetime:
    """Since when people are in their roles: before any year that may be filled in, now or later."""
    first = min(bounds(year)[0] for year in years())
    return moments.on(first, moments.MEETING) - timedelta(days=60)


def _must_be_over(year: str, as_of: datetime) -> None:
    """Raises NotFilled for a reporting year that has no figures, or that the children of the present would
    live in as well: its figures would not be the published ones."""
    try:
        _, last = bounds(year)
    except UnknownYear as unknown:
        raise NotFilled(str(unknown)) from None
    if local_date(as_of - SPAN) <= last + timedelta(days=60):
        raise NotFilled(f"The year {year} must be over half a year before: choose a later day.")
