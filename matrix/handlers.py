"""What the matrix does when children's services have done or answered what a matrix asked for."""

from datetime import datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.actions.models import Action
from cems.actions.services import action_reopen, actions_meet
from cems.base.time import local_date
from cems.children.choices import OPEN_TO_CHILDRENS_SERVICES, RiskLevel, StatusKind
from cems.children.events import StatusOpened, StatusWithdrawn
from cems.children.models import Child
from cems.notices.messages import Message
from cems.notices.services import notices_send
from matrix.rules import STEP_UP
from matrix.services.due import sent_between
from matrix.services.follow_up import statuses_on
from plans.events import ReferralDecided, RequestAnswered


def status_opened(event: StatusOpened) -> None:
    """A child who becomes open to children's services has been stepped up from early help (M5)."""
    if event.kind not in OPEN_TO_CHILDRENS_SERVICES:
        return
    child = Child.objects.unscoped("the step-up that was asked for is done").get(pk=event.child_id)
    if event.kind in statuses_on(
        child, local_date(event.at)
    ):  # not one that is over, recorded for the history
        user = User.objects.get(pk=event.user_id)
        actions_meet(user, child=child, keys={STEP_UP}, outcome=_stepped_up(event.kind), at=event.at)


def status_withdrawn(event: StatusWithdrawn) -> None:
    """The step-up that a status met is to do again where that was recorded in error (K1, truth-f7)."""
    child = Child.objects.unscoped("the step-up that was met is not done").get(pk=event.child_id)
    if statuses_on(child, local_date(event.at)) & OPEN_TO_CHILDRENS_SERVICES:
        return
    user = User.objects.get(pk=event.user_id)
    rows = Action.objects.of(child).closed().filter(key=STEP_UP, outcome=_stepped_up(event.kind))
    if newest := rows.order_by("-pk").first():
        why = f"“{StatusKind(event.kind).label}” was recorded in error."
        action_reopen(user, action=newest, reason=why, at=event.at)


def _stepped_up(kind: str) -> str:
    """What the step-up's action says of the status that met it."""
    return f"Open to children's services: {StatusKind(kind).label.lower()}."


def referral_decided(event: ReferralDecided) -> None:
    """The user who sent a matrix with this referral is told of the outcome; the reasons stand on their page (T1)."""
    words = "First Contact has decided the referral"
    _tell_submitters(event, event.received_at, RiskLevel.MODERATE, words, f"referral:{event.referral_id}")


def request_answered(event: RequestAnswered) -> None:
    """The user who sent a matrix with this request is told that it is answered (M5)."""
    words = "The request for a strategy meeting is answered"
    _tell_submitters(event, event.requested_at, RiskLevel.SIGNIFICANT, words, f"request:{event.request_id}")


def _tell_submitters(
    event: ReferralDecided | RequestAnswered, since: datetime, least: RiskLevel, words: str, key: str
) -> None:
    """One notice a person and paper, which opens their newest matrix that came with it."""
    rows = sent_between(event.child_id, since, event.at).filter(level__gte=least)
    child = Child.objects.unscoped("tell those who sent a matrix what became of it").get(pk=event.child_id)
    newest = {row.submitted_by_id: row for row in rows.order_by("received_at", "pk")}
    notices_send(
        {
            Message(
                kind="matrix.answered",
                key=f"matrix:{key}:answered",
                text=f"{row.reference}: {words}. Read why on the page of your matrix.",
                url=reverse("matrix:submission", args=[row.public_id]),
                reference=row.reference,
                child=child.public_id,
            ): {person}
            for person, row in newest.items()
            if person != event.user_id
        },
        at=event.at,
    )
