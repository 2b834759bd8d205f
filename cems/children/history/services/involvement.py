"""Statuses (C2) and involvements (C3): opened, closed once, and the access that follows at once."""

from datetime import datetime

from django.db import IntegrityError
from django.db.models import QuerySet
from django.urls import reverse

from cems.accounts.leaving import has_left
from cems.accounts.models import Team, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.events import publish
from cems.base.time import local, local_date, now
from cems.children.access import grants
from cems.children.events import InvolvementChanged
from cems.children.history.models.involvement import InvolvementState
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, Involvement
from cems.notices.services import notice_send


@command
def involvement_start(
    user: User,
    *,
    child: Child,
    case_role: str,
    person: User | None = None,
    team: Team | None = None,
    why: str = "",
    at: datetime | None = None,
    recorded_at: datetime | None = None,
) -> Involvement:
    """Somebody starts to work with the child; access follows at once.

    First Contact, a team manager for the own team, an allocation or a school's roll make
    involvements; what a person claims for themselves, with `why`, waits for First Contact (access rules).
    Raises NotAllowed for anybody else, Conflict where the same involvement is open.
    """
    instant = at or now()
    state = _state_for(user, person, team)
    primary = lock_cluster(child.pk)
    open_now = Involvement.objects.of(primary).filter(
        user=person, team=team, case_role=case_role, ended_at__isnull=True
    )
    if open_now.exclude(state=InvolvementState.REFUSED).exists():
        raise Conflict("This involvement is already recorded.", field="case_role")
    try:
        row = Involvement.objects.create(
            child=primary,
            user=person,
            team=team,
            case_role=case_role,
            state=state,
            started_at=instant,
            claim_why=why.strip(),
            made_by=user,
            recorded_at=recorded_at or instant,
        )
    except IntegrityError as fault:
        raise Conflict("This involvement is already recorded.", field="case_role") from fault
    return _told(user, row, Verb.ACCESS_GIVEN, instant)


@command
def involvement_decide(
    user: User, *, involvement: Involvement, agree: bool, why: str = "", at: datetime | None = None
) -> Involvement:
    """First Contact agrees or refuses a claimed involvement; who claimed it is told, and reads why.

    Raises Invalid where it is refused without a reason, Conflict where somebody has decided it already.
    """
    instant = at or now()
    lock_cluster(involvement.child_id)
    locked_involvement = Involvement.objects.select_for_update(no_key=True).get(pk=involvement.pk)
    if not may_confirm(user, locked_involvement.team):
        raise NotAllowed("First Contact, or the team's own manager, decides who works with a child.")
    if locked_involvement.state != InvolvementState.CLAIMED:
        by, when = locked_involvement.decided_by, locked_involvement.decided_at
        raise Conflict(
            f"{by} decided this at {local(when):%H:%M on %-d %B}: {locked_involvement.get_state_display().lower()}."
            if by and when
            else "This has already been decided."
        )
    if not agree and not why.strip():
        raise Invalid("Say why it is not agreed. Who claimed it reads the reason.", field="why")
    claimant = locked_involvement.user
    if agree and claimant is not None and has_left(claimant, local_date(instant)):
        raise Invalid(
            f"{claimant} has left. Do not agree; record who works with the child now.", field="agree"
        )
    locked_involvement.state = InvolvementState.CONFIRMED if agree else InvolvementState.REFUSED
    locked_involvement.decided_why = why.strip()
    locked_involvement.decided_by, locked_involvement.decided_at = user, instant
    locked_involvement.save(update_fields=["state", "decided_why", "decided_by", "decided_at"])
    _tell_claimant(user, locked_involvement, instant)
    return _told(user, locked_involvement, Verb.ACCESS_GIVEN if agree else Verb.CHANGED, instant)


@command
def involvement_end(
    user: User, *, involvement: Involvement, reason: str, at: datetime | None = None
) -> Involvement:
    """The work ends now, and the access with it. Raises Conflict where it has ended."""
    instant = at or now()
    lock_cluster(involvement.child_id)
    locked_involvement = Involvement.objects.select_for_update(no_key=True).get(pk=involvement.pk)
    if locked_involvement.ended_at is not None:
        raise Conflict("This involvement has already ended.")
    if locked_involvement.user_id != user.pk and not may_confirm(user, locked_involvement.team):
        raise NotAllowed("First Contact or the team's manager ends an involvement.")
    if instant < locked_involvement.started_at:
        raise Invalid("The end is before the start. Check the time.", field="ended_at")
    return _ended(user, locked_involvement, reason, instant)


