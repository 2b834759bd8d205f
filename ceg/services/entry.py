"""A child comes on a board, moves to another with the family, leaves (G1, T4)."""

from datetime import datetime

from django.urls import reverse

from ceg.choices import Left
from ceg.clocks import REVIEW
from ceg.models import BoardEntry
from ceg.policy import REVIEW_MONTHS
from ceg.selectors.chair import boards_served, may_review, owner_of
from ceg.services.entry_notice import tell_arrived, tell_left, tell_lives_elsewhere, tell_moved
from ceg.services.worker_action import worker_actions_withdraw
from cems.accounts.models import Locality, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import Deadline, month_after
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.access.services.matter import matter_end, matter_move, matter_open, matters_open
from cems.children.choices import MatterKind
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Matter
from cems.children.querysets import rows_of_clusters
from cems.clocks.models import Clock
from cems.clocks.services import clock as clocks
from cems.policy.declared import Reading
from triage.cevt.outcomes import OUTCOMES
from triage.models import Outcome

NOT_OF_THIS_BOARD = "The board's own chair records what it agrees."


@command
def entry_open(user: User, *, matter: Matter, at: datetime) -> BoardEntry | None:
    """The child is on the board of this matter's locality from now on; None where it has no locality, so no board.

    Why stands in the outcome CEVT decided in that instant; failing that, in what the entry before had.
    """
    if matter.locality is None:
        return None
    primary = lock_cluster(matter.child_id)
    length = REVIEW_MONTHS.read(at, matter.locality.authority_id)
    row = BoardEntry(child=primary, locality=matter.locality, matter=matter, outcome=_outcome(primary, at))
    _enter(user, row, month_after(at, length.value, word="on the board"), length, at)
    worker_actions_withdraw(user, child=primary, at=at)
    tell_arrived(user, row, at)
    return row


def _outcome(primary: Child, at: datetime) -> Outcome | None:
    if outcome := _sent_since(primary, at):
        return outcome
    last = next((row for row in _last_first(primary) if _is_own(row, primary)), None)
    return last.outcome if last else None


def _sent_since(primary: Child, since: datetime) -> Outcome | None:
    """The newest outcome, decided then or later, by which CEVT sent the child to a board."""
    putting = [kind.key for kind in OUTCOMES.values() if kind.puts_on_board]
    rows = Outcome.objects.of(primary).filter(kind__in=putting, decision__decided_at__gte=since)
    outcome: Outcome | None = rows.order_by("-decision__decided_at", "-pk").first()
    return outcome


def _last_first(primary: Child) -> list[BoardEntry]:
    """The entries of the cluster, that which ended last at the top."""
    rows = BoardEntry.objects.of(primary).select_related("locality", "outcome")
    return list(rows.order_by("-left_at", "-pk"))


def _is_own(entry: BoardEntry, primary: Child) -> bool:
    """Whether the child was on the board for themselves; not for another, whose record was joined then."""
    return entry.outcome is None or entry.outcome.child_id in set(rows_of_clusters([primary.pk]))


def _enter(
    user: User, row: BoardEntry, deadline: Deadline, length: Reading[int] | None, at: datetime
) -> None:
    row.clock = review_promise(user, row, deadline, length=length, at=at)
    row.entered_at, row.entered_by, row.recorded_at = at, user, now()
    row.save(force_insert=True)
    record(user, verb=Verb.CREATED, subject=row, child=row.child.public_id, part="decisions", at=at)


def review_promise(
    user: User, row: BoardEntry, deadline: Deadline, *, length: Reading[int] | None = None, at: datetime
) -> Clock:
    """The clock of the board's next review of this child, with its chair; not kept on the entry yet."""
    return clocks.clock_start(
        user,
        kind=REVIEW.key,
        owner=owner_of(row.child, row.locality, at),
        deadline=deadline,
        length=length,
        reference=row.child.reference,
        url=reverse("ceg:child", args=[row.child.public_id]),
        child=row.child.public_id,
        at=at,
    )


def open_entries(primary: Child) -> list[BoardEntry]:
    """The entries of the cluster that run, locked; of two joined records perhaps two."""
    rows = (
        BoardEntry.objects.of(primary)
        .filter(left_at__isnull=True)
        .select_for_update(no_key=True, of=("self",))
    )
    entries = list(rows.select_related("clock", "locality", "outcome").order_by("entered_at", "pk"))
    for row in entries:
        row.child = primary  # what is told and asked of it is of the whole cluster
    return entries


@command
def entry_leave(
    user: User, *, entry: BoardEntry, how: Left, at: datetime, clock_reason: str, why: str = ""
) -> None:
    """The child is on this board no more; nobody waits for its next review."""
    entry.left_at, entry.left_how, entry.left_why, entry.left_by = at, how, why, user
    entry.save(update_fields=["left_at", "left_how", "left_why", "left_by"])
    if entry.clock.is_open:
        clocks.clock_cancel(user, clock=entry.clock, reason=clock_reason, at=at)
    record(user, verb=Verb.CLOSED, subject=entry, child=entry.child.public_id, part="decisions", at=at)


