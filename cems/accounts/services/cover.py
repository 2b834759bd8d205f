"""Deputies: named for one appointment, from–to, ended early (A2: cover). Each change is in the audit (A3)."""

from datetime import date, datetime

from django.db import IntegrityError
from django.db.models import Q

from cems.accounts import rules
from cems.accounts.events import DelegationChanged
from cems.accounts.models import Appointment, Delegation, User
from cems.accounts.policy import DEPUTY_DAYS
from cems.accounts.profile import forget_profile, profile_of
from cems.accounts.roles import NEVER_COVER, Work
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.events import publish
from cems.base.time import local_date, now


@command
def delegation_start(
    actor: User,
    *,
    appointment: Appointment,
    deputy: User,
    ends_on: date,
    starts_on: date | None = None,
    at: datetime | None = None,
) -> Delegation:
    """Name a deputy for an appointment, who then reaches and does what its role does there (A2).

    Its holder, the manager of its team or an administrator may. What somebody reaches as a deputy is no
    appointment of theirs, so it can't be handed on. Raises NotAllowed for anybody else and for naming
    oneself, Invalid for days or a deputy that won't do, Conflict when they are its deputy already.
    """
    instant = at or now()
    day, first = local_date(instant), starts_on or local_date(instant)
    post = (
        Appointment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user")
        .get(pk=appointment.pk)
    )
    if not may_delegate(actor, post, day):
        raise NotAllowed("Its holder, their team's manager or an administrator names a deputy.")
    if deputy.pk == actor.pk:
        raise NotAllowed("You can't name yourself. Ask whose work it is, or an administrator.")
    if fault := rules.cover_fault(day, first, ends_on, DEPUTY_DAYS.at(instant)):
        raise Invalid(fault[1], field=fault[0])
    _post_covers(post, ends_on, day)
    _person_covers(deputy, post, first)
    try:
        row = Delegation.objects.create(
            appointment=post,
            deputy=deputy,
            starts_on=first,
            ends_on=ends_on,
            made_by=actor,
            made_at=instant,
        )
    except IntegrityError:
        raise Conflict("They are the deputy for this already in these days.", field="starts_on") from None
    _record(actor, row, Verb.ACCESS_GIVEN, at)
    return row


@command
def delegation_end(actor: User, *, delegation: Delegation, at: datetime | None = None) -> Delegation:
    """End a cover this minute, or take it back before it begins (A2).

    The holder, the deputy, the team's manager or an administrator may. Raises Conflict when it is over.
    """
    instant = at or now()
    delegations = Delegation.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "appointment__user", "deputy"
    )
    row = delegations.get(pk=delegation.pk)
    if actor.pk != row.deputy_id and not may_delegate(actor, row.appointment, local_date(instant)):
        raise NotAllowed("Its holder, the deputy, their team's manager or an administrator ends a cover.")
    if row.ended_at is not None or row.ends_on < local_date(instant):
        raise Conflict("This cover has ended already.")
    _finish(actor, row, instant, at)
    return row


@command
def delegations_end(actor: User | None, *, user: User, last_day: date, at: datetime, at_once: bool) -> None:
    """Somebody leaves: nobody covers for them, nor they for anybody, after that day (A2)."""
    touched = Q(deputy=user) | Q(appointment__user=user)
    rows = Delegation.objects.select_for_update(no_key=True, of=("self",)).filter(
        touched, ended_at__isnull=True
    )
    for row in rows.select_related("appointment__user", "deputy"):
        if at_once or row.starts_on > last_day:
            _finish(actor, row, at, at)
        elif row.ends_on > last_day:
            row.ends_on = last_day
            row.save(update_fields=["ends_on"])
            _record(actor, row, Verb.CHANGED, at)


def may_delegate(actor: User, post: Appointment, on: date) -> bool:
    """Whether the person may name and end deputies of this appointment: never as a deputy themselves."""
    profile = profile_of(actor, on)
    own = profile.own_posts
    manages = any(
        Work.TEAM in own_post.role.writes
        and own_post.team_id is not None
        and own_post.team_id == post.team_id
        for own_post in own
    )
    administers = any(Work.ADMINISTRATION in own_post.role.writes for own_post in own)
    return post.user_id == actor.pk or manages or administers


def _post_covers(post: Appointment, ends_on: date, on: date) -> None:
    """Nobody gives what they do not have: the appointment holds today and to the last day of the cover."""
    if not post.role.covers:
        raise Invalid(f"A {post.role.label.lower()} has no deputy.", field="appointment")
    holder = profile_of(post.user, on)
    ended = post.starts_on > on or (post.ends_on is not None and post.ends_on < on)
    if ended or not holder.posts:
        raise Invalid("This role is not held today.", field="appointment")
    lasts = min((day for day in (post.ends_on, post.user.ends_on) if day is not None), default=ends_on)
    if ends_on > lasts:
        raise Invalid(
            f"The role itself ends on {lasts:%-d %B %Y}. Choose that day or one before.", field="ends_on"
        )


def _person_covers(deputy: User, post: Appointment, on: date) -> None:
    """A deputy is a colleague of the same agency with a role of their own, no student and no system."""
    if deputy.pk == post.user_id:
        raise Invalid("Choose somebody else: this is whose work is covered.", field="deputy")
    if deputy.agency_id != post.user.agency_id:
        raise Invalid("Choose a colleague of the same agency.", field="deputy")
    own = profile_of(deputy, on).own_posts
    if not own or any(own_post.role.key in NEVER_COVER for own_post in own):
        raise Invalid(
            "Choose a colleague who has a role of their own by then. Students and systems don't stand in.",
            field="deputy",
        )


def _finish(actor: User | None, row: Delegation, instant: datetime, at: datetime | None) -> None:
    row.ended_at = instant
    row.save(update_fields=["ended_at"])
    _record(actor, row, Verb.ACCESS_ENDED, at)


def _record(actor: User | None, row: Delegation, verb: Verb, at: datetime | None) -> None:
    holder = row.appointment.user
    record(
        actor,
        verb=verb,
        subject=row,
        detail={
            "holder": str(holder.public_id),
            "deputy": str(row.deputy.public_id),
            "role": row.appointment.role_key,
            "first_day": str(row.starts_on),
            "last_day": str(row.ends_on),
        },
        at=at,
    )
    ended = row.ended_at is not None
    publish(DelegationChanged(row.public_id, row.deputy_id, holder.pk, row.starts_on, row.ends_on, ended))
    forget_profile(row.deputy)
