"""The people of the demonstration: at least one for each role, and those they work with (A1)."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cems.accounts.models import Agency, Authority, Locality, Team, User
from cems.accounts.roles import ROLES
from cems.accounts.services.appointment import appointment_start
from cems.accounts.services.person import user_create
from cems.base.command import command
from cems.base.time import local_date
from demo import password
from demo.data import load

DOMAIN = "demo.cems.example"
# Held for the whole agency or locality: with a team, its desk's clocks would land on them too.
TEAMLESS = frozenset(
    {
        "administrator",
        "auditor",
        "business_support",
        "ceg_chair",
        "ceg_member",
        "head_of_service",
        "information_governance",
        "strategic_member",
    }
)


@dataclass(frozen=True)
class Place:
    """A locality of the demonstration: its invented town, and who works there."""

    code: str
    authority: str
    town: str
    outward: str  # no such postcode district exists
    school: str
    team: str
    social_worker: str
    manager: str
    early_help: str
    school_lead: str
    front_door: str
    ceg_chair: str


_DURHAM, _DARLINGTON = "E06000047", "E06000005"
PLACES = {
    place.code: place
    for place in (
        Place(
            "east", _DURHAM, "Northbeck", "DH0 1", "school-northbeck", "families-first-east",
            "practitioner", "team.manager", "champion", "school.lead", "first.contact", "ceg.chair",
        ),
        Place(
            "south", _DURHAM, "Southmoor", "DH0 2", "school-southmoor", "families-first-south",
            "social.worker.south", "team.manager.south", "early.help.south", "school.lead.south",
            "first.contact.second", "ceg.chair.south",
        ),
        Place(
            "north-west", _DURHAM, "Westhope", "DH0 3", "college-westhope", "families-first-north-west",
            "social.worker.north.west", "team.manager.north.west", "early.help.north.west",
            "school.lead.north.west", "first.contact", "ceg.chair.north.west",
        ),
        Place(
            "darlington", _DARLINGTON, "Skernedale", "DL0 1", "school-skernedale", "darlington-assessment",
            "social.worker.darlington", "team.manager.darlington", "social.worker.darlington",
            "school.lead.darlington", "front.door.darlington", "ceg.chair.darlington",
        ),
    )
}  # fmt: skip


class Cast:
    """Everybody and every team by name, read once."""

    def __init__(self) -> None:
        emails = {address(row["key"]): row["key"] for row in load("people")}
        rows = User.objects.filter(email__in=emails).prefetch_related("appointments")
        self.people = {emails[user.email]: user for user in rows}
        self.teams = {team.code: team for team in Team.objects.select_related("agency")}
        self.localities = {row.code: row for row in Locality.objects.all()}
        self.authorities = {row.code: row for row in Authority.objects.all()}
        self.agencies = {row.code: row for row in Agency.objects.all()}
        self._members: dict[int, list[User]] = defaultdict(list)
        for row in load("people"):
            user = self.people[row["key"]]
            for post in user.appointments.all():
                if post.team_id:
                    self._members[post.team_id].append(user)

    def person(self, key: str) -> User:
        return self.people[key]

    def team(self, code: str) -> Team:
        return self.teams[code]

    def member_of(self, team_id: int) -> User | None:
        """Somebody of a team, always the same; None where the demonstration has nobody in it."""
        return next(iter(self._members[team_id]), None)


def address(key: str) -> str:
    """The e-mail address of a person of the demonstration."""
    return f"{key}@{DOMAIN}"


def gather(since: datetime, as_of: datetime | None = None) -> Cast:
    """Make everybody who is not there yet, in their roles since `since`, all with one password.

    A role that is for a time begins and ends so many days from `as_of`, the present (`since`).

    One person for each role first, so that people can look round while the rest come (a password takes long
    to hash). Raises PasswordLost when people are here but the file with their password is not.
    """
    here = {user.email: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    secret = password.known_to(next(iter(here.values()), None))
    teams = {team.code: team for team in Team.objects.select_related("agency")}
    localities = {row.code: row for row in Locality.objects.all()}
    absent = [row for row in load("people") if address(row["key"]) not in here]
    first = {email for _, _, email in _posts(load("people"))}
    hire = partial(
        _hire, None, secret=secret, teams=teams, localities=localities, since=since, as_of=as_of or since
    )
    _hire_first(None, rows=[row for row in absent if address(row["key"]) in first], hire=hire, secret=secret)
    for row in absent:
        if address(row["key"]) not in first:
            hire(row=row)
    return Cast()


@command
def _hire_first(
    actor: None, *, rows: Sequence[dict[str, Any]], hire: Callable[..., None], secret: str
) -> None:
    for row in rows:
        hire(row=row)
    # Last: a process that waits for this file finds these people there, or nearly.
    password.keep(secret)


@command
def _hire(
    actor: None,
    *,
    row: dict[str, Any],
    secret: str,
    teams: dict[str, Team],
    localities: dict[str, Locality],
    since: datetime,
    as_of: datetime,
) -> None:
    team = teams[row["team"]]
    user = user_create(
        actor,
        email=address(row["key"]),
        name=row["name"],
        job_title=row["job"],
        phone="01632 960000",  # the telephone regulator keeps these numbers for drama
        agency=team.agency,
        password=secret,
        invite=False,
        at=since,
    )
    begins = max(since, as_of + timedelta(days=row["first_day"])) if "first_day" in row else since
    ends_on = local_date(as_of + timedelta(days=row["last_day"])) if "last_day" in row else None
    supervisor = User.objects.get(email=address(row["supervisor"])) if "supervisor" in row else None
    homes = [team, *(teams[code] for code in row.get("teams", ()))]
    for role, home in itertools.product(row["roles"], homes):
        appointment_start(
            actor,
            user=user,
            role_key=role,
            team=None if role in TEAMLESS else home,
            locality=localities[row["locality"]] if ROLES[role].of_locality else None,
            starts_on=local_date(begins),
            ends_on=ends_on,
            agency_staff=row.get("agency_staff", False),
            supervisor=supervisor,
            at=begins,
        )


def sign_ins(*, everybody: bool = False) -> list[tuple[str, str, str]]:
    """Role, name and address of one person for each role, or of everybody; empty before they are made."""
    here = set(User.objects.filter(email__endswith=f"@{DOMAIN}").values_list("email", flat=True))
    return _posts([row for row in load("people") if address(row["key"]) in here], everybody=everybody)


def _posts(people: list[dict[str, Any]], *, everybody: bool = False) -> list[tuple[str, str, str]]:
    rows: dict[str, list[tuple[str, str, str]]] = {role: [] for role in ROLES}
    for row in people:
        for role in row["roles"]:
            rows[role].append((ROLES[role].label, row["name"], address(row["key"])))
    return [post for row in rows.values() for post in (row if everybody else row[:1])]
