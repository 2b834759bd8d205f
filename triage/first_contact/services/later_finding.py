"""What is found after First Contact decided a referral: a dated row, told to who works with the child (T1, M4)."""

from datetime import date, datetime

from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.matching.services.cluster import lock_cluster
from cems.notices.messages import Message
from cems.notices.services import notices_send
from matrix.services.due import assessment_due_raise
from plans.choices import ReferralState
from plans.models import Referral
from triage.choices import LaterFindingKind
from triage.first_contact.rules.approach import why_not
from triage.first_contact.selectors.later_finding import people_to_tell, section_47_of
from triage.models import LaterFinding, ReferralAssessment


@command
def later_finding_record(
    user: User,
    *,
    referral: Referral,
    kind: str,
    found_on: date,
    text: str,
    outside_home: bool | None = None,
    approach: bool = False,
    approach_why: str = "",
    at: datetime | None = None,
) -> LaterFinding:
    """Record what a section 47 enquiry or an assessment found once the referral was decided (T1).

    The findings the decision rested on stay. `approach` says whether the Harm Outside the Home approach is taken from
    now on, refused where its rule says so. Where harm outside the home is found and no matrix was made since the
    referral came, one is due (M4). The same by the same user returns the row there is. Raises Conflict while the
    referral is open, or where a colleague recorded this result of this day in other words; Invalid by field.
    """
    instant = at or now()
    primary = lock_cluster(referral.child_id)
    rows = Referral.objects.select_for_update(no_key=True, of=("self",)).select_related("child")
    locked_referral: Referral = rows.get(pk=referral.pk)
    if locked_referral.state != ReferralState.DECIDED:
        raise Conflict("First Contact has not decided this referral yet. Write it with what you found.")
    _check(locked_referral, kind, found_on, text, local_date(instant))
    if already := _recorded(locked_referral, kind, found_on):
        if (already.recorded_by_id, already.text) == (user.pk, text.strip()):
            return already
        raise Conflict(
            f"{already.recorded_by} has recorded this result of this day already. Read it on the referral.",
            field="found_on",
        )
    row = LaterFinding(referral=locked_referral, child=primary, kind=kind, found_on=found_on)
    row.text, row.outside_home = text.strip(), outside_home
    row.approach, row.approach_why = approach, approach_why.strip() if approach else ""
    row.recorded_by, row.recorded_at = user, instant
    _check_approach(row)
    if LaterFindingKind(kind).is_harm and outside_home:
        row.matrix_due = assessment_due_raise(user, referral=locked_referral, at=instant)
    row.save(force_insert=True)
    record(user, verb=Verb.CREATED, subject=row, child=primary.public_id, part="referrals", at=instant)
    _tell(user, row, instant)
    return row


@command
def later_finding_withdraw(
    user: User, *, finding: LaterFinding, why: str, at: datetime | None = None
) -> LaterFinding:
    """It was recorded in error: it stays readable as such, counts for nothing more, and its people are told.

    A matrix that was due goes on. Raises Conflict where it was withdrawn already, Invalid without a reason.
    """
    instant = at or now()
    lock_cluster(finding.child_id)
    rows = LaterFinding.objects.select_for_update(no_key=True, of=("self",))
    row: LaterFinding = rows.select_related("referral", "child", "withdrawn_by").get(pk=finding.pk)
    if row.withdrawn_at:
        raise Conflict(f"{row.withdrawn_by} has withdrawn this result already.")
    if says_nothing(why):
        raise Invalid("Say what was wrong.", field="why")
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = instant, user, why.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    record(user, verb=Verb.WITHDRAWN, subject=row, child=row.child.public_id, part="referrals", at=instant)
    _tell(user, row, instant)
    return row


def _tell(user: User, row: LaterFinding, at: datetime) -> None:
    """Who reads referrals is led to it; who works with the child and does not is told to ask for it."""
    reference, child = row.referral.reference, row.child.public_id
    people = people_to_tell(user, row.child, at)
    about, key = f"{reference}: a result has come about a child you work with or answer for.", "later_finding"
    if row.withdrawn_at:
        about, key = f"{reference}: a result about a child was recorded in error.", "later_finding_withdrawn"
    to_read = Message(
        "triage.later_finding",
        f"triage:{row.public_id}:{key}",
        f"{about} Read it on the referral.",
        reverse("plans:referral", args=[child, row.referral.public_id]),
        reference,
        child,
    )
    to_ask = Message(
        "triage.later_finding",
        f"triage:{row.public_id}:{key}_to_ask",
        f"{about} Ask First Contact what you need to know of it.",
        reverse("children:overview", args=[child]),
        reference,
        child,
    )
    notices_send({to_read: people.readers, to_ask: people.others}, at=at)


def _check(referral: Referral, kind: str, found_on: date, text: str, day: date) -> None:
    if kind not in LaterFindingKind.values:
        raise Invalid("Choose what was found.", field="kind")
    if found_on > day:
        raise Invalid("This day is still to come. Record it when it is found.", field="found_on")
    if found_on < local_date(referral.received_at):
        raise Invalid("This is before the referral came. Check the day.", field="found_on")
    if says_nothing(text):
        raise Invalid("Write what was found, and by whom.", field="text")


def _recorded(referral: Referral, kind: str, found_on: date) -> LaterFinding | None:
    """This result of this day, where it stands on the referral already."""
    rows = LaterFinding.objects.filter(
        referral=referral, kind=kind, found_on=found_on, withdrawn_at__isnull=True
    )
    row: LaterFinding | None = rows.select_related("recorded_by").first()
    return row


def _check_approach(row: LaterFinding) -> None:
    """Raises Invalid where the approach can't be taken with what is known by now."""
    if not row.approach:
        return
    assessment = ReferralAssessment.objects.filter(referral=row.referral).first()
    refusal = why_not(
        threshold=assessment.threshold if assessment else "",
        section_47=LaterFindingKind(row.kind).section_47 or section_47_of(row.referral, assessment),
        outside_home=row.outside_home,
    )
    if refusal:
        raise Invalid(refusal, field="approach")