@command
def team_allocate(
    user: User, *, child: Child, team: Team, case_role: str, at: datetime | None = None
) -> Involvement:
    """A step that the procedures give to a team brings the team in: an allocation, so it waits for nobody.

    Where the team has that role already, it goes on.
    """
    instant, primary = at or now(), lock_cluster(child.pk)
    existing = _of_team(primary, team, case_role).first()
    if existing:
        return existing
    row = Involvement.objects.create(
        child=primary, team=team, case_role=case_role, started_at=instant, made_by=user, recorded_at=instant
    )
    return _told(user, row, Verb.ACCESS_GIVEN, instant)


@command
def team_release(
    user: User, *, child: Child, team: Team, case_role: str, reason: str, at: datetime | None = None
) -> None:
    """The step is done, and with it the team's part. Without one it changes nothing."""
    instant, primary = at or now(), lock_cluster(child.pk)
    for row in _of_team(primary, team, case_role).select_for_update(no_key=True):
        _ended(user, row, reason, max(instant, row.started_at))


@command
def person_allocate(
    user: User, *, child: Child, person: User, case_role: str, at: datetime | None = None
) -> Involvement:
    """A step that the procedures give to a named person brings them in, as `team_allocate` does a team."""
    instant, primary = at or now(), lock_cluster(child.pk)
    existing = _of_person(primary, person, case_role).first()
    if existing:
        return existing
    row = Involvement.objects.create(
        child=primary,
        user=person,
        case_role=case_role,
        started_at=instant,
        made_by=user,
        recorded_at=instant,
    )
    return _told(user, row, Verb.ACCESS_GIVEN, instant)


@command
def person_release(
    user: User, *, child: Child, person: User, case_role: str, reason: str, at: datetime | None = None
) -> None:
    """The step is done, and with it the person's part. Without one it changes nothing."""
    instant, primary = at or now(), lock_cluster(child.pk)
    for row in _of_person(primary, person, case_role).select_for_update(no_key=True):
        _ended(user, row, reason, max(instant, row.started_at))


def _of_person(primary: Child, person: User, case_role: str) -> QuerySet[Involvement]:
    rows: QuerySet[Involvement] = Involvement.objects.of(primary)
    return rows.filter(
        user=person, case_role=case_role, ended_at__isnull=True, state=InvolvementState.CONFIRMED
    )


def _of_team(primary: Child, team: Team, case_role: str) -> QuerySet[Involvement]:
    rows: QuerySet[Involvement] = Involvement.objects.of(primary)
    return rows.filter(
        user=None,
        team=team,
        case_role=case_role,
        ended_at__isnull=True,
        state=InvolvementState.CONFIRMED,
    )


def _ended(user: User, row: Involvement, reason: str, at: datetime) -> Involvement:
    row.ended_at, row.end_reason = at, reason
    row.save(update_fields=["ended_at", "end_reason"])
    return _told(user, row, Verb.ACCESS_ENDED, at)


def may_confirm(user: User, team: Team | None) -> bool:
    """Whether what `user` records of `team` (None: of nobody's team) stands without First Contact.

    A team manager confirms for the own team only, whatever other involvements the partnership has.
    """
    teams = confirms_for(user)
    return teams is None or (team is not None and team.pk in teams)


def confirms_for(user: User) -> set[int] | None:
    """The teams whose involvements this person confirms; None for those of every team and of nobody's."""
    profile = profile_of(user)
    if any(Work.INVOLVEMENT in role.writes and not role.heads_team for role in profile.roles):
        return None
    return {post.team_id for post in profile.posts if post.role.heads_team and post.team_id}


def _state_for(user: User, person: User | None, team: Team | None) -> str:
    """What an involvement made by `user` is worth: confirmed, or a claim that waits."""
    if may_confirm(user, team):
        return InvolvementState.CONFIRMED
    if person is not None and person.pk == user.pk:
        return InvolvementState.CLAIMED
    raise NotAllowed("First Contact, or the team's own manager, records who works with a child.")


def _tell_claimant(user: User, row: Involvement, at: datetime) -> None:
    reference = row.child.reference
    answer = "is agreed" if row.state == InvolvementState.CONFIRMED else "is not agreed: read why"
    notice_send(
        {row.user_id or row.made_by_id} - {user.pk},
        kind="children.claim",
        key=f"claim:{row.public_id}",
        text=f"That you work with {reference} {answer}.",
        url=reverse("children:claim_answer", args=[row.public_id]),
        reference=reference,
        child=row.child.public_id,
        at=at,
    )


def _told(user: User, row: Involvement, verb: Verb, at: datetime) -> Involvement:
    # As things stand now, whatever `at` says: what is entered late must not undo what began since.
    grants.rebuild(None, at=now(), child_ids=[row.child_id])
    record(
        user,
        verb=verb,
        subject=row,
        child=row.child.public_id,
        part="involved",
        detail={"role": row.case_role, "state": row.state},
        at=at,
    )
    publish(InvolvementChanged(child_id=row.child_id, at=at))
    return row
