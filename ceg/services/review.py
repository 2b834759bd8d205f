"""A board looks at a child again: a level is agreed, the child stays until a day or is stepped out (G2, C4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ceg import rules
from ceg.choices import Left
from ceg.models import BoardEntry, BoardReview
from ceg.policy import REVIEW_MOST_MONTHS
from ceg.selectors.chair import may_review
from ceg.services.entry import (
    NOT_OF_THIS_BOARD,
    entry_leave,
    open_entries,
    review_promise,
    still_on_board,
)
from ceg.services.review_notice import tell_reviewed
from ceg.services.worker_action import worker_action_open
from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import on_day
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.services.matter import matter_close
from cems.children.choices import HarmContext, MatterKind, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.clocks.services import clock as clocks
from matrix.services.reviews import newest_matrix
from matrix.unread import matrix_seen
from triage.cevt.services.decision import level_seen


@dataclass(frozen=True)
class Agreement:
    """All that a board agrees of one child.

    `seen` is the matrix entered last when the board looked, `seen_level` the agreed level (their public ids; None where
    there is none): what came meanwhile, from a practitioner or from CEVT, is never overruled unread.
    """

    level: RiskLevel
    rationale: str
    stays: bool
    stays_why: str = ""
    next_on: date | None = None
    note: str = ""
    forms: Sequence[str] = ()
    contexts: Sequence[HarmContext] = ()
    seen: UUID | None = None
    seen_level: UUID | None = None


@command
def review_record(
    user: User, *, entry: BoardEntry, agreement: Agreement, at: datetime | None = None
) -> BoardReview:
    """The board has reviewed a child (G2): the level is agreed, and the next review set or the child stepped out.

    Raises NotAllowed for somebody who does not act for this board; Conflict when the child left meanwhile, has died,
    a newer matrix came or another forum agreed a level; Invalid naming the field to mend.
    """
    instant = at or now()
    primary = lock_cluster(entry.child_id)
    locked = still_on_board(primary, entry)
    may_be_agreed(user, primary, locked, agreement, instant)
    return _keep(user, primary, locked, agreement, instant, now() if at is None else instant)


def may_be_agreed(user: User, primary: Child, entry: BoardEntry, agreement: Agreement, at: datetime) -> None:
    """Raises what `review_record` would; nothing is written."""
    if not may_review(user, entry.locality_id):
        raise NotAllowed(NOT_OF_THIS_BOARD)
    if primary.died_on is not None:
        raise Conflict("The child has died. The board agrees nothing about them any more.")
    _nothing_came_meanwhile(primary, agreement)
    if says_nothing(agreement.rationale):
        raise Invalid("Say why this level.", field="rationale")
    problem = rules.problem(
        agreement.level,
        stays=agreement.stays,
        stays_why=agreement.stays_why.strip(),
        next_on=agreement.next_on,
        note=agreement.note.strip(),
        on=local_date(at),
        most_months=REVIEW_MOST_MONTHS.at(at, entry.locality.authority_id),
    )
    if problem:
        raise Invalid(problem.words, field=problem.field)


def _nothing_came_meanwhile(primary: Child, agreement: Agreement) -> None:
    """A matrix, or a level another forum agreed, is looked at before the board agrees another (truth-f1, truth-f2)."""
    matrix_seen(primary, agreement.seen, then="agree the level")
    level_seen(primary, agreement.seen_level)


def _keep(
    user: User,
    primary: Child,
    entry: BoardEntry,
    agreement: Agreement,
    at: datetime,
    recorded_at: datetime,
) -> BoardReview:
    reference = next_reference("CEG", at)
    newest = newest_matrix(primary)
    agreed = level_agree(
        user,
        child=primary,
        level=agreement.level,
        forum=Forum.CEG,
        rationale=agreement.rationale.strip(),
        forms=list(agreement.forms),
        contexts=list(agreement.contexts),
        reference=reference,
        at=at,
    )
    row = BoardReview(
        reference=reference,
        child=primary,
        entry=entry,
        agreed=agreed,
        submission=newest,
        stays_why=agreement.stays_why.strip()
        if agreement.stays and not rules.must_stay(agreement.level)
        else "",
        next_on=agreement.next_on if agreement.stays else None,
        note=agreement.note.strip(),
        reviewed_by=user,
        happened_at=at,
        recorded_at=recorded_at,
    )
    if entry.clock.is_open:
        clocks.clock_meet(user, clock=entry.clock, reason=reference, at=at)
    if row.next_on:
        entry.clock = review_promise(user, entry, on_day(at, row.next_on, word="reviewed"), at=at)
        entry.save(update_fields=["clock"])
    else:
        row.action = worker_action_open(
            user, child=primary, forum=Forum.CEG, about=str(row.public_id), reference=reference, at=at
        )
        _step_out(user, primary, agreement.level, reference, at)
    row.save(force_insert=True)
    detail = {"level": int(agreement.level), "stepped_out": row.stepped_out}
    record(
        user, verb=Verb.DECIDED, subject=row, child=primary.public_id, part="decisions", detail=detail, at=at
    )
    tell_reviewed(user, row, at)
    return row


def _step_out(user: User, primary: Child, level: RiskLevel, reference: str, at: datetime) -> None:
    """The child leaves the board; below Moderate the concern itself is closed, as where CEVT agrees so."""
    for entry in open_entries(primary):
        entry_leave(user, entry=entry, how=Left.STEPPED_OUT, clock_reason=f"Stepped out: {reference}", at=at)
    matter_close(user, child=primary, kind=MatterKind.CEG, at=at)
    if level < RiskLevel.MODERATE:
        matter_close(user, child=primary, kind=MatterKind.EXPLOITATION, at=at)
