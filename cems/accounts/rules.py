"""Rules of appointments and people; pure (A1)."""

from datetime import date

from cems.accounts.models import Team, TeamKind
from cems.accounts.roles import Role
from cems.base.months import add_months

# Roles that reach children through the team, desk or school they are held in.
TEAM_NEEDED = frozenset({"team_manager", "school_lead", "school_deputy", "first_contact", "edt", "ce_worker"})
SCHOOL_ROLES = frozenset({"school_lead", "school_deputy"})
CONFIRM_EVERY_MONTHS = 3


def appointment_fault(
    role: Role, team: Team | None, has_locality: bool, starts_on: date, ends_on: date | None
) -> tuple[str, str] | None:
    """What is wrong with an appointment, as (field, sentence); None when it is right (A1).

    Source: access.md. A role that reaches children through a team says which team; one of a locality's
    board says which locality; a school's lead is lead of a school.
    """
    if role.key in TEAM_NEEDED and team is None:
        return "team", f"Choose the team: a {role.label} sees children through it."
    if role.key in SCHOOL_ROLES and team is not None and team.kind != TeamKind.SCHOOL:
        return "team", "Choose a school or college for this role."
    if role.of_locality and not has_locality:
        return "locality", f"Choose the locality: a {role.label} sits on its board."
    if ends_on is not None and ends_on < starts_on:
        return "ends_on", "The last day can't be before the first."
    return None


def confirmation_due(last: date | None, agency_since: date) -> date:
    """The day an agency's next look through its people is due: three months after the last (access.md)."""
    return add_months(last or agency_since, CONFIRM_EVERY_MONTHS)
