"""A matrix in progress: begun, filled in by several people, sent or given up (M1, M6)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.services.matter import submitter_note
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import rows_of_clusters
from matrix.choices import MatrixState, Occasion, WhenKind
from matrix.evidence import settled
from matrix.instrument import codes_carried, current, load
from matrix.models import Answer, Matrix, Submission
from matrix.papers import paper_matrix_of
from matrix.practice_lists import OCCASIONS
from matrix.services.leaving import matrix_work_end

# "This week" is only true in the week it was said; a copy must not make old evidence new.
_COPIED_WHEN = {WhenKind.THIS_WEEK: WhenKind.ABOUT, WhenKind.THIS_MONTH: WhenKind.MONTH}
LONGEST_TEXT = 200_000  # characters; a hundred kilobytes in any script is taken whole


@command
def matrix_start(
    user: User,
    *,
    child: Child,
    occasion: str = Occasion.CONCERN,
    own: bool = False,
    at: datetime | None = None,
) -> Matrix:
    """The child's open draft, or a new one with the instrument of today (M1).

    One draft a child: two colleagues who start on one day meet in it. `own` is for somebody who sees
    only what they submit themselves: their own draft, beside the others'. An update copies the answers
    of the matrix before it, with their dates (M6). Raises Invalid for an unknown occasion.
    """
    instant = at or now()
    if not OCCASIONS.offers(occasion, local_date(instant)):
        raise Invalid("Choose why the matrix is made now.", field="occasion")
    primary = lock_cluster(child.pk)
    drafts = Matrix.objects.of(primary).filter(state=MatrixState.DRAFT, own=own)
    draft: Matrix | None = (drafts.filter(started_by=user) if own else drafts).first()
    if draft and paper_matrix_of(draft):
        raise Conflict(f"You are entering {draft.reference} for its author. Send or withdraw it first.")
    if draft:
        return draft
    row = matrix_begin(user, primary=primary, occasion=occasion, own=own, at=instant)
    before = submission_before(rows_of_clusters([primary.pk]), only=user if own else None)
    if before:
        _copy_forward(before, row)
    return row


@command
def matrix_begin(user: User, *, primary: Child, occasion: str, own: bool, at: datetime) -> Matrix:
    """A new draft with the instrument of today and no answer in it."""
    row = Matrix.objects.create(
        reference=next_reference("CEM", at),
        child=primary,
        instrument_version=current(local_date(at)).version,
        occasion=occasion,
        own=own,
        started_by=user,
        started_at=at,
        changed_at=at,
    )
    submitter_note(user, child=primary, at=at)
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="matrix", at=at)
    return row


def submission_before(
    whole: Iterable[int], *, only: User | None, than: Submission | None = None
) -> Submission | None:
    """The newest submission of a child, or the newest before `than`; of one person's making where `only` is given.

    `whole` are the row numbers of the child's record and of all merged into it.
    """
    rows = Submission.objects.filter(child__in=whole).select_related("matrix").order_by("-received_at", "-pk")
    if only is not None:
        rows = rows.filter(Q(submitted_by=only) | Q(matrix__started_by=only))
    if than is not None:
        rows = rows.filter(
            Q(received_at__lt=than.received_at) | Q(received_at=than.received_at, pk__lt=than.pk)
        )
    newest: Submission | None = rows.first()
    return newest


def _copy_forward(before: Submission, draft: Matrix) -> None:
    """Keep who answered and when: a copied answer counts as asked only once somebody saves it again."""
    codes = {indicator.code for indicator in load(draft.instrument_version).indicators}
    carried = codes_carried(before.matrix.instrument_version, draft.instrument_version)
    answers = settled(carried, before.matrix.answers.all())
    Answer.objects.bulk_create(
        Answer(
            matrix=draft,
            code=code,
            seen=answer.seen,
            when_kind=_COPIED_WHEN.get(WhenKind(answer.when_kind), answer.when_kind)
            if answer.when_kind
            else "",
            seen_on=answer.seen_on,
            what=answer.what,
            source=answer.source,
            agency_id=answer.agency_id,
            managed=answer.managed,
            answered_by_id=answer.answered_by_id,
            answered_at=answer.answered_at,
        )
        for code, answer in answers.items()
        if code in codes
    )


@command
def matrix_withdraw(user: User, *, matrix: Matrix, why: str, at: datetime | None = None) -> Matrix:
    """Give up a draft, saying why; it stays readable. Raises Invalid without the why, Conflict once sent."""
    instant = at or now()
    draft = open_draft(matrix)
    if says_nothing(why):
        raise Invalid("Say why the matrix is withdrawn.", field="why")
    draft.state, draft.withdrawn_why, draft.changed_at = MatrixState.WITHDRAWN, text(why, "why"), instant
    draft.save(update_fields=["state", "withdrawn_why", "changed_at"])
    matrix_work_end(user, matrix=draft, at=instant)
    record(user, verb=Verb.WITHDRAWN, subject=draft, child=draft.child.public_id, part="matrix", at=instant)
    return draft


def open_draft(matrix: Matrix) -> Matrix:
    """The matrix, locked. Raises Conflict when it is a draft no longer."""
    locked_matrix: Matrix = (
        Matrix.objects.select_for_update(no_key=True, of=("self",))
        .select_related("child", "on_paper")
        .get(pk=matrix.pk)
    )
    if locked_matrix.state != MatrixState.DRAFT:
        raise Conflict(
            f"This matrix was {locked_matrix.get_state_display().lower()}. Start an update to add to it."
        )
    return locked_matrix


@command
def touch(user: User, *, matrix: Matrix, what: list[str], at: datetime) -> None:
    """Note that these answers or fields of a draft changed."""
    Matrix.objects.filter(pk=matrix.pk).update(changed_at=at)
    record(
        user,
        verb=Verb.CHANGED,
        subject=matrix,
        child=matrix.child.public_id,
        part="matrix",
        detail={"fields": what},
        at=at,
    )


def saved_mark(version: int, user: User, at: datetime) -> list[Any]:
    """What `Matrix.field_versions` keeps of a save: which it was, whose, and when."""
    return [version, user.pk, at.isoformat()]


def text(value: str, field: str, longest: int = LONGEST_TEXT) -> str:
    """A text as it is kept. Raises Invalid when it is too long."""
    if len(value) > longest:
        raise Invalid(
            f"This is longer than {longest:,} characters. Shorten it; your text is still here.", field=field
        )
    # PostgreSQL keeps no NUL; it has no meaning in a text that a person typed.
    return value.replace("\x00", "").replace("\r\n", "\n")
