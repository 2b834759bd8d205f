"""The board of a locality: one row a child, what is due first at the top (G1, M6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from ceg.models import BoardEntry
from ceg.selectors.board_facts import Facts, facts_of, newest_entered_late, newest_matrices, newest_reviews
from cems.accounts.models import Locality, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Work
from cems.base.keyset import at_most
from cems.base.time import local_date
from cems.children.access.child_access import accesses
from cems.children.access.selectors.restriction import bars_of
from cems.children.access.visibility import primary_of
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.querysets import primary_by_row
from cems.clocks.presentation import present
from matrix.models import Submission

MOST = 1000  # entries of one board read at once: far beyond what a monthly meeting discusses
PAGE = 50
SOON = timedelta(days=7)
SHOWN = {"": "Everybody", "late": "Late", "soon": "Due within 7 days", "new": "With a new matrix"}


@dataclass(frozen=True)
class Line:
    """A child on the board, as far as the order of the list needs it."""

    entry: BoardEntry
    child: Child
    looked_at: datetime  # when the board looked last; before its first review, when the child came
    new_matrix: bool
    entered_late: Submission | None = None  # since the board looked, of before the last agreed level

    @property
    def key(self) -> tuple[datetime, int]:
        return self.entry.clock.due_at, self.entry.pk

    def is_shown(self, which: str, at: datetime) -> bool:
        """Whether the row belongs to this part of the list (a key of SHOWN)."""
        due = self.entry.clock.due_at
        return {
            "late": due < at,
            "soon": due < at + SOON,
            "new": self.new_matrix or bool(self.entered_late),
        }.get(which, True)


@dataclass(frozen=True)
class Row:
    """One child on the board."""

    line: Line
    age: str
    clock: dict[str, Any]
    facts: Facts
    lives_elsewhere: str

    @property
    def entry(self) -> BoardEntry:
        return self.line.entry

    @property
    def child(self) -> Child:
        return self.line.child

    @property
    def raised(self) -> bool:
        """Whether the newest matrix says more than what is agreed."""
        newest, agreed = self.facts.matrix, self.child.current_level
        return bool(
            self.line.new_matrix and newest and newest.level > (agreed.level if agreed else RiskLevel.NONE)
        )


@dataclass(frozen=True)
class Board:
    """What the page shows: a page of the list, its counts, and how many children are shut to the reader."""

    locality: Locality
    rows: Sequence[Row]
    counts: Mapping[str, int]
    restricted: int
    next_after: UUID | None
    cut: bool


def boards_of(user: User) -> list[Locality]:
    """The boards the user reads: of the localities they sit for, else those of the authorities they serve."""
    profile = profile_of(user)
    posts = [post for post in profile.posts if Work.BOARD in post.role.writes]
    seats = {post.locality_id for post in posts if post.role.of_locality}
    everywhere = any(not post.role.of_locality for post in posts)
    rows = Locality.objects.select_related("authority").order_by("authority__name", "name", "pk")
    of_authorities = rows.filter(authority__in=profile.authority_ids) if everywhere else rows.none()
    return list(of_authorities | rows.filter(pk__in=[seat for seat in seats if seat]))


def board(
    user: User, locality: Locality, at: datetime, *, shown: str = "", after: UUID | None = None
) -> Board:
    """A page of this board as the user may see it; the same number of reads for any board."""
    lines, restricted, cut = lines_of(user, [locality.pk], at)
    part = [line for line in lines if line.is_shown(shown, at)]
    last = next((line.key for line in lines if line.child.public_id == after), None)
    left = [line for line in part if last is None or line.key > last]
    page = left[:PAGE]
    more = page[-1].child.public_id if len(left) > PAGE else None
    counts = {which: sum(line.is_shown(which, at) for line in lines) for which in SHOWN}
    return Board(locality, _rows(page, at), counts, restricted, more, cut)


def lines_of(user: User, localities: Iterable[int], at: datetime) -> tuple[list[Line], int, bool]:
    """Who is on these boards and open to the user, due first at the top; how many are restricted to others; and
    whether the boards have more than is read at once."""
    running = BoardEntry.objects.filter(locality__in=list(localities), left_at__isnull=True)
    entries, cut = at_most(
        running.annotate(primary=primary_of())
        .select_related("clock__owner_user", "clock__owner_team", "locality", "outcome__decision")
        .order_by("clock__due_at", "pk"),
        MOST,
    )
    primaries = {entry.primary for entry in entries}
    # Whom the user may see is a statement of its own: in one with the board it would read every child there is.
    seen = list(
        Child.objects.visible_to(user, at)
        .filter(pk__in=primaries, died_on__isnull=True)
        .select_related("current_level", "area", "locality")
    )
    cluster = primary_by_row(child.pk for child in seen)
    reach = accesses(user, seen, at, primaries=cluster)
    children = {child.pk: child for child in seen if reach[child.pk].sees(Part.DECISIONS)}
    matrices = newest_matrices(cluster)
    reviews, entered = newest_reviews(cluster), newest_entered_late(cluster)
    lines: dict[int, Line] = {}
    for entry in entries:
        child = children.get(entry.primary)
        if child is None or child.pk in lines:  # of two joined records on one board the first counts
            continue
        review, matrix = reviews.get(child.pk), matrices.get(child.pk)
        looked_at = max(entry.entered_at, review.happened_at) if review else entry.entered_at
        late = entered.get(child.pk)
        lines[child.pk] = Line(
            entry,
            child,
            looked_at,
            matrix is not None and matrix.received_at > looked_at,
            late if late and late.recorded_at > looked_at else None,
        )
    return list(lines.values()), _restricted(user, primaries - children.keys()), cut


def _restricted(user: User, primaries: set[int]) -> int:
    """How many of these are restricted, save those that bar the user or are sealed: no hint of them is given."""
    if not primaries:
        return 0
    rows = Child.objects.unscoped(
        "how many restricted items a board has, so that its people ask their owners"
    )
    shut = rows.primaries().restricted().not_sealed().filter(pk__in=primaries, died_on__isnull=True)
    return shut.exclude(Exists(bars_of(user).filter(primary=OuterRef("pk")))).count()


def _rows(lines: Sequence[Line], at: datetime) -> list[Row]:
    facts = facts_of([line.child.pk for line in lines], at)
    return [
        Row(
            line=line,
            age=line.child.age_words(local_date(at)),
            clock=present(line.entry.clock, at),
            facts=facts[line.child.pk],
            lives_elsewhere=lives_elsewhere(line.entry, line.child),
        )
        for line in lines
    ]


def lives_elsewhere(entry: BoardEntry, child: Child) -> str:
    """Where the child lives now, if that is not this board's locality; "" where it is."""
    if child.locality_id == entry.locality_id:
        return ""
    return str(child.locality) if child.locality else f"{child.area}, with no locality recorded"
