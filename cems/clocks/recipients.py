"""Who is told about a clock: those who have it, and at a breach those who manage them (K1).

Everything is asked for a whole batch at once, so ten thousand clocks cost the same few reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from django.db.models import QuerySet

from cems.accounts.leaving import here
from cems.accounts.models import Appointment, Delegation, Team, User
from cems.accounts.querysets import current
from cems.accounts.roles import ABOVE_MANAGERS, MANAGING, ROLES


class Held(Protocol):
    """Anything that a person or a team has: a clock, an action."""

    pk: int
    owner_user_id: int | None
    owner_team_id: int | None


def current_appointments(on: date) -> QuerySet[Appointment]:
    """Appointments that hold on a day, of people who still work here."""
    return Appointment.objects.filter(current(on), here(on, "user__"))


def acting(on: date, **narrow: Any) -> Iterable[tuple[int, int | None, int, str]]:
    """Who acts in these posts on a day, their holders and live deputies: person, team, agency, role; in one
    statement."""
    appointments = current_appointments(on).filter(**narrow)
    covered = Delegation.objects.live(on).filter(**{f"appointment__{key}": it for key, it in narrow.items()})
    rows: Iterable[tuple[int, int | None, int, str]] = appointments.values_list(
        "user_id", "team_id", "user__agency_id", "role_key"
    ).union(
        covered.values_list("deputy_id", "appointment__team_id", "deputy__agency_id", "appointment__role_key")
    )
    return rows


def holders(clocks: Iterable[Held], on: date) -> Mapping[int, set[int]]:
    """By clock: its owner, or those in the team that has it who share its work; and the deputies of those who are
    away. Where nobody in a team does, everybody in it: work waits nowhere."""
    clocks = list(clocks)
    members: dict[int, set[int]] = defaultdict(set)
    others: dict[int, set[int]] = defaultdict(set)
    teams = {clock.owner_team_id for clock in clocks if clock.owner_team_id}
    if teams:
        for user_id, team_id, _, role in acting(on, team_id__in=teams):
            (members if ROLES[role].shares_work else others)[team_id or 0].add(user_id)
    deputies: dict[int, set[int]] = defaultdict(set)
    if people := {clock.owner_user_id for clock in clocks if clock.owner_user_id}:
        covers = Delegation.objects.live(on).of_everything(on).filter(appointment__user__in=people)
        for owner, deputy in covers.values_list("appointment__user_id", "deputy_id"):
            deputies[owner].add(deputy)
    return {
        clock.pk: {clock.owner_user_id, *deputies[clock.owner_user_id]}
        if clock.owner_user_id
        else set(members[clock.owner_team_id or 0] or others[clock.owner_team_id or 0])
        for clock in clocks
    }


def managers(clocks: Iterable[Held], on: date) -> Mapping[int, set[int]]:
    """By clock: who manages its team or its owner's teams; failing that, any manager of the owner's agency.

    Of a manager's own clock, where nobody else manages the team, it is who stands above the agency's managers, alone;
    the other managers where the agency has nobody there.
    """
    clocks = list(clocks)
    users = {clock.owner_user_id for clock in clocks if clock.owner_user_id}
    teams_of: dict[int, set[int]] = defaultdict(set)
    if users:
        for user_id, team_id in (
            current_appointments(on)
            .filter(user_id__in=users, team_id__isnull=False)
            .values_list("user_id", "team_id")
        ):
            teams_of[user_id].add(team_id or 0)
    of_team, of_agency = _managers(on)
    above = _above(on)
    desks = {clock.owner_team_id for clock in clocks if clock.owner_team_id}
    agency_of_user = dict(User.objects.filter(pk__in=users).values_list("pk", "agency_id"))
    agency_of_team = dict(Team.objects.filter(pk__in=desks).values_list("pk", "agency_id"))
    by_clock: dict[int, set[int]] = {}
    for clock in clocks:
        teams = teams_of[clock.owner_user_id] if clock.owner_user_id else {clock.owner_team_id or 0}
        team_managers = {user for team in teams for user in of_team[team] if user != clock.owner_user_id}
        agency = agency_of_user.get(clock.owner_user_id or 0) or agency_of_team.get(clock.owner_team_id or 0)
        manages = clock.owner_user_id in of_agency[agency or 0]
        others = (above[agency or 0] if manages else set()) or of_agency[agency or 0]
        by_clock[clock.pk] = team_managers or others - {clock.owner_user_id or 0}
    return by_clock


def managers_of(places: Iterable[tuple[int | None, int]], on: date) -> list[set[int]]:
    """For each team and agency: who manages the team; failing that, any manager of the agency."""
    of_team, of_agency = _managers(on)
    return [of_team[team or 0] or of_agency[agency] for team, agency in places]


def _above(on: date) -> dict[int, set[int]]:
    """By agency, who stands above its managers, and who stands in for one."""
    of_agency: dict[int, set[int]] = defaultdict(set)
    for user_id, _, agency_id, _ in acting(on, role_key__in=ABOVE_MANAGERS):
        of_agency[agency_id].add(user_id)
    return of_agency


def _managers(on: date) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Every current manager, and who stands in for one, by team and by agency; there are few of them."""
    of_team: dict[int, set[int]] = defaultdict(set)
    of_agency: dict[int, set[int]] = defaultdict(set)
    for user_id, team_id, agency_id, _ in acting(on, role_key__in=MANAGING):
        of_agency[agency_id].add(user_id)
        if team_id:
            of_team[team_id].add(user_id)
    return of_team, of_agency


def heir_of(leaver_id: int, on: date) -> Team | User | None:
    """Who has what a leaver promised: the team they were in last, where somebody in it shares its work; else who
    manages that team. None where nobody does. A desk never holds what nobody can open."""
    last = (
        Appointment.objects.filter(user_id=leaver_id, team__isnull=False)
        .select_related("team", "user")
        .order_by("-starts_on", "-pk")
        .first()
    )
    if last is None or last.team is None:
        return None
    others = {(who, role) for who, _, _, role in acting(on, team_id=last.team_id) if who != leaver_id}
    if any(ROLES[role].shares_work for _, role in others):
        return last.team
    (managing,) = managers_of([(last.team_id, last.user.agency_id)], on)
    first = User.objects.filter(pk__in=managing - {leaver_id}).order_by("pk").first()
    return first or (last.team if others else None)
