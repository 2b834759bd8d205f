"""Who reaches whom, written out slowly and plainly from the access table, to hold the fast rule against."""

from datetime import date, datetime

from cems.accounts.models import Appointment, Authority, Delegation, User
from cems.accounts.roles import ROLES, Part, Reach
from cems.base.time import local_date
from cems.children.models import (
    Assignment,
    Bar,
    Child,
    EmergencyAccess,
    Involvement,
    Matter,
    NamedReader,
    StudentChild,
    Submitter,
)

CONCERN = {"exploitation", "missing", "cevt", "ceg"}
INVOLVED_ROLES = {key for key, role in ROLES.items() if Reach.INVOLVED in role.sees}


def runs(row: Appointment | Delegation, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or row.ends_on >= day)


def own_posts(user: User, at: datetime) -> list[Appointment]:
    day = local_date(at)
    if not user.is_active or (user.ends_on is not None and user.ends_on < day):
        return []
    return [post for post in Appointment.objects.filter(user=user) if runs(post, day)]


def posts_of(user: User, at: datetime) -> list[Appointment]:
    """The person's own posts, and those they stand in for while both are here and have their own."""
    own = own_posts(user, at)
    if not any(post.role_key not in {"student", "service_account"} for post in own):
        return own
    covered = []
    for row in Delegation.objects.filter(deputy=user):
        owned = row.appointment in own_posts(row.appointment.user, at)
        if owned and row.ended_at is None and runs(row, local_date(at)):
            covered.append(row.appointment)
    return own + covered


def works_with(post: Appointment, child: Child, at: datetime) -> bool:
    """Whether this post comes to the child by somebody's work with it; `post.user` is whose work counts."""
    if post.role_key not in INVOLVED_ROLES:
        return False
    for row in Involvement.objects.filter(child=child):
        running = row.started_at <= at and (row.ended_at is None or row.ended_at > at)
        if row.state != "confirmed" or not running:
            continue
        if row.user_id == post.user_id:
            return True
        own_team = post.team_id is not None and post.team_id == row.team_id
        if own_team and (row.user_id is None or post.role_key == "team_manager"):
            return True
    return False


def shown(post: Appointment, records: list[Child], at: datetime) -> bool:
    """Whether the supervisor named the child for this student's post, and works with it still."""
    named = StudentChild.objects.filter(post=post, child__in=records, ended_at=None)
    if post.supervisor is None or not any(row.ends_on >= local_date(at) for row in named):
        return False
    return any(works_with(own, record, at) for own in own_posts(post.supervisor, at) for record in records)


def served_by(user: User, at: datetime) -> set[int]:
    """The authorities the agency works for, and each that ended and is answered for by one of them."""
    own, day = {authority.pk for authority in user.agency.authorities.all()}, local_date(at)
    served = set(own)
    for authority in Authority.objects.filter(successor__isnull=False).select_related("successor__successor"):
        answers = authority
        while answers.successor and answers.last_day and answers.last_day < day:
            answers = answers.successor
        if answers.pk in own:
            served.add(authority.pk)
    return served


def followed(user: User, child: Child, post: Appointment, reach: Reach, at: datetime) -> bool:
    served = served_by(user, at)
    for matter in Matter.objects.filter(child=child):
        live = matter.until > at
        # Where the child lived, or the authority that answers for a child who lives elsewhere.
        here = matter.authority_id in served or matter.responsible_id in served
        board = (
            matter.kind == "ceg" and post.locality_id is not None and matter.locality_id == post.locality_id
        )
        follows = {
            Reach.FORUM: live and (board if post.role.of_locality else here and matter.kind == "cevt"),
            Reach.OVERSEEN: live and here and matter.kind == "low",
            Reach.MISSING: live and here and matter.kind == "missing",
            Reach.MATTER: here and matter.kind in CONCERN,
            Reach.OPEN_MATTER: live and here and matter.kind in CONCERN,
            Reach.REFERRAL: live and here and matter.kind == "referral",
        }.get(reach, False)
        if reach is Reach.FORUM and post.role_key == "business_support":
            follows = live and here and matter.kind in {"cevt", "ceg"}
        if follows:
            return True
    return False


def still_followed(child: Child, at: datetime) -> bool:
    """At 18 the reach of a whole authority ends, but for those followed to the day before they are 22."""
    day, born = local_date(at), child.date_of_birth
    years = day.year - born.year - (0 if (day.month, day.day) >= (born.month, born.day) else 1)
    planned = Matter.objects.filter(child__in=whole(child), kind="transition", closed_at=None).exists()
    level = child.current_level.level if child.current_level else 0
    if child.birth_date_known in ("unknown", "disputed"):  # presumed under 18 until it is decided
        return True
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
        record
        for record in records
        if record.restricted
        and not NamedReader.objects.filter(child=record, user=user, until__gt=at).exists()
    ]
    places = {place for record in records for place in (record.authority_id, record.area_id)}
    served = served_by(user, at)
    posts = posts_of(user, at)
    emergency_access = EmergencyAccess.objects.filter(user=user, until__gt=at)
    opened_in_emergency = emergency_access.filter(child__in=records).exists()
    # Who reads whole authorities reads those and no others: the edge of the agency's world.
    if any(post.role.wide for post in posts) and not places & served:
        return frozenset()
    if shut:
        opened_cluster = emergency_access.filter(child=child).exists()
        strong = [post.role for post in posts if post.role.opens_restricted and opened_cluster]
        return frozenset(part for role in strong for part in role.sees[Reach.EMERGENCY])
    parts: set[Part] = set()
    for post in posts:
        for reach, opened in post.role.sees.items():
            if reach is Reach.INVOLVED:
                reached = any(works_with(post, record, at) for record in records)
            elif reach is Reach.NAMED:
                reached = shown(post, records, at)
            elif reach is Reach.ASSIGNED:
                reached = Assignment.objects.filter(child__in=records, user=user, until__gt=at).exists()
            elif reach is Reach.SUBMITTED:
                reached = Submitter.objects.filter(child__in=records, user=user).exists()
            elif reach is Reach.AUTHORITY:
                reached = bool(places & served) and still_followed(child, at)
            elif reach is Reach.EMERGENCY:
                reached = opened_in_emergency
            else:
                reached = any(followed(user, record, post, reach, at) for record in records)
            if reached:
                parts |= opened
    return frozenset(parts)