@command
def entry_end(user: User, *, child: Child, matter_id: int, at: datetime) -> None:
    """CEVT closed the matter: the child leaves the board, whose chair is told. Harmless where they left already."""
    for row in open_entries(lock_cluster(child.pk)):
        if row.matter_id == matter_id:
            entry_leave(user, entry=row, how=Left.CEVT, clock_reason="CEVT stepped the child down", at=at)
            tell_left(user, row, at)


@command
def entry_move(user: User, *, before_id: int, matter: Matter, at: datetime) -> None:
    """Another board has the child from now on, with the same day of the next review; for the same reason, unless
    CEVT gave another as it sent the child there."""
    primary = lock_cluster(matter.child_id)
    before = next((row for row in open_entries(primary) if row.matter_id == before_id), None)
    if before is None or matter.locality is None:
        entry_open(user, matter=matter, at=at)
        return
    entry_leave(user, entry=before, how=Left.MOVED, clock_reason="Followed by another board", at=at)
    row = BoardEntry(
        child=primary,
        locality=matter.locality,
        matter=matter,
        outcome=_sent_since(primary, at) or before.outcome,
        before=before,
    )
    promised = before.clock
    _enter(user, row, Deadline(promised.started_at, promised.due_at, promised.explanation), None, at)
    tell_moved(user, before, row, at)


@command
def entry_hand_over(
    user: User, *, entry: BoardEntry, locality: Locality, why: str, at: datetime | None = None
) -> None:
    """The board hands the child to another by name, with the reason.

    Raises NotAllowed for another board's chair, Invalid without a reason or for a board of an authority that the user
    does not serve, Conflict where the child left meanwhile or has died.
    """
    instant = at or now()
    primary = lock_cluster(entry.child_id)
    if not may_review(user, entry.locality_id):
        raise NotAllowed(NOT_OF_THIS_BOARD)
    if says_nothing(why):
        raise Invalid("Say why the other board takes the child.", field="why")
    if not boards_served(user).filter(pk=locality.pk).exists():
        raise Invalid("Choose a board of an authority you work for.", field="locality")
    if primary.died_on is not None:
        raise Conflict("The child has died. No other board takes them.")
    row = still_on_board(primary, entry)
    matter_move(user, matter=row.matter, locality=locality, at=instant)
    BoardEntry.objects.filter(pk=row.pk).update(left_why=why.strip())


def still_on_board(primary: Child, entry: BoardEntry) -> BoardEntry:
    """The entry, locked. Raises Conflict, saying how the child left, where it has ended meanwhile."""
    rows = BoardEntry.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "clock", "locality", "matter"
    )
    row: BoardEntry = rows.get(pk=entry.pk)
    row.child = primary
    if row.left_at is not None:
        raise Conflict(
            f"The child is no longer on the board of {row.locality}: {row.get_left_how_display().lower()}."
        )
    return row


@command
def entries_follow(user: User, *, child_id: int, locality_before: int | None, at: datetime) -> None:
    """The record lives elsewhere now, or was joined with another or taken out: its board goes with it, one for all.

    Where it has no locality now, or lives where there are no boards, the old board keeps the child: its page says
    so, until the chair steps the child out or hands them to another board.
    """
    primary = lock_cluster(child_id)
    if primary.died_on is not None:
        return
    _part(user, primary, at)
    home, moved = primary.locality, primary.locality_id != locality_before
    matters = matters_open(primary, MatterKind.CEG)
    if not matters:
        _take_back(user, primary, at)
        return
    first, *others = sorted(matters, key=lambda row: (row.locality != home, row.child_id != primary.pk))
    entries = {row.matter_id: row for row in open_entries(primary)}
    for row in others:
        if row.pk in entries:
            entry_leave(
                user, entry=entries[row.pk], how=Left.JOINED, clock_reason="One board has the child", at=at
            )
        matter_end(user, matter=row, at=at)
    of_joined = first.child_id != primary.pk  # its own record's locality counts no more
    if first.locality == home or not (moved or of_joined):
        return
    if home is not None:
        matter_move(user, matter=first, locality=home, at=at)
    elif first.pk in entries:
        tell_lives_elsewhere(user, entries[first.pk], at)


def _part(user: User, primary: Child, at: datetime) -> None:
    """A child who is on a board only for what was decided of another, whose record was taken out, leaves it."""
    for row in open_entries(primary):
        if _is_own(row, primary):
            continue
        if outcome := _sent_since(primary, row.entered_at):
            row.outcome = outcome
            row.save(update_fields=["outcome"])
            record(user, verb=Verb.CHANGED, subject=row, child=primary.public_id, part="decisions", at=at)
            continue
        entry_leave(user, entry=row, how=Left.APART, clock_reason="The records were taken apart", at=at)
        matter_end(user, matter=row.matter, at=at)


def _take_back(user: User, primary: Child, at: datetime) -> None:
    """A record that another board took over with the record it was joined to is on a board again once taken out."""
    entries = _last_first(primary)
    own = next((row for row in entries if _is_own(row, primary)), None)
    if own and {entries[0].left_how, own.left_how} <= {Left.MOVED, Left.JOINED, Left.APART}:
        board = primary.locality or own.locality
        matter_open(user, child=primary, kind=MatterKind.CEG, locality=board, at=at)
