"""Opening a record for some hours, with a reason; ending that; looking at it afterwards (A2)."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from cems.accounts.models import AgencyKind, User
from cems.accounts.profile import Profile, profile_of
from cems.accounts.roles import AUDITING, HEADING_TEAM
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.children.access.models.access import NamedReaderKind
from cems.children.access.rules.emergency_access import open_until
from cems.children.access.selectors.emergency_access import to_review
from cems.children.access.selectors.restriction import barred_from, closed_to, is_barred
from cems.children.access.visibility import opens_restricted, within
from cems.children.matching.identified import identified, named_and_born, so_named
from cems.children.matching.rules.search import Asked
from cems.children.matching.signpost import limit_questions, tell_owners
from cems.children.models import Child, ChildName, EmergencyAccess, EmergencyAccessOutcome, NamedReader
from cems.children.policy import EDT_SHIFT_ENDS, EMERGENCY_ACCESS_HOURS
from cems.children.querysets import primary_by_row, rows_of_clusters
from cems.clocks.recipients import acting, current_appointments
from cems.notices.services import notice_send, notices_settle

OPENINGS_AN_HOUR = 10
_WHAT = "children.emergency_access"
NONE_FITS = (
    "No record fits this exactly, or none that may be opened in this way. Check each letter and digit, or"
    " ring First Contact."
)


def emergency_access_open(
    user: User, *, named: Asked, reason: str, at: datetime | None = None
) -> EmergencyAccess:
    """Open one exactly named child's record for some hours (A2, record-f8).

    `named` holds a reference, an identifier, or a full name with the birth date. Managers and auditors are
    told; the owner and deputy of a restricted record too, of a try as well. An opening that still lasts is
    returned. The question is recorded and counted whatever comes of it, in a transaction of its own.
    Raises NotAllowed for roles that may not; Invalid where none or more than one fits, in the same words
    whatever the cause; TooMany.
    """
    instant, profile = at or now(), profile_of(user)
    if not may_open_in_emergency(profile):
        raise NotAllowed("Your role can't open a record in an emergency. Ring First Contact.")
    if says_nothing(reason):
        raise Invalid("Say why you need the record now.", field="reason")
    fitting, may_open = _ask(user, profile=profile, named=named, at=instant)
    if len(fitting) > 1:
        raise Invalid("More than one record fits. Use the reference or a number.", field="child")
    if not may_open:
        raise Invalid(NONE_FITS, field="child")
    return _open(user, profile=profile, child=fitting[0], reason=reason.strip(), at=instant)


@command
def _ask(user: User, *, profile: Profile, named: Asked, at: datetime) -> tuple[list[Child], bool]:
    """The records that fit, and whether the one that does may be opened: asked, counted and told whatever follows."""
    limit_questions(user, _WHAT, timedelta(hours=1), OPENINGS_AN_HOUR)
    record(user, verb=Verb.SEARCHED, part=_WHAT, at=at)
    fitting = _fitting(profile, named)
    may_open = len(fitting) == 1 and _may_open(user, profile, fitting[0], at)
    if not may_open:
        for child in fitting:
            tell_owners(user, child)
    return fitting, may_open


@command
def _open(user: User, *, profile: Profile, child: Child, reason: str, at: datetime) -> EmergencyAccess:
    Child.objects.unscoped("one opening at a time").select_for_update(no_key=True, of=("self",)).get(
        pk=child.pk
    )
    lasting = EmergencyAccess.objects.filter(child=child, user=user, until__gt=at).first()
    if lasting:
        return lasting
    emergency_access = EmergencyAccess.objects.create(
        child=child, user=user, reason=reason, opened_at=at, until=_until(profile, at)
    )
    record(
        user,
        verb=Verb.ACCESS_OPENED,
        subject=emergency_access,
        child=child.public_id,
        reason=reason,
        detail={"until": emergency_access.until.isoformat()},
        at=at,
    )
    _tell_reviewers(emergency_access, child, at)
    return emergency_access


@command
def emergency_access_end(user: User, *, child: Child, at: datetime | None = None) -> None:
    """End one's own opening before its time. Raises Invalid when none lasts."""
    instant = at or now()
    rows = EmergencyAccess.objects.select_for_update(no_key=True).filter(
        child__in=rows_of_clusters([child.pk]), user=user, until__gt=instant
    )
    if not rows:
        raise Invalid("This record is not opened in an emergency by you.")
    for emergency_access in rows:
        emergency_access.until = emergency_access.ended_at = instant
        emergency_access.save(update_fields=["until", "ended_at"])
        record(user, verb=Verb.ACCESS_ENDED, subject=emergency_access, child=child.public_id, at=instant)


