"""Who reaches whom, written out slowly and plainly from the access table, to hold the fast rule against."""

from datetime import datetime

from cems.accounts.models import Appointment, User
from cems.accounts.roles import ROLES, Part, Reach
from cems.base.time import local_date
from cems.children.models import Bar, Child, Involvement, Matter, NamedReader, Submitter

CONCERN = {"exploitation", "missing", "cevt", "ceg"}
INVOLVED_ROLES = {key for key, role in ROLES.items() if Reach.INVOLVED in role.sees}


def posts_of(user: User, at: datetime) -> list[Appointment]:
    day = local_date(at)
    if not user.is_active or (user.ends_on is not None and user.ends_on < day):
        return []
    return [
        post
        for post in Appointment.objects.filter(user=user)
        if post.starts_on <= day and (post.ends_on is None or post.ends_on >= day)
    ]


def works_with(user: User, child: Child, at: datetime) -> bool:
    posts = [post for post in posts_of(user, at) if post.role_key in INVOLVED_ROLES]
    for row in Involvement.objects.filter(child=child):
        running = row.started_at <= at and (row.ended_at is None or row.ended_at > at)
        if row.state != "confirmed" or not running or not posts:
            continue
        if row.user_id == user.pk:
            return True
        for post in posts:
            own_team = post.team_id is not None and post.team_id == row.team_id
            if own_team and (row.user_id is None or post.role_key == "team_manager"):
                return True
    return False


def followed(user: User, child: Child, post: Appointment, reach: Reach, at: datetime) -> bool:
    served = {authority.pk for authority in user.agency.authorities.all()}
    for matter in Matter.objects.filter(child=child):
        live = matter.until > at
        here = matter.authority_id in served
        board = (
            matter.kind == "ceg" and post.locality_id is not None and matter.locality_id == post.locality_id
        )
        found = {
            Reach.FORUM: live and (board if post.role.of_locality else here and matter.kind == "cevt"),
            Reach.MISSING: live and here and matter.kind == "missing",
            Reach.MATTER: here and matter.kind in CONCERN,
            Reach.OPEN_MATTER: live and here and matter.kind in CONCERN,
            Reach.REFERRAL: live and here and matter.kind == "referral",
        }.get(reach, False)
        if reach is Reach.FORUM and post.role_key == "business_support":
            found = live and here and matter.kind in {"cevt", "ceg"}
        if found:
            return True
    return False


def parts_of(user: User, child: Child, at: datetime) -> frozenset[Part]:
    """The parts of the child's record open to the user; empty for a stranger."""
    if child.merged_into_id or Bar.objects.filter(child=child, user=user).exists():
        return frozenset()
    named = NamedReader.objects.filter(child=child, user=user, until__gt=at).exists()
    if child.restricted and not named:
        return frozenset()
    served = {authority.pk for authority in user.agency.authorities.all()}
    posts = posts_of(user, at)
    # Who reads whole authorities reads those and no others: the edge of the agency's world.
    if any(post.role.wide for post in posts) and not {child.authority_id, child.area_id} & served:
        return frozenset()
    parts: set[Part] = set()
    for post in posts:
        for reach, opened in post.role.sees.items():
            if reach is Reach.INVOLVED:
                reached = works_with(user, child, at)
            elif reach is Reach.SUBMITTED:
                reached = Submitter.objects.filter(child=child, user=user).exists()
            elif reach is Reach.AUTHORITY:
                reached = bool({child.authority_id, child.area_id} & served)
            else:
                reached = followed(user, child, post, reach, at)
            if reached:
                parts |= opened
    return frozenset(parts)
