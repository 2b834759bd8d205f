"""Rules of appointments and people; pure (A1)."""

from collections.abc import Sequence
from datetime import date
from difflib import SequenceMatcher

from cems.accounts.models import Team, TeamKind
from cems.accounts.roles import Role
from cems.base.months import add_months
from cems.base.words import counted


def appointment_fault(
    role: Role, team: Team | None, has_locality: bool, starts_on: date, ends_on: date | None
) -> tuple[str, str] | None:
    """What is wrong with an appointment, as (field, sentence); None when it is right (A1).

    Source: access.md. A role that reaches children through a team says which team; one of a locality's
    board says which locality; a school's lead is lead of a school.
    """
    if role.of_team and team is None:
        return "team", f"Choose the team: a {role.label} sees children through it."
    if role.of_school and team is not None and team.kind != TeamKind.SCHOOL:
        return "team", "Choose a school or college for this role."
    if role.of_locality and not has_locality:
        return "locality", f"Choose the locality: a {role.label} sits on its board."
    if ends_on is not None and ends_on < starts_on:
        return "ends_on", "The last day can't be before the first."
    return None


def temporary_fault(
    role: Role, ends_on: date | None, agency_staff: bool, supervised: bool
) -> tuple[str, str] | None:
    """What is wrong with a temporary appointment, as (field, sentence); None when it is right (A2: cover).

    Source: access.md. Agency staff need an end date; a student has one, and a supervisor.
    """
    if role.supervised and not supervised:
        return "supervisor", "Name the supervisor: a student sees the children the supervisor names."
    if supervised and not role.supervised:
        return "supervisor", "Only a student has a supervisor. Leave this empty."
    if ends_on is None and (agency_staff or role.supervised):
        return "ends_on", "Write the last day: agency staff and students have one."
    return None


def cover_fault(on: date, starts_on: date, ends_on: date, longest_days: int) -> tuple[str, str] | None:
    """What is wrong with the days of a cover, as (field, sentence); None when they are right (A2: cover).

    Source: access.md, "named, dated delegation": from today or later, for so many days at the most.
    """
    if starts_on < on:
        return "starts_on", "The first day can't be in the past."
    if ends_on < starts_on:
        return "ends_on", "The last day can't be before the first."
    if (ends_on - starts_on).days >= longest_days:
        return (
            "ends_on",
            f"Cover lasts {counted(longest_days, 'day')} at the most. Choose an earlier last day.",
        )
    return None


def confirmation_due(last: date | None, agency_since: date, *, months: int) -> date:
    """The day an agency's next look through its people is due: so many months after the last (access.md)."""
    return add_months(last or agency_since, months)


_ALIKE = 0.72  # from which a name is taken for a misspelling of another


def likest_names(typed: str, names: Sequence[str], *, most: int = 8) -> list[str]:
    """C2: the names a user may have meant, the likest first: those with the words typed, then close spellings."""
    words = _plain(typed)
    if not words:
        return []
    ranked = sorted((_unlike(words, _plain(name)), name) for name in names)
    return [name for unlike, name in ranked if unlike <= 3][:most]


def _unlike(typed: str, name: str) -> float:
    """How unlike what was typed a name is: 0 for the same, to 3 for a misspelling, above for another name."""
    if typed == name:
        return 0
    if name.startswith(typed):
        return 1
    if all(any(part.startswith(word) for part in name.split()) for word in typed.split()):
        return 1.5
    ratios = [SequenceMatcher(None, typed, part).ratio() for part in (name, *name.split())]
    return 3 - max(ratios) if max(ratios) >= _ALIKE else 4


def _plain(name: str) -> str:
    letters = "".join(letter if letter.isalnum() else " " for letter in name.casefold())
    return " ".join(letters.replace(" council", " ").split())
