"""The roles people hold, from–to: given, ended (A1, A2)."""

from datetime import date, datetime

from django.db import IntegrityError

from cems.accounts import rules
from cems.accounts.events import AppointmentChanged
from cems.accounts.leaving import has_left
from cems.accounts.models import Appointment, Locality, Team, User
from cems.accounts.permissions import may_administer
from cems.accounts.profile import forget_profile, profile_of
from cems.accounts.roles import ROLES, SYSTEMS, Reach, Role
from cems.accounts.sign_in import end_sign_ins
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import local_date, now


@command
def appointment_start(
    actor: User | None,
    *,
    user: User,
    role_key: str,
    team: Team | None = None,
    locality: Locality | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    agency_staff: bool = False,
    supervisor: User | None = None,
    at: datetime | None = None,
) -> Appointment:
    """Give a person a role from a day on (A1, A2).

    `agency_staff` says that they are temporary, `supervisor` who shows a student their children. Raises
    Invalid where the role needs a team, a locality, a supervisor or a last day or is held already in those
    days, NotAllowed for oneself, Conflict when the person has left.
    """
    may_administer(actor, about=user)
    instant = at or now()
    fresh = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    role = ROLES.get(role_key)
    if role is None:
        raise Invalid("Choose a role from the list.", field="role_key")
    first = starts_on or local_date(instant)
    if has_left(fresh, first):
        raise Conflict("This person has left. Bring them back first.")
    fault = rules.appointment_fault(role, team, locality is not None, first, ends_on)
    fault = fault or rules.temporary_fault(role, ends_on, agency_staff, supervisor is not None)
    if fault:
        raise Invalid(fault[1], field=fault[0])
    if supervisor is not None:
        _may_supervise(supervisor, fresh, first)
    _not_person_and_system(fresh, role)
    try:
        appointment = Appointment.objects.create(
            user=fresh,
            role_key=role.key,
            team=team,
            locality=locality,
            starts_on=first,
            ends_on=ends_on,
            agency_staff=agency_staff,
            supervisor=supervisor,
        )
    except IntegrityError:
        raise Invalid("They hold this role there already in these days.", field="role_key") from None
    record(
        actor,
        verb=Verb.ACCESS_GIVEN,
        subject=appointment,
        detail={"user": str(fresh.public_id), "role": role.key, "team": team.code if team else ""},
        at=at,
    )
    if role.is_system:  # what was sent or chosen before it was one opens nothing
        fresh.set_unusable_password()
        fresh.save(update_fields=["password"])
        end_sign_ins(fresh)
    _tell(appointment, ends_on)
    forget_profile(user)
    return appointment


@command
def appointment_end(
    actor: User | None, *, appointment: Appointment, last_day: date | None = None, at: datetime | None = None
) -> None:
    """End a role with `last_day` (today), or take it back when it has not begun by then (A1).

    Raises Conflict when it ended earlier already.
    """
    may_administer(actor, about=appointment.user)
    day = last_day or local_date(at or now())
    fresh = Appointment.objects.select_for_update(no_key=True).select_related("user").get(pk=appointment.pk)
    if fresh.ends_on is not None and fresh.ends_on < day:
        raise Conflict("This role has ended already.")
    appointment_close(actor, appointment=fresh, day=day, at=at)
    forget_profile(appointment.user)


@command
def appointment_close(
    actor: User | None, *, appointment: Appointment, day: date, at: datetime | None = None
) -> None:
    """Let a locked role end with `day`, or take it back when it has not begun by then.

    The caller has asked whether the actor may.
    """
    record(
        actor,
        verb=Verb.ACCESS_ENDED,
        subject=appointment,
        detail={"user": str(appointment.user.public_id), "role": appointment.role_key, "last_day": str(day)},
        at=at,
    )
    if appointment.starts_on > day:
        appointment.delete()
    else:
        appointment.ends_on = day
        appointment.save(update_fields=["ends_on"])
    _tell(appointment, day)


def _may_supervise(supervisor: User, student: User, on: date) -> None:
    """A supervisor works with children today, in the student's agency, and is somebody else."""
    if supervisor.pk == student.pk or supervisor.agency_id != student.agency_id:
        raise Invalid("Choose a supervisor who is a colleague in the same agency.", field="supervisor")
    if not profile_of(supervisor, on).posts_reaching(Reach.INVOLVED):
        raise Invalid("Choose a supervisor whose own role works with children.", field="supervisor")


def _not_person_and_system(user: User, role: Role) -> None:
    """An account is a person's or a system's, for good: else a key would act with a person's rights."""
    others = user.appointments.exclude(role_key__in=SYSTEMS) if role.is_system else user.appointments.none()
    if others.exists():
        raise Invalid("This account is a person's. Add another one for the system.", field="role_key")
    if not role.is_system and user.appointments.filter(role_key__in=SYSTEMS).exists():
        raise Invalid("This account is a system's. Add another one for the person.", field="role_key")


def _tell(appointment: Appointment, ends_on: date | None) -> None:
    publish(AppointmentChanged(appointment.user_id, appointment.role_key, appointment.team_id, ends_on))
