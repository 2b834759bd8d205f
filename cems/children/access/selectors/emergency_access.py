"""Emergency openings: those to be looked at, and one that has just run out (A2, record-f8)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cems.accounts.models import AgencyKind, User
from cems.accounts.profile import profile_of
from cems.base.keyset import Keyset, Page
from cems.base.time import local_date
from cems.children.access.selectors.restriction import bars_of
from cems.children.access.visibility import primary_of
from cems.children.models import EmergencyAccess
from cems.clocks.recipients import current_appointments

TOLD_FOR = timedelta(
    hours=24
)  # how long after its end a person is told that it ran out, not that it isn't there

ORDER = Keyset("opened_at", "pk", size=100)


def openings_to_review(user: User, at: datetime, after: str = "") -> Page[EmergencyAccess]:
    """A page of the openings that this person has still to look at, the oldest first."""
    return ORDER.page(to_review(user, at), after)


def opening_to_review(user: User, public_id: UUID, at: datetime) -> EmergencyAccess | None:
    """The opening at this address, where this person has still to look at it; or None."""
    return to_review(user, at).filter(public_id=public_id).first()


def to_review(user: User, at: datetime) -> QuerySet[EmergencyAccess]:
    """The openings this person has still to look at: of their team as manager, or as auditor; never their own."""
    profile = profile_of(user)
    managed = [post.team_id for post in profile.posts if post.role.heads_team and post.team_id]
    members = current_appointments(local_date(at)).filter(team__in=managed).values("user")
    theirs = Q(user__in=members) if managed else Q(pk__in=[])
    if any(role.audits for role in profile.roles):
        theirs |= Q(user__agency=profile.agency_id)
        if user.agency.kind == AgencyKind.PARTNERSHIP:
            served = profile.authority_ids
            theirs |= Q(child__authority__in=served) | Q(child__area__in=served)
    barred = bars_of(user).filter(primary=OuterRef("of_primary"))
    rows = EmergencyAccess.objects.filter(theirs, reviewed_at__isnull=True).exclude(user=user)
    return rows.alias(of_primary=primary_of()).exclude(Exists(barred)).select_related("child", "user__agency")


def ran_out(user: User, public_id: UUID, at: datetime) -> EmergencyAccess | None:
    """The person's opening of this record that ended a short while ago, unless they have been barred since."""
    barred = bars_of(user).filter(primary=OuterRef("of_primary"))
    rows = EmergencyAccess.objects.filter(
        user=user, child__public_id=public_id, until__lte=at, until__gt=at - TOLD_FOR
    )
    rows = rows.alias(of_primary=primary_of()).exclude(Exists(barred))
    return rows.order_by("-until").first()