@command
def emergency_access_review(
    user: User,
    *,
    emergency_access: EmergencyAccess,
    outcome: str,
    remark: str = "",
    at: datetime | None = None,
) -> EmergencyAccess:
    """Say whether an opening was right. The person's manager, or an auditor; never oneself.

    Raises NotAllowed for others, Invalid for an unknown outcome or when it was looked at already.
    """
    instant = at or now()
    locked_emergency_access = EmergencyAccess.objects.select_for_update(no_key=True).get(
        pk=emergency_access.pk
    )
    if locked_emergency_access.reviewed_at is not None:
        raise Invalid("Somebody has looked at this already.")
    if not to_review(user, instant).filter(pk=locked_emergency_access.pk).exists():
        raise NotAllowed("Their manager or an auditor looks at this.")
    if outcome not in EmergencyAccessOutcome.values:
        raise Invalid("Choose what you found.", field="outcome")
    if outcome != EmergencyAccessOutcome.RIGHT and says_nothing(remark):
        raise Invalid("Say what you found and what follows.", field="remark")
    locked_emergency_access.outcome, locked_emergency_access.remark = outcome, remark.strip()
    locked_emergency_access.reviewed_by, locked_emergency_access.reviewed_at = user, instant
    locked_emergency_access.save(update_fields=["outcome", "remark", "reviewed_by", "reviewed_at"])
    notices_settle(user, about=[_review_key(locked_emergency_access)], at=instant)
    record(
        user,
        verb=Verb.DECIDED,
        subject=locked_emergency_access,
        child=locked_emergency_access.child.public_id,
        reason=locked_emergency_access.remark,
        detail={"outcome": outcome},
        at=instant,
    )
    return locked_emergency_access


def may_open_in_emergency(profile: Profile) -> bool:
    """Whether one of the person's roles opens records in an emergency."""
    return any(role.opens_in_emergency for role in profile.roles)


def _fitting(profile: Profile, named: Asked) -> list[Child]:
    """The records that fit exactly and lie within the authorities served; two at the most.

    Of two with one number the one that holds it: what was recorded since is First Contact's to settle.
    """
    return _exactly(profile, named, identified(named, settled=True)) or _exactly(
        profile, named, identified(named)
    )


def _exactly(profile: Profile, named: Asked, numbered: QuerySet[Any, Any]) -> list[Child]:
    exact = Q(pk__in=numbered) | Q(reference=named.reference or None)
    if named.full and named.born:
        names = named_and_born(ChildName.objects.filter(search_key=named.name), named.born)
        exact |= Q(pk__in=so_named(named, names))
    fitting = Child.objects.unscoped("emergency opening of one exactly named record").filter(exact)
    primaries = {child.merged_into_id or child.pk for child in fitting.not_sealed()}
    served = Child.objects.unscoped("emergency opening: the record itself").filter(
        within(profile.authority_ids), pk__in=primaries
    )
    return list(served[:2])


def _may_open(user: User, profile: Profile, child: Child, instant: datetime) -> bool:
    """Bars beat everything; a restricted record opens to those named on it and to a few roles only."""
    if is_barred(user, child.pk):
        return False
    return opens_restricted(profile) or not closed_to(list(primary_by_row([child.pk])), [user.pk], instant)


def _until(profile: Profile, instant: datetime) -> datetime:
    shift = EDT_SHIFT_ENDS.at(instant) if any(role.works_shifts for role in profile.roles) else None
    return open_until(instant, hours=EMERGENCY_ACCESS_HOURS.at(instant), shift_ends=shift)


def _tell_reviewers(emergency_access: EmergencyAccess, child: Child, instant: datetime) -> None:
    """The managers of the person's teams, their agency's auditors and the partnership's, and those who keep a
    restricted record: references only."""
    on = local_date(instant)
    posts = current_appointments(on)
    teams = posts.filter(user=emergency_access.user, team__isnull=False).values("team")
    managers = acting(on, role_key__in=HEADING_TEAM, team__in=teams)
    auditors = posts.filter(role_key__in=AUDITING).filter(
        Q(user__agency=emergency_access.user.agency_id)
        | Q(user__agency__kind=AgencyKind.PARTNERSHIP, user__agency__authorities__in=_places(child))
    )
    reviewers = {*(who for who, *_ in managers), *auditors.values_list("user", flat=True)}
    barred = barred_from(child.pk).values_list("user", flat=True)
    notice_send(
        reviewers - {emergency_access.user_id} - set(barred),
        kind="children.emergency_access",
        key=_review_key(emergency_access),
        text=f"A record was opened in an emergency: {child.reference}. Say whether it was right.",
        url=reverse("children:emergency_access_reviews"),
        reference=child.reference,
        child=child.public_id,
        at=instant,
    )
    owners = NamedReader.objects.filter(
        child__in=rows_of_clusters([child.pk]), child__restricted=True, until__gt=instant
    ).exclude(kind=NamedReaderKind.NAMED)
    notice_send(
        set(owners.values_list("user", flat=True)) - {emergency_access.user_id},
        kind="children.emergency_access",
        key=f"emergency_access:{emergency_access.public_id}:owner",
        text=f"A restricted record was opened in an emergency: {child.reference}. See its record use.",
        reference=child.reference,
        child=child.public_id,
        at=instant,
    )


def _review_key(emergency_access: EmergencyAccess) -> str:
    """What the reviewers' notice is called: it asks for the review, which settles it and no other notice."""
    return f"emergency_access:{emergency_access.public_id}:review"


def _places(child: Child) -> set[int]:
    return {child.authority_id, child.area_id, *(child.joined_authorities or ())}
