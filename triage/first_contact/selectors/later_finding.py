"""What was found once a referral was decided, and who is told of it (T1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.base.time import local_date
from cems.children.access.selectors.restriction import closed_to
from cems.children.choices import MatterKind
from cems.children.models import Child, Matter
from cems.children.querysets import rows_of_clusters
from plans.models import Referral
from triage.cevt.selectors.chairs import chairs
from triage.cevt.selectors.hearers import hearers
from triage.choices import LaterFindingKind, Section47
from triage.models import LaterFinding, ReferralAssessment

SECTION_47 = (LaterFindingKind.SUBSTANTIATED, LaterFindingKind.UNSUBSTANTIATED)


def later_findings(referral: Referral) -> Sequence[LaterFinding]:
    """What was found since this referral was decided, the newest first, also what was withdrawn; nothing is asked of
    one that is open."""
    if not referral.outcome:
        return []
    rows = LaterFinding.objects.filter(referral=referral).select_related(
        "referral", "recorded_by__agency", "matrix_due__clock", "withdrawn_by"
    )
    return list(rows.order_by("-found_on", "-pk"))


def later_finding_at(referral: Referral, public_id: UUID) -> LaterFinding | None:
    """What was found of this referral at this address, withdrawn or not; or None."""
    rows = LaterFinding.objects.filter(referral=referral, public_id=public_id)
    row: LaterFinding | None = rows.select_related("withdrawn_by").first()
    return row


def section_47_of(referral: Referral, assessment: ReferralAssessment | None) -> str:
    """What is known of the section 47 enquiry by now: the newest result, else what the decision rested on."""
    rows = LaterFinding.objects.filter(referral=referral, kind__in=SECTION_47, withdrawn_at__isnull=True)
    rows = rows.order_by("-found_on", "-pk")
    newest: LaterFinding | None = rows.first()
    if newest is None:
        return assessment.section_47 if assessment else ""
    return LaterFindingKind(newest.kind).section_47 or Section47.NOT_HELD


def begins_with(referral: Referral, assessment: ReferralAssessment | None) -> dict[str, Any]:
    """Where the risk lies and whether the approach is taken, as the newest row says it."""
    standing = (row for row in later_findings(referral) if row.withdrawn_at is None)
    known = next(standing, None) or assessment
    if known is None:
        return {}
    return {name: getattr(known, name) for name in ("outside_home", "approach", "approach_why")}


@dataclass(frozen=True)
class ToTell:
    """Who is told of a result, by row number: who reads the child's referrals, and who does not."""

    readers: set[int]
    others: set[int]


def people_to_tell(user: User, primary: Child, at: datetime) -> ToTell:
    """Who works with the child and answers for them, and CEVT's chairs where CEVT follows the child; never the acting
    user, nor anybody whom the record shuts out."""
    working = [hearer.person for hearer in hearers(user, primary, at)]
    everybody = {person.pk: person for person in [*working, *_chairs_following(primary, at)]}
    everybody.pop(user.pk, None)
    cluster = list(rows_of_clusters([primary.pk]))
    shut = {user_id for _, user_id in closed_to(cluster, sorted(everybody), at)} if everybody else set()
    readers = {pk for pk, person in everybody.items() if pk not in shut and _reads(person, primary, at)}
    return ToTell(readers, everybody.keys() - shut - readers)


def _chairs_following(primary: Child, at: datetime) -> Sequence[User]:
    """The chairs of the CEVT that follows the child now; nobody where none does."""
    followed = Matter.objects.filter(
        child__in=rows_of_clusters([primary.pk]), kind=MatterKind.CEVT, closed_at__isnull=True
    )
    authority_ids = set(followed.values_list("authority", flat=True))
    by_authority = chairs(authority_ids, local_date(at)) if authority_ids else {}
    return list(User.objects.here(local_date(at)).filter(pk__in=set().union(*by_authority.values())))


def _reads(person: User, primary: Child, at: datetime) -> bool:
    """Whether somebody reads this child's referrals."""
    visible = Child.objects.visible_to(person, at, parts={Part.REFERRALS})
    return visible.filter(pk=primary.pk).exists()
