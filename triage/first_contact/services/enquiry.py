"""First Contact asks agencies what they know, each by a clock; what they answer is kept as it came (T1)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.urls import reverse

from cems.accounts.models import Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business, say
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.selectors.restriction import is_restricted
from cems.children.matching.services.cluster import lock_cluster
from cems.clocks.recipients import holders
from cems.clocks.services import clock as clocks
from cems.notices.services import notice_send, notices_settle
from plans.choices import ReferralState
from plans.models import Referral
from triage.choices import Answered
from triage.clocks import GATHERING
from triage.models import AgencyEnquiry
from triage.policy import GATHERING_DAYS


def lock_referral(referral: Referral) -> Referral:
    """The referral as it is now, locked after its child as everywhere. Raises Conflict when it is decided."""
    lock_cluster(referral.child_id)
    rows = Referral.objects.select_for_update(no_key=True, of=("self",)).select_related("child", "decided_by")
    locked_referral: Referral = rows.get(pk=referral.pk)
    if locked_referral.state != ReferralState.OPEN:
        raise Conflict(f"{locked_referral.decided_by} has decided this referral already.")
    return locked_referral


@command
def agency_enquiry_open(
    user: User, *, referral: Referral, teams: Sequence[Team], what: str, at: datetime | None = None
) -> list[AgencyEnquiry]:
    """Ask these teams what their agencies know, by the working days of the setting; gives those newly asked (T1).

    An agency that was asked and has not answered is not asked twice. Raises Invalid where two teams are of
    one agency, nothing is asked, or the record is restricted; Conflict when the referral is decided.
    """
    instant = at or now()
    locked_referral = lock_referral(referral)
    agencies = [team.agency_id for team in teams]
    if not teams:
        raise Invalid("Choose at least one agency.", field="teams")
    if len(set(agencies)) < len(agencies):
        raise Invalid("Choose one team of each agency.", field="teams")
    if says_nothing(what):
        raise Invalid("Write what you want to know.", field="what")
    if is_restricted(locked_referral.child_id):
        raise Invalid(
            "This record is restricted, so the agencies could not open the question. Telephone them, and"
            " write what they say into your reasons.",
            field="teams",
        )
    waiting = AgencyEnquiry.objects.filter(referral=locked_referral, answered=Answered.WAITING)
    asked_before = set(waiting.values_list("agency", flat=True))
    return [
        _ask(user, locked_referral, team, what.strip(), instant)
        for team in teams
        if team.agency_id not in asked_before
    ]


def _ask(user: User, referral: Referral, team: Team, what: str, at: datetime) -> AgencyEnquiry:
    public_id, child = uuid4(), referral.child.public_id
    url = reverse("first_contact:enquiry_answer", args=[public_id])
    length = GATHERING_DAYS.read(at, referral.child.area_id)
    clock = clocks.clock_start(
        user,
        kind=GATHERING.key,
        owner=team,
        deadline=close_of_business(at, length.value, word="asked"),
        length=length,
        reference=referral.reference,
        title="First Contact asks what you know",
        url=url,
        child=child,
        at=at,
    )
    row = AgencyEnquiry.objects.create(
        public_id=public_id,
        referral=referral,
        child=referral.child,
        agency=team.agency,
        asked_of=team,
        what=what,
        asked_by=user,
        asked_at=at,
        clock=clock,
    )
    record(user, verb=Verb.CREATED, subject=row, child=child, part="referrals", at=at)
    notice_send(
        holders([clock], local_date(at))[clock.pk] - {user.pk},
        kind="triage.asked",
        key=f"triage:{public_id}:asked",
        text=f"{referral.reference}: First Contact asks what you know. Answer by {say(clock.due_at)}.",
        url=url,
        reference=referral.reference,
        child=child,
        at=at,
    )
    return row


@command
def agency_enquiry_answer(
    user: User, *, enquiry: AgencyEnquiry, answered: str, text: str = "", at: datetime | None = None
) -> AgencyEnquiry:
    """Keep what an agency says and meet its clock (T1); First Contact may write down what was said by telephone.

    An answer after the decision is kept too, and First Contact is told that it came after. Raises Conflict
    when the agency has answered, Invalid without an answer or, where something is written, without words.
    """
    instant = at or now()
    rows = AgencyEnquiry.objects.select_for_update(no_key=True, of=("self",))
    locked_enquiry: AgencyEnquiry = rows.select_related(
        "child", "clock", "referral", "agency", "answered_by"
    ).get(pk=enquiry.pk)
    if locked_enquiry.answered:
        raise Conflict(f"{locked_enquiry.answered_by} has answered this already.")
    if answered not in Answered.values or answered == Answered.WAITING:
        raise Invalid("Choose what your agency answers.", field="answered")
    if answered == Answered.WRITTEN and says_nothing(text):
        raise Invalid("Write what your agency knows.", field="text")
    locked_enquiry.answered, locked_enquiry.text, locked_enquiry.answered_by, locked_enquiry.answered_at = (
        answered,
        text.strip(),
        user,
        instant,
    )
    locked_enquiry.save(update_fields=["answered", "text", "answered_by", "answered_at"])
    clocks.clock_meet(user, clock=locked_enquiry.clock, at=instant)
    notices_settle(user, about=[f"triage:{locked_enquiry.public_id}:asked"], at=instant)
    record(
        user,
        verb=Verb.CHANGED,
        subject=locked_enquiry,
        child=locked_enquiry.child.public_id,
        part="referrals",
        at=instant,
    )
    _tell_desk(user, locked_enquiry, instant)
    return locked_enquiry


def _tell_desk(user: User, row: AgencyEnquiry, at: datetime) -> None:
    """The user who asked is told; of an answer that came after the decision, the user who decided too."""
    referral, words = row.referral, f"{row.agency} has answered."
    user_ids = {row.asked_by_id}
    if referral.decided_by_id:
        user_ids.add(referral.decided_by_id)
        words = f"{row.agency} has answered after the decision. Read it: it may change what is needed."
    notice_send(
        user_ids - {user.pk},
        kind="triage.gathered",
        key=f"triage:{row.public_id}:answered",
        text=f"{referral.reference}: {words}",
        url=reverse("first_contact:referral", args=[row.child.public_id, referral.public_id]),
        reference=referral.reference,
        child=row.child.public_id,
        at=at,
    )
