"""Refer a child, ask for a strategy meeting, record a statutory meeting; each with its clock (T1, M5, G3)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Agency, Duty, DutyDesk, Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import close_of_business, say_day
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.services.matter import matter_close, matter_open
from cems.children.choices import Informed, MatterKind
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child
from cems.children.querysets import cluster_ids
from cems.clocks.services import clock as clocks
from cems.notices.services import notice_send
from plans.choices import ReferralState
from plans.clocks import REFERRAL_DECISION
from plans.events import ReferralDecided
from plans.models import Referral, Request
from plans.policy import REFERRAL_DECISION_DAYS
from plans.rules import ReferralOutcome


def first_contact(child: Child) -> Team:
    """The front door of the area the child lives or is placed in, where referrals and receipts wait.

    Far away, where there is none, that of the authority responsible.
    """
    return desk_of(Duty.FRONT_DOOR, child.area_id, child.authority_id)


@dataclass(frozen=True)
class Told:
    """What the user who makes a referral says. It waits for none of it: a matrix may say it, or nobody yet.

    `referrer` and `agency`: who made it, where it came by telephone or on paper.
    """

    concern: str = ""
    informed: str = ""
    not_informed_why: str = ""
    saf_reference: str = ""
    referrer: str = ""
    agency: Agency | None = None


NOTHING = Told()


@command
def referral_open(
    user: User,
    *,
    child: Child,
    source: str = "",
    told: Told = NOTHING,
    received_at: datetime | None = None,
    at: datetime | None = None,
) -> Referral:
    """Refer a child to First Contact (T1); a decision is due by its clock, which runs from receipt.

    While a referral is open, new papers join it: the open one is returned, and what is told is added to it.
    Raises Invalid where it would have been received in the future.
    """
    instant = at or now()
    received = received_at or instant
    if received > instant:
        raise Invalid("This is in the future. Check the day and the time.", field="received_at")
    if told.informed and told.informed not in Informed.values:
        raise Invalid("Say whether the parents or carers know.", field="informed")
    primary = lock_cluster(child.pk)
    referral: Referral | None = Referral.objects.of(primary).filter(state=ReferralState.OPEN).first()
    if referral:
        return _joined(user, referral, told, instant)
    reference, public_id = next_reference("REF", instant), uuid4()
    length = REFERRAL_DECISION_DAYS.read(received, child.area_id)
    clock = clocks.clock_start(
        user,
        kind=REFERRAL_DECISION.key,
        owner=first_contact(child),
        deadline=close_of_business(received, length.value),
        length=length,
        reference=reference,
        title="Decide the referral",
        url=reverse("plans:referral", args=[primary.public_id, public_id]),
        child=primary.public_id,
        at=instant,
    )
    row = Referral.objects.create(
        public_id=public_id,
        reference=reference,
        child=primary,
        source=source,
        concern=told.concern.strip(),
        informed=told.informed,
        not_informed_why=told.not_informed_why.strip(),
        saf_reference=told.saf_reference.strip(),
        referrer=told.referrer.strip(),
        agency=told.agency,
        made_by=user,
        received_at=received,
        recorded_at=instant,
        clock=clock,
    )
    matter_open(user, child=primary, kind=MatterKind.REFERRAL, at=instant)
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="referrals", at=instant)
    return row


def _joined(user: User, referral: Referral, particulars: Told, at: datetime) -> Referral:
    """Add what is told to the referral that is open; what was said before stays as it was."""
    new = {
        name: getattr(particulars, name)
        for name in ("informed", "not_informed_why", "saf_reference", "referrer", "agency")
        if getattr(particulars, name) and not getattr(referral, name)
    }
    if particulars.concern.strip():
        of = ", ".join(str(part) for part in (particulars.referrer.strip(), particulars.agency) if part)
        heading = f"Added {say_day(local_date(at), year=True)} by {user}{f' for {of}' if of else ''}:"
        new["concern"] = f"{referral.concern}\n\n{heading}\n{particulars.concern.strip()}".strip()
    if not new:
        return referral
    for name, value in new.items():
        setattr(referral, name, value)
    referral.save(update_fields=list(new))
    record(user, verb=Verb.CHANGED, subject=referral, child=referral.child.public_id, part="referrals", at=at)
    return referral


@command
def referrals_follow(user: User, *, child_id: int, at: datetime) -> None:
    """The child lives elsewhere: what waits undecided at another front door goes to the one of that area.

    What a team or a person has taken stays with them.
    """
    primary = lock_cluster(child_id)
    desk = first_contact(primary)
    other_doors = DutyDesk.objects.filter(duty=Duty.FRONT_DOOR).exclude(team=desk).values("team")
    referrals = Referral.objects.of(primary).filter(state=ReferralState.OPEN)
    requests = Request.objects.of(primary).filter(answer="")
    for rows in (referrals, requests):
        for row in rows.filter(clock__owner_team__in=other_doors).select_related("clock").order_by("pk"):
            reason = "The child lives in another area now"
            clocks.clock_hand_over(user, clock=row.clock, owner=desk, reason=reason, at=at)


@command
def referral_decide(
    user: User, *, referral: Referral, outcome: ReferralOutcome, rationale: str, at: datetime | None = None
) -> Referral:
    """First Contact decides; the clock is met and the open referral's wider reach ends.

    The referral keeps what the outcome is called now. Raises Conflict when it is decided, Invalid without reasons.
    """
    instant = at or now()
    lock_cluster(referral.child_id)
    locked_referral = Referral.objects.select_for_update(no_key=True).get(pk=referral.pk)
    if locked_referral.state != ReferralState.OPEN:
        raise Conflict("This referral has already been decided.")
    if says_nothing(rationale):
        raise Invalid("Say why, for the person who made the referral.", field="rationale")
    locked_referral.state, locked_referral.rationale = ReferralState.DECIDED, rationale
    locked_referral.outcome, locked_referral.outcome_label = outcome.key, outcome.label
    locked_referral.decided_at, locked_referral.decided_by = instant, user
    locked_referral.save(
        update_fields=["state", "outcome", "outcome_label", "rationale", "decided_at", "decided_by"]
    )
    clocks.clock_meet(user, clock=locked_referral.clock, at=instant)
    others = Referral.objects.filter(
        child__in=cluster_ids([locked_referral.child_id]), state=ReferralState.OPEN
    )
    if not others.exists():  # of two records joined since, each may have had one
        matter_close(user, child=locked_referral.child, kind=MatterKind.REFERRAL, at=instant)
    record(
        user,
        verb=Verb.DECIDED,
        subject=locked_referral,
        child=locked_referral.child.public_id,
        part="referrals",
        at=instant,
    )
    _tell_maker(user, locked_referral, "First Contact has decided the referral", instant)
    publish(
        ReferralDecided(
            referral_id=locked_referral.pk,
            child_id=locked_referral.child_id,
            user_id=user.pk,
            received_at=locked_referral.received_at,
            at=instant,
        )
    )
    return locked_referral


def _tell_maker(user: User, paper: Referral | Request, words: str, at: datetime) -> None:
    """Tell the user who asked what became of it; of a paper that came with it, its own app tells more closely."""
    if paper.source or paper.made_by_id == user.pk:
        return
    notice_send(
        [paper.made_by_id],
        kind="plans.answered",
        key=f"plans:{paper.public_id}:answered",
        text=f"{paper.reference}: {words}.",
        url=reverse("children:overview", args=[paper.child.public_id]),
        reference=paper.reference,
        child=paper.child.public_id,
        at=at,
    )
