"""A draft whose questions have changed since it was begun, taken to the newer ones (M1, record-f2)."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict
from cems.base.time import local_date, now
from matrix.evidence import settled
from matrix.instrument import codes_carried, successor
from matrix.models import Answer, Matrix
from matrix.policy import OLD_QUESTIONS_DAYS
from matrix.services.drafts import open_draft


@command
def matrix_move(user: User, *, matrix: Matrix, to: int, at: datetime | None = None) -> Matrix:
    """Take a draft to version `to` of the questions, the one whose preview was confirmed; asked twice, it is once.

    Answers go to the same code or to the question that replaces it, with who gave them and when. The others stay
    with the draft under their old codes, and count for nothing until they are given anew. Raises Conflict when
    `to` is not the version to move to, or the matrix is a draft no longer.
    """
    instant, draft = at or now(), open_draft(matrix)
    was = draft.instrument_version
    if was == to:
        return draft
    newer = successor(was, local_date(instant), days=OLD_QUESTIONS_DAYS.at(instant))
    if newer is None or newer.instrument.version != to:
        raise Conflict("The questions changed again meanwhile. Look at what would change, and confirm that.")
    rows = list(Answer.objects.filter(matrix=draft))
    for code, row in settled(codes_carried(was, to), rows).items():
        if row.code != code:
            row.code, row.version = code, row.version + 1
            row.save(update_fields=["code", "version"])
    draft.instrument_version, draft.changed_at = to, instant
    draft.save(update_fields=["instrument_version", "changed_at"])
    record(
        user,
        verb=Verb.CHANGED,
        subject=draft,
        child=draft.child.public_id,
        part="matrix",
        detail={"instrument": [was, to]},
        at=instant,
    )
    return draft
