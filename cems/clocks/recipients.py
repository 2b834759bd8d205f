"""Who is told about a clock: those who have it, and at a breach those who manage them (K1).

Everything is asked for a whole batch at once, so ten thousand clocks cost the same few reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from django.db.models import Q, QuerySet

from cems.accounts.models import Appointment, Team, User

# Roles that answer for a team's promises.
MANAGING = ("team_manager", "erase_manager")


class Held(Protocol):
    """Anything that a person or a team has: a clock, an action."""

    pk: int
    owner_user_id: int | None
    owner_team_id: int | None


def current_appointments(on: date) -> QuerySet[Appointment]:
    """Appointments that hold on a day, of people who still work here."""
    return Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        Q(user__ends_on__isnull=True) | Q(user__ends_on__gte=on),
        starts_on__lte=on,
        user__is_active=True,
    )


def holders(clocks: Iterable[Held], on: date) -> Mapping[int, set[int]]:
    """By clock: its owner, or everybody in the team that has it."""
    clocks = list(clocks)
    members: dict[int, set[int]] = defaultdict(set)
    teams = {clock.owner_team_id for clock in clocks if clock.owner_team_id}
    if teams:
        rows = current_appointments(on).filter(team_id__in=teams).values_list("team_id", "user_id")
        for team_id, user_id in rows:
            members[team_id or 0].add(user_id)
    return {
        clock.pk: {clock.owner_user_id} if clock.owner_user_id else set(members[clock.owner_team_id or 0])
        for clock in clocks
    }


def managers(clocks: Iterable[Held], on: date) -> Mapping[int, set[int]]:
    """By clock: who manages its team or its owner's teams; failing that, any manager of the owner's agency."""
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
    desks = {clock.owner_team_id for clock in clocks if clock.owner_team_id}
    agency_of_user = dict(User.objects.filter(pk__in=users).values_list("pk", "agency_id"))
    agency_of_team = dict(Team.objects.filter(pk__in=desks).values_list("pk", "agency_id"))
    found: dict[int, set[int]] = {}
    for clock in clocks:
        teams = teams_of[clock.owner_user_id] if clock.owner_user_id else {clock.owner_team_id or 0}
        told = {user for team in teams for user in of_team[team] if user != clock.owner_user_id}
        agency = agency_of_user.get(clock.owner_user_id or 0) or agency_of_team.get(clock.owner_team_id or 0)
        found[clock.pk] = told or of_agency[agency or 0]
    return found


def _managers(on: date) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Every current manager by team and by agency; there are few of them."""
    of_team: dict[int, set[int]] = defaultdict(set)
    of_agency: dict[int, set[int]] = defaultdict(set)
    rows = current_appointments(on).filter(role_key__in=MANAGING)
    for user_id, team_id, agency_id in rows.values_list("user_id", "team_id", "user__agency_id"):
        of_agency[agency_id].add(user_id)
        if team_id:
            of_team[team_id].add(user_id)
    return of_team, of_agency
