"""How the child describes their own orientation (C1): kept with their agreement, shown to the few who work closest."""

from datetime import datetime

from django.db.models import Q, QuerySet

from cems.accounts.models import User
from cems.accounts.roles import Reach
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.access.child_access import ChildAccess, access_to
from cems.children.choices import CaseRole
from cems.children.history.models.involvement import InvolvementState
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Involvement, SelfDescription

PART = "orientation"
# Who a child is likely to tell it to. No team, no forum, no emergency access, no wider role.
CLOSEST = (
    CaseRole.LEAD_PRACTITIONER,
    CaseRole.SOCIAL_WORKER,
    CaseRole.NAMED_PRACTITIONER,
    CaseRole.CE_WORKER,
)
ONLY_CLOSEST = "Only those who work closest with the child keep this."


def may_know(user: User, child: Child, access: ChildAccess, at: datetime) -> bool:
    """Whether this person, who has opened the record, works with the child themselves in one of those roles."""
    if all(reach is not Reach.INVOLVED for _, reach in access.reached):
        return False
    own = Involvement.objects.of(child).filter(user=user, case_role__in=CLOSEST, started_at__lte=at)
    running = own.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at), state=InvolvementState.CONFIRMED)
    return bool(running.exists())


@command
def orientation_keep(
    user: User,
    *,
    child: Child,
    words: str,
    asked_by: str,
    agreed: bool,
    happened_at: datetime,
    at: datetime | None = None,
) -> SelfDescription:
    """Keep the child's own words; earlier ones end (C1).

    Raises NotAllowed for anybody else than those who work closest; Invalid without words, without who
    asked, where the child did not agree, or for a time to come.
    """
    instant = at or now()
    primary = _allowed(user, child, instant)
    if says_nothing(words):
        raise Invalid("Write it in the child's own words.", field="words")
    if says_nothing(asked_by):
        raise Invalid("Write who asked.", field="asked_by")
    if not agreed:
        raise Invalid("Keep it only if the child agrees.", field="agreed")
    if happened_at > instant:
        raise Invalid("This time is in the future. Check the date and the time.", field="happened_on")
    _end(user, primary, instant, taken_back=False)
    row = SelfDescription.objects.create(
        child=primary,
        words=words.strip(),
        asked_by=asked_by.strip(),
        agreed=True,
        happened_at=happened_at,
        recorded_at=instant,
        recorded_by=user,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part=PART, at=instant)
    return row


@command
def orientation_take_back(user: User, *, child: Child, at: datetime | None = None) -> None:
    """The child wants it kept no more: it is shown nowhere from now on (C1). Without any it changes nothing.

    Raises NotAllowed as `orientation_keep`.
    """
    instant = at or now()
    _end(user, _allowed(user, child, instant), instant, taken_back=True)


def orientation_of(child: Child) -> SelfDescription | None:
    """What is kept now, for somebody who `may_know`. Of two records joined, the newest."""
    newest: SelfDescription | None = _kept(child).order_by("-happened_at", "-pk").first()
    return newest


def _allowed(user: User, child: Child, at: datetime) -> Child:
    primary = lock_cluster(child.pk)
    if not may_know(user, primary, access_to(user, primary, at), at):
        raise NotAllowed(ONLY_CLOSEST)
    return primary


def _end(user: User, primary: Child, at: datetime, *, taken_back: bool) -> None:
    for row in _kept(primary).select_for_update(no_key=True):
        row.ended_at, row.ended_by = max(at, row.recorded_at), user
        row.taken_back = taken_back
        row.save(update_fields=["ended_at", "ended_by", "taken_back"])
        verb = Verb.WITHDRAWN if taken_back else Verb.CHANGED
        record(user, verb=verb, subject=row, child=primary.public_id, part=PART, at=at)


def _kept(child: Child) -> QuerySet[SelfDescription]:
    rows: QuerySet[SelfDescription] = SelfDescription.objects.of(child).filter(ended_at__isnull=True)
    return rows
