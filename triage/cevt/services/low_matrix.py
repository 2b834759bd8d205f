"""A matrix at Low or None comes on CEVT's one list, and leaves it when CEVT has looked at it (M5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict
from cems.base.time import local_date, now
from cems.children.access.selectors.restriction import closed_to
from cems.children.access.services.matter import matter_close, matter_open
from cems.children.choices import MatterKind
from cems.children.events import LevelAgreed
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import primaries_with
from cems.notices.services import notice_send, notices_settle
from matrix.models import Submission
from triage.cevt.selectors.chairs import chairs
from triage.cevt.selectors.low_matrix import still_overseen
from triage.cevt.services.area import whose_cevt
from triage.choices import LowEnd
from triage.models import Item, LowMatrix
from triage.policy import LOW_MATRIX_DAYS

ENDED = (
    "This matrix waits no longer: somebody has looked at it, a newer one has come, or a forum has the child."
)


def on_level_agreed(event: LevelAgreed) -> None:
    """A forum has looked at the child and agreed a level: nothing of before is left to look at."""
    user = User.objects.get(pk=event.user_id)
    low_matrices_end(user, child=lock_cluster(event.child_id), how=LowEnd.LEVEL, at=event.at)


@command
def low_matrix_open(user: User, *, submission: Submission) -> LowMatrix | None:
    """Put a matrix at Low or None on the list, in the place of an earlier one; None where CEVT has an item open.

    It counts from when it was entered: nobody could see it before. Of the record the list opens who the child is and
    the levels, no more, for as long as it waits.
    """
    at, primary = submission.recorded_at, lock_cluster(submission.child_id)
    if Item.objects.of(primary).filter(closed_at__isnull=True).exists():
        return None
    low_matrices_end(user, child=primary, how=LowEnd.NEWER, at=at)
    row = LowMatrix.objects.create(
        child=primary,
        authority_id=whose_cevt(primary),
        submission=submission,
        received_at=submission.received_at,
        late_from=at + timedelta(days=LOW_MATRIX_DAYS.at(at)),
    )
    matter_open(user, child=primary, kind=MatterKind.LOW, at=at)
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="decisions", at=at)
    return row


@command
def low_matrices_look(
    user: User, *, low_matrices: Sequence[UUID], note: str = "", at: datetime | None = None
) -> int:
    """CEVT has looked at these, each with the note where there is one; returns how many children they were of.

    What waits no longer, and what is out of the user's reach, is left as it is, so that nothing newer is signed off
    unread. Raises Conflict where none of them waits.
    """
    instant = at or now()
    children: set[int] = set()
    for row in still_overseen(user, low_matrices, instant):
        primary = lock_cluster(row.child_id)
        waiting = _waiting(primary)
        if row.pk not in {other.pk for other in waiting}:
            continue
        for other in waiting:
            _end(user, primary, other, LowEnd.LOOKED_AT, instant, note=note.strip())
        matter_close(user, child=primary, kind=MatterKind.LOW, at=instant)
        children.add(primary.pk)
    if not children:
        raise Conflict(ENDED)
    return len(children)


@command
def low_matrices_end(
    user: User, *, child: Child, how: LowEnd, at: datetime, item: Item | None = None
) -> None:
    """Something else answers what waited about this child; harmless where nothing waits."""
    waiting = _waiting(child)
    for row in waiting:
        _end(user, child, row, how, at, item=item)
    if waiting:
        matter_close(user, child=child, kind=MatterKind.LOW, at=at)


@command
def low_matrices_return(user: User, *, item: Item, at: datetime) -> None:
    """An item was taken off CEVT's list as one that never belonged there: what it answered waits again."""
    primary = lock_cluster(item.child_id)
    if Item.objects.of(primary).filter(closed_at__isnull=True).exists():
        return
    for row in LowMatrix.objects.filter(item=item).select_for_update(no_key=True, of=("self",)):
        row.ended_at, row.ended_how, row.ended_by, row.item = None, "", None, None
        row.save(update_fields=["ended_at", "ended_how", "ended_by", "item"])
        matter_open(user, child=primary, kind=MatterKind.LOW, at=at)
        record(user, verb=Verb.CHANGED, subject=row, child=primary.public_id, part="decisions", at=at)


@command
def low_matrices_tell(user: None, *, at: datetime) -> int:
    """CEVT's chairs are told once of each matrix at Low or None that nobody has looked at in its time; returns of how
    many. One whose CEVT has no chair waits to be told of, as does that of a record that is shut to all of them."""
    late = _late_untold(at)
    for row, people in late:
        days = local_date(at) - local_date(row.received_at)
        notice_send(
            people,
            kind="triage.low_late",
            key=f"{_late_key(row)}late",
            text=f"{row.submission.reference}: nobody at CEVT has looked at this Low or None for {days.days} days.",
            url=reverse("cevt:low"),
            reference=row.submission.reference,
            child=row.child.public_id,
            at=at,
        )
        record(None, verb=Verb.CHANGED, subject=row, child=row.child.public_id, part="decisions", at=at)
    LowMatrix.objects.filter(pk__in=[row.pk for row, _ in late]).update(late_told_at=at)
    return len(late)


def _late_untold(at: datetime) -> Sequence[tuple[LowMatrix, set[int]]]:
    """What is late at any CEVT and its chairs were not told of, and who they are: nobody whom the record shuts out.

    What reaches no chair is left out.
    """
    rows = LowMatrix.objects.filter(ended_at__isnull=True, late_told_at__isnull=True, late_from__lte=at)
    rows = rows.select_related("submission", "child").order_by("pk")
    locked = rows.select_for_update(no_key=True, of=("self",), skip_locked=True)
    late = [row for row in locked if row.child.died_on is None]
    people = chairs({row.authority_id for row in late}, local_date(at)) if late else {}
    everybody = sorted(set().union(*people.values())) if people else []
    primaries = primaries_with(row.child_id for row in late) if everybody else {}
    shut = closed_to(list(primaries), everybody, at) if everybody else set()
    reached = [
        (row, {user for user in people[row.authority_id] if (primaries[row.child_id], user) not in shut})
        for row in late
    ]
    return [(row, users) for row, users in reached if users]


def _late_key(row: LowMatrix) -> str:
    return f"triage:low:{row.public_id}:"


def _waiting(primary: Child) -> list[LowMatrix]:
    rows = (
        LowMatrix.objects.of(primary)
        .filter(ended_at__isnull=True)
        .select_for_update(no_key=True, of=("self",))
    )
    return list(rows.order_by("received_at", "pk"))


def _end(
    user: User,
    primary: Child,
    row: LowMatrix,
    how: LowEnd,
    at: datetime,
    *,
    item: Item | None = None,
    note: str = "",
) -> None:
    row.ended_at, row.ended_how, row.ended_by, row.item, row.note = at, how, user, item, note
    row.save(update_fields=["ended_at", "ended_how", "ended_by", "item", "note"])
    notices_settle(user, about=[_late_key(row)], at=at)
    detail = {"how": how.value}
    record(
        user, verb=Verb.CHANGED, subject=row, child=primary.public_id, part="decisions", detail=detail, at=at
    )
