"""The agencies, teams and people of the invented nation: small tables, filled with their constraints on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import psycopg
from django.apps import apps

from bench.facts import LOCALITIES, STAFF, TEAM, Nation
from bench.loading import copy
from bench.names import families, given_names, pick

DESK = 25  # people at First Contact, who serve every authority


@dataclass(frozen=True)
class Numbers:
    """From a place in the nation (from 0) to its row number: what the reference data made stays below."""

    authority: int
    locality: int
    agency: int
    team: int
    user: int


def settle(owner: psycopg.Connection, nation: Nation) -> Numbers:
    """Fill the tables of agencies and people; returns where their row numbers begin."""
    first = Numbers(*(_next(owner, name) for name in ("authority", "locality", "agency", "team", "user")))
    authorities = nation.authorities
    Authority, Agency = apps.get_model("accounts.Authority"), apps.get_model("accounts.Agency")
    rows: Any = [(first.authority + n, f"E069{n:05d}", f"Example Authority {n}") for n in range(authorities)]
    copy(owner, Authority, ["id", "code", "name"], rows, authorities)
    rows = [
        (first.locality + n, first.authority + n // LOCALITIES, f"bench-{n}", f"Example Locality {n}")
        for n in range(authorities * LOCALITIES)
    ]
    model = apps.get_model("accounts.Locality")
    copy(owner, model, ["id", "authority_id", "code", "name"], rows, len(rows))
    rows = [
        (first.agency + n, f"bench-{n}", f"Example Agency {n}", "childrens_services")
        for n in range(authorities)
    ]
    rows.append((first.agency + authorities, "bench-front-door", "Example Front Door", "childrens_services"))
    copy(owner, Agency, ["id", "code", "name", "kind"], rows, len(rows))
    served = [(first.agency + n, first.authority + n) for n in range(authorities)]
    served += [(first.agency + authorities, first.authority + n) for n in range(authorities)]
    rows = [(number, *pair) for number, pair in enumerate(served, 1000)]
    copy(owner, Agency.authorities.through, ["id", "agency_id", "authority_id"], rows, len(rows))
    _staff(owner, nation, first)
    return first


def school_staff(nation: Nation, school: int) -> range:
    """The people (from 0) of a school."""
    begin = nation.teams * TEAM + school * STAFF
    return range(begin, begin + STAFF)


def desk(nation: Nation) -> range:
    """The people (from 0) of First Contact."""
    begin = nation.teams * TEAM + nation.schools * STAFF
    return range(begin, begin + DESK)


def _staff(owner: psycopg.Connection, nation: Nation, first: Numbers) -> None:
    teams = nation.teams + nation.schools + 1
    columns = ["id", "agency_id", "code", "name", "kind"]
    copy(owner, apps.get_model("accounts.Team"), columns, _teams(nation, first), teams)
    people = list(_people(nation))
    begun = (nation.at - timedelta(days=400)).isoformat()
    rows = (
        (
            first.user + n,
            f"person{n}@example.test",
            f"{pick(given_names(), n * 37 % 1009 / 1009)} {pick(families(), n * 7919 % 10007 / 10007)}",
            first.agency + agency,
            begun,
            "!",
        )
        for n, (agency, _, _) in enumerate(people)
    )
    columns = ["id", "email", "name", "agency_id", "created_at", "password"]
    copy(owner, apps.get_model("accounts.User"), columns, rows, len(people))
    appointments = (
        (first.user + n, first.user + n, role, first.team + team, begun[:10])
        for n, (_, team, role) in enumerate(people)
    )
    columns = ["id", "user_id", "role_key", "team_id", "starts_on"]
    copy(owner, apps.get_model("accounts.Appointment"), columns, appointments, len(people))


def _teams(nation: Nation, first: Numbers) -> Iterator[tuple[Any, ...]]:
    for agency, numbers in enumerate(nation.team_numbers):
        for n in numbers:
            yield first.team + n, first.agency + agency, f"bench-{n}", f"Example Team {n}", "team"
    for agency, numbers in enumerate(nation.school_numbers):
        for n in (nation.teams + school for school in numbers):
            yield first.team + n, first.agency + agency, f"bench-{n}", f"Example School {n}", "school"
    n = nation.teams + nation.schools
    yield first.team + n, first.agency + nation.authorities, "bench-desk", "Example First Contact", "queue"


def _people(nation: Nation) -> Iterator[tuple[int, int, str]]:
    """Agency, team (both from 0) and role of each person, in their order."""
    for agency, numbers in enumerate(nation.team_numbers):
        for team, place in product(numbers, range(TEAM)):
            yield agency, team, "practitioner" if place else "team_manager"
    for agency, numbers in enumerate(nation.school_numbers):
        for school, place in product(numbers, range(STAFF)):
            yield agency, nation.teams + school, "school_deputy" if place else "school_lead"
    for _ in range(DESK):
        yield nation.authorities, nation.teams + nation.schools, "first_contact"


def _next(owner: psycopg.Connection, model: str) -> int:
    table = apps.get_model("accounts", model)._meta.db_table
    row = owner.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()  # noqa: S608 - a table of ours
    return int(row[0]) if row else 1
