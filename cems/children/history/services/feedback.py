"""What the child and the family say about the help they get, and what came of it (C6)."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Feedback


@command
def feedback_record(
    user: User,
    *,
    child: Child,
    whose: str,
    about: str,
    words: str,
    happened_at: datetime,
    changed: str = "",
    at: datetime | None = None,
) -> Feedback:
    """Keep their words as they said them (C6). Raises Invalid without words, or for a time to come."""
    instant, primary = at or now(), lock_cluster(child.pk)
    if says_nothing(words):
        raise Invalid("Write what they said, in their words.", field="words")
    if happened_at > instant:
        raise Invalid("This time is in the future. Check the date.", field="happened_on")
    row = Feedback.objects.create(
        child=primary,
        whose=whose,
        about=about,
        words=words.strip(),
        changed=changed.strip(),
        happened_at=happened_at,
        recorded_at=instant,
        recorded_by=user,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="notes", at=instant)
    return row
