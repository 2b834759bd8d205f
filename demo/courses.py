"""What happens to each invented child, and when: drawn before anything is written. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from cems.base.calendar import add_working_days, next_working_day
from cems.base.time import local_date
from cems.children.choices import HarmForm, RiskLevel, StatusKind
from cems.children.history.models.level import Forum
from cems.clocks.choices import Stage
from demo import moments
from demo.data import load
from demo.identity import Who, invent

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel

# In the order of the numbers, round and round: even a dozen children show every state of a clock.
CYCLE = (
    "board",
    "just_in",
    "late",
    "due_soon",
    "draft",
    "agreed",
    "stepped_down",
    "paused",
    "low",
    "provisional",
    "raised",
    "board",
    "agreed",
    "moderate_in",
    "restricted",
    "none",
    "agreed",
    "barred",
    "review_late",
    "update_draft",
)
_OPEN_ALREADY = frozenset({"board", "paused", "restricted", "barred", "review_late", "update_draft"})
_STATUSES = (
    [StatusKind.CHILD_IN_NEED] * 4
    + [StatusKind.CHILD_PROTECTION] * 2
    + [StatusKind.CHILD_IN_CARE] * 3
    + [StatusKind.PLACED_HERE, StatusKind.UASC, StatusKind.TEMPORARY]
)


# The placements that demo.borders tells of are those of these children of the present.
PLACED_HERE, PLACED_ELSEWHERE, TO_BE_PLACED, CAME_HOME = 7, 18, 17, 19
_STATUS_OF = {
    PLACED_HERE: StatusKind.PLACED_HERE,
    PLACED_ELSEWHERE: StatusKind.CHILD_IN_CARE,
    TO_BE_PLACED: StatusKind.CHILD_IN_CARE,
    CAME_HOME: StatusKind.CHILD_IN_CARE,
}

TWIN = 3  # a provisional record is about the child so many numbers on, whose record is an old one


@dataclass(frozen=True)
class Said:
    """What a forum says of a matrix: when, the level and forms it agrees, and what it decides besides."""

    at: datetime
    forum: Forum
    level: RiskLevel
    forms: tuple[HarmForm, ...]
    board: bool = False  # the child goes to the locality's board
    worker: bool = False  # a child exploitation worker is allocated
    ends: bool = False  # the concern is closed


@dataclass(frozen=True)
class Sent:
    """One matrix: when it is begun and sent (None: still a draft), the level, and how many groups are answered."""

    begun: datetime
    sent: datetime | None
    level: RiskLevel
    groups: int = 16
    shift: int = 0  # how far the judgement lies from the evidence
    anew: bool = False  # a later matrix that tells of much that is new
    said: Said | None = None  # where it is settled beforehand


@dataclass(frozen=True)
class Course:
    """The whole course of one child."""

    number: int
    kind: str
    who: Who
    profile: int
    known_since: datetime
    status: StatusKind | None
    matrices: tuple[Sent, ...]
    decided: bool = True
    claim: bool = False
    spells: tuple[tuple[datetime, datetime], ...] = ()  # of the past: from when to when people worked with it

    @property
    def newest(self) -> datetime:
        """When something happened last, so that the newest can be filled first."""
        if not self.matrices:
            return self.known_since
        last = self.matrices[-1]
        return last.sent or last.begun


def course_of(seed: int, number: int, as_of: datetime, span: timedelta) -> Course:
    """The course of the `number`th child, all of it within `span` before `as_of`."""
    rng = Random(f"{seed}:{number}:course")
    kind = CYCLE[number % len(CYCLE)]
    who = invent(seed, number, local_date(as_of))
    matrices = _matrices(rng, kind, as_of, span)
    first = matrices[0].begun
    open_already = kind in _OPEN_ALREADY or (
        kind not in {"low", "none", "provisional", "moderate_in"} and rng.random() < 0.3
    )
    profiles = [row["key"] for row in load("profiles")]
    status = (
        rng.choice(_STATUSES) if open_already else (StatusKind.EARLY_HELP if rng.random() < 0.35 else None)
    )
    status = _STATUS_OF.get(number, status)
    # The work profile tells of a child alone in the country; nobody else gets it.
    alone = profiles.index("work")
    profile = (
        alone if status == StatusKind.UASC else rng.choice([n for n in range(len(profiles)) if n != alone])
    )
    if kind == "provisional":
        # First Contact will find that this child has a record: the one with this number.
        status, who = None, _written_otherwise(invent(seed, number + TWIN, local_date(as_of)))
    return Course(
        number=number,
        kind=kind,
        who=who,
        profile=profile,
        known_since=first
        - timedelta(hours=rng.randint(2, 30) if kind == "provisional" else rng.randint(20, 400)),
        status=status,
        matrices=matrices,
        decided=kind not in {"just_in", "late", "due_soon", "draft", "paused", "provisional", "moderate_in"},
        claim=number % 20 == 5,
    )


def _written_otherwise(who: Who) -> Who:
    """The same child as somebody wrote it down who did not know of the record."""
    return replace(who, given=f"{who.given}-Jo", preferred=who.given, address="", postcode="")


def _matrices(rng: Random, kind: str, as_of: datetime, span: timedelta) -> tuple[Sent, ...]:
    def ago(low: float, high: float) -> datetime:
        """A moment in office hours in that part of the span: 0 is now, 1 its beginning."""
        day = local_date(as_of - span * rng.uniform(low, high))
        return moments.working_moment(rng, add_working_days(day + timedelta(days=1), -1))

    def matrix(sent: datetime, level: RiskLevel, shift: int = 0) -> Sent:
        return Sent(
            sent - timedelta(hours=rng.randint(1, 30), minutes=rng.randrange(60)), sent, level, 16, shift
        )

    if kind == "just_in":
        return (matrix(as_of - timedelta(minutes=rng.randint(8, 55)), SIGNIFICANT),)
    if kind in {"moderate_in", "provisional"}:
        return (matrix(as_of - timedelta(minutes=rng.randint(70, 400)), MODERATE),)
    if kind in {"late", "due_soon"}:
        level = rng.choice((MODERATE, SIGNIFICANT))
        stage = Stage.BREACHED if kind == "late" else Stage.WARNED
        return (matrix(moments.received_so_that(rng, stage, level, as_of), level),)
    if kind == "paused":
        return (matrix(moments.received_so_that(rng, Stage.WARNED, MODERATE, as_of), MODERATE),)
    if kind == "draft":
        return (Sent(ago(0.01, 0.03), None, MODERATE, groups=rng.randint(3, 9)),)
    shift = rng.choice((0, 0, 0, 0, 0, 1, -1))
    if kind in {"low", "none"}:
        return (matrix(ago(0.05, 0.8), LOW if kind == "low" else NONE, max(shift, 0)),)
    if kind == "raised":
        return matrix(ago(0.6, 0.9), LOW), replace(matrix(ago(0.1, 0.4), SIGNIFICANT), anew=True)
    if kind == "review_late":
        # More than a month old: the review is over its time.
        return (matrix(as_of - timedelta(days=rng.randint(35, 40)), MODERATE),)
    if kind == "update_draft":
        first = matrix(as_of - timedelta(days=rng.randint(24, 29)), SIGNIFICANT)
        return first, Sent(ago(0.01, 0.025), None, SIGNIFICANT, groups=rng.randint(4, 8))
    first = matrix(ago(0.55, 0.95) if kind in {"board", "stepped_down"} else ago(0.1, 0.6), SIGNIFICANT, 0)
    if kind == "agreed":
        first = replace(first, level=rng.choice((MODERATE, MODERATE, SIGNIFICANT)), shift=min(shift, 0))
    return (first, *_reviews(rng, kind, first, as_of))


def _reviews(rng: Random, kind: str, first: Sent, as_of: datetime) -> list[Sent]:
    """A new matrix about every month, the level going down where the course steps down."""
    reviews: list[Sent] = []
    level = first.level
    sent = first.sent
    while sent is not None:
        day = next_working_day(local_date(sent) + timedelta(days=rng.randint(25, 31)))
        sent = moments.working_moment(rng, day)
        if sent > as_of - timedelta(days=1):
            return reviews
        if kind == "stepped_down":
            level = RiskLevel(max(LOW, level - 1))
        elif kind == "board" and reviews:
            level = rng.choice((SIGNIFICANT, MODERATE))
        reviews.append(Sent(sent - timedelta(hours=rng.randint(2, 50)), sent, level))
        if level == LOW:
            return reviews
    return reviews
