"""Filling the synthetic partnership: people first, then the newest children, each in one transaction."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from cems.base.errors import CommandError
from cems.base.idempotency import once
from cems.base.time import LONDON, local_date, now
from cems.notices.history import telling_history
from demo.cast import Cast, gather
from demo.courses import course_of
from demo.story import Story
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
    *, seed: int, children: int, as_of: datetime | None, progress: Progress = lambda done, of: None
) -> Filled:
    """Fill the partnership, or go on where an earlier fill of this seed stopped.

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
    _span(wanted)
    cast = gather(wanted - SPAN - timedelta(days=60))
    present = _present_of(cast, seed, wanted)
    if as_of is not None and present != as_of:
        raise NotFilled(f"Seed {seed} was filled for {present:%d %B %Y %H:%M} UTC. Choose another seed.")
    return _children(cast, seed, children, present, progress)


def _present_of(cast: Cast, seed: int, wanted: datetime) -> datetime:
    """The present this seed was first filled for, which is `wanted` if it is filled now."""
    result, _ = _once(cast, f"{seed}", {"seed": seed}, lambda: {"as_of": wanted.isoformat()})
    return datetime.fromisoformat(result["as_of"])


def _children(cast: Cast, seed: int, children: int, as_of: datetime, progress: Progress) -> Filled:
    span = _span(as_of)
    courses = [course_of(seed, number, as_of, span) for number in range(children)]
    added, faults = 0, []
    with telling_history(read_before=as_of - UNREAD):
        for done, course in enumerate(sorted(courses, key=lambda one: one.newest, reverse=True), start=1):
            name = f"{seed}:{course.number}"
            try:
                _, now_made = _once(cast, name, {"child": name}, _telling(Story(cast, course, seed, as_of)))
            except CommandError as refused:  # nothing of this child was written; the others go on
                faults.append(f"Child {name} ({course.kind}): {refused.message}")
                continue
            added += now_made
            if added:  # what was there already is passed by in silence
                progress(done, children)
    return Filled(as_of, added, tuple(faults))


def _telling(story: Story) -> Callable[[], dict[str, Any]]:
    return lambda: {"child": str(story.tell().public_id)}


def _once(
    cast: Cast, name: str, body: dict[str, Any], perform: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """Do a piece of the fill in one transaction, and never again."""
    keeper = cast.person("administrator")
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
