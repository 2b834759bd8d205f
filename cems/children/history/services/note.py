"""Case notes (C5) and agreed levels (C4): written once, never edited."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import CaseNote, Child
from cems.children.querysets import cluster_ids


@command
def note_write(
    user: User,
    *,
    child: Child,
    happened_at: datetime,
    text: str,
    who: str = "",
    done: str = "",
    supersedes: CaseNote | None = None,
    at: datetime | None = None,
) -> CaseNote:
    """Write a case note, or correct one by superseding it."""
    instant, primary = at or now(), lock_cluster(child.pk)
    if happened_at > instant:
        raise Invalid("A note tells what has happened. This time is in the future.", field="happened_at")
    if says_nothing(text):
        raise Invalid("Write what happened.", field="text")
    if supersedes is not None:
        locked_case_note = CaseNote.objects.select_for_update(no_key=True).get(pk=supersedes.pk)
        if locked_case_note.child_id not in cluster_ids([primary.pk]):
            raise Invalid("That note belongs to another record.")
        if CaseNote.objects.filter(supersedes=locked_case_note).exists():
            raise Conflict("This note has already been corrected. Correct the newer one.")
    row = CaseNote.objects.create(
        child=primary,
        happened_at=happened_at,
        recorded_at=instant,
        author=user,
        who=who,
        text=text,
        done=done,
        supersedes=supersedes,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="notes", at=instant)
    return row
