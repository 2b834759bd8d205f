"""Refer a child, ask for a strategy meeting, record a statutory meeting; each with its clock (T1, M5, G3)."""

from datetime import datetime
from uuid import uuid4

from django.urls import reverse

from cems.accounts.models import Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.references import next_reference
from cems.base.time import now
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.clocks.services import clock as clocks
from plans.choices import RequestAnswer, RequestKind
from plans.clocks import STRATEGY_MEETING
from plans.events import RequestAnswered
from plans.models import Request
from plans.policy import STRATEGY_ANSWER_DAYS
from plans.services.referral import _tell_maker, first_contact


@command
def strategy_meeting_request(
    user: User, *, child: Child, owner: Team | None = None, source: str = "", at: datetime | None = None
) -> Request:
    """Ask children's services for a strategy meeting (M5: compulsory at Significant); an open request stands."""
    instant = at or now()
    primary = lock_cluster(child.pk)
    asked = Request.objects.of(primary).filter(kind=RequestKind.STRATEGY_MEETING, answer="")
    open_request: Request | None = asked.order_by("pk").first()
    if open_request:
        return open_request
    reference, public_id = next_reference("REQ", instant), uuid4()
    length = STRATEGY_ANSWER_DAYS.read(instant, child.area_id)
    clock = clocks.clock_start(
        user,
        kind=STRATEGY_MEETING.key,
        owner=owner or first_contact(child),
        deadline=close_of_business(instant, length.value),
        length=length,
        reference=reference,
        title="Strategy meeting: held, or threshold not met and why",
        url=reverse("plans:request", args=[primary.public_id, public_id]),
        child=primary.public_id,
        at=instant,
    )
    row = Request.objects.create(
        public_id=public_id,
        reference=reference,
        child=primary,
        source=source,
        made_by=user,
        requested_at=instant,
        clock=clock,
    )
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="strategy", at=instant)
    return row


@command
def strategy_meeting_answer(
    user: User, *, request: Request, answer: RequestAnswer, why: str = "", at: datetime | None = None
) -> Request:
    """Record the meeting as held, or the threshold as not met and why (M5). Raises Invalid without the why."""
    instant = at or now()
    locked_request = Request.objects.select_for_update(no_key=True).get(pk=request.pk)
    if locked_request.answer:
        raise Conflict("This request has already been answered.")
    if answer not in RequestAnswer.values:
        raise Invalid("Say whether the meeting was held.", field="answer")
    if answer == RequestAnswer.NOT_MET and not why.strip():
        raise Invalid("Say why the threshold is not met.", field="why")
    (
        locked_request.answer,
        locked_request.answer_why,
        locked_request.answered_at,
        locked_request.answered_by,
    ) = answer, why, instant, user
    locked_request.save(update_fields=["answer", "answer_why", "answered_at", "answered_by"])
    clocks.clock_meet(user, clock=locked_request.clock, at=instant)
    record(
        user,
        verb=Verb.DECIDED,
        subject=locked_request,
        child=locked_request.child.public_id,
        part="strategy",
        at=instant,
    )
    _tell_maker(user, locked_request, "the request for a strategy meeting is answered", instant)
    publish(
        RequestAnswered(
            request_id=locked_request.pk,
            child_id=locked_request.child_id,
            user_id=user.pk,
            requested_at=locked_request.requested_at,
            at=instant,
        )
    )
    return locked_request
