"""Who reaches whom, written out slowly and plainly from the access table, to hold the fast rule against."""

from datetime import datetime

from cems.accounts.models import Appointment, User
from cems.accounts.roles import ROLES, Part, Reach
from cems.base.time import local_date
from cems.children.models import Bar, BreakGlass, Child, Involvement, Matter, NamedReader, Submitter

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


def still_followed(child: Child, at: datetime) -> bool:
    """At 18 the reach of a whole authority ends, but for those followed to the day before they are 22."""
    day, born = local_date(at), child.date_of_birth
    years = day.year - born.year - (0 if (day.month, day.day) >= (born.month, born.day) else 1)
    planned = Matter.objects.filter(child__in=whole(child), kind="transition", closed_at=None).exists()
    level = child.current_level.level if child.current_level else 0
    return years < 18 or (years < 22 and (level >= 2 or planned))


def whole(child: Child) -> list[Child]:
    """The record and those merged into it."""
    return [child, *Child.plain.filter(merged_into=child)]


def parts_of(user: User, child: Child, at: datetime) -> frozenset[Part]:
    """The parts of the child's record open to the user; empty for a stranger."""
    records = whole(child)
    if child.merged_into_id or Bar.objects.filter(child__in=records, user=user).exists():
        return frozenset()
    shut = [
        one
        for one in records
        if one.restricted and not NamedReader.objects.filter(child=one, user=user, until__gt=at).exists()
    ]
    places = {place for one in records for place in (one.authority_id, one.area_id)}
    served = {authority.pk for authority in user.agency.authorities.all()}
    posts = posts_of(user, at)
    glass = BreakGlass.objects.filter(user=user, until__gt=at)
    opened_in_emergency = glass.filter(child__in=records).exists()
    # Who reads whole authorities reads those and no others: the edge of the agency's world.
    if any(post.role.wide for post in posts) and not places & served:
        return frozenset()
    if shut:
        opened_whole = glass.filter(child=child).exists()
        strong = [post.role for post in posts if post.role.breaks_restricted and opened_whole]
        return frozenset(part for role in strong for part in role.sees[Reach.BREAK_GLASS])
    parts: set[Part] = set()
    for post in posts:
        for reach, opened in post.role.sees.items():
            if reach is Reach.INVOLVED:
                reached = any(works_with(user, one, at) for one in records)
            elif reach is Reach.SUBMITTED:
                reached = Submitter.objects.filter(child__in=records, user=user).exists()
            elif reach is Reach.AUTHORITY:
                reached = bool(places & served) and still_followed(child, at)
            elif reach is Reach.BREAK_GLASS:
                reached = opened_in_emergency
            else:
                reached = any(followed(user, one, post, reach, at) for one in records)
            if reached:
                parts |= opened
    return frozenset(parts)
