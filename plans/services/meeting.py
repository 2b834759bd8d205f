"""Refer a child, ask for a strategy meeting, record a statutory meeting; each with its clock (T1, M5, G3)."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.time import now
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import cluster_ids
from plans.choices import MeetingKind, RequestAnswer
from plans.models import Request, StatutoryMeeting
from plans.services.strategy_meeting import strategy_meeting_answer


@command
def meeting_record(
    user: User,
    *,
    child: Child,
    kind: str,
    held_at: datetime,
    outcome: str,
    answers: Request | None = None,
    at: datetime | None = None,
) -> StatutoryMeeting:
    """Record a statutory meeting that was held (G3); a strategy meeting may answer an open request."""
    instant = at or now()
    if kind not in MeetingKind.values:
        raise Invalid("Choose the kind of meeting.", field="kind")
    primary = lock_cluster(child.pk)
    if answers is not None and answers.child_id not in cluster_ids([primary.pk]):
        raise Invalid("That request is about another record.")
    if held_at > instant:
        raise Invalid("This meeting is in the future. Record it when it has been held.", field="held_at")
    if not outcome.strip():
        raise Invalid("Write what the meeting decided.", field="outcome")
    row = StatutoryMeeting.objects.create(
        child=primary,
        kind=kind,
        held_at=held_at,
        outcome=outcome,
        answers=answers,
        recorded_at=instant,
        recorded_by=user,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="strategy", at=instant)
    if answers is not None:
        strategy_meeting_answer(user, request=answers, answer=RequestAnswer.HELD, at=instant)
    return row
