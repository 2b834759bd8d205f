"""Read the public register of schools, and say which of them have an account (C1).

The register is the file of all establishments that the Department for Education publishes each day (Get Information
about Schools, "edubasealldata"): its columns URN, EstablishmentName, Town, Postcode, "TypeOfEstablishment (name)",
TelephoneNum and "EstablishmentStatus (name)". It is never part of CEMS.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cems.accounts.models import Team, TeamKind, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid
from cems.children.identity.rules import search_key
from cems.children.models import School

COLUMNS = ("URN", "EstablishmentName", "Town", "Postcode", "EstablishmentStatus (name)")
_CLOSED = ("closed",)
_BATCH = 1000
_FIELDS = ("name", "town", "postcode", "kind", "phone", "is_open", "search_key")


@dataclass
class Counts:
    """What a file of the register brings."""

    new: int = 0
    changed: int = 0
    same: int = 0
    closed: int = 0
    refused: list[str] = field(default_factory=list)


@command
def schools_import(user: User | None, *, lines: Iterable[Mapping[str, str]], write: bool = False) -> Counts:
    """Count what the file brings, and write it where asked. A school that is not in the file stays as it is.

    Raises Invalid where the file lacks a column.
    """
    counts, by_urn = Counts(), School.objects.in_bulk(field_name="urn")
    made: list[School] = []
    changed: list[School] = []
    for number, line in enumerate(lines, start=2):
        if number == 2:
            _check_columns(line)
        row = _school(line)
        if row is None:
            counts.refused.append(f"line {number}: no URN of six digits, or no name")
            continue
        counts.closed += not row.is_open
        known = by_urn.get(row.urn)
        if known is None:
            counts.new += 1
            made.append(row)
            by_urn[row.urn] = row
        elif any(getattr(known, name) != getattr(row, name) for name in _FIELDS):
            counts.changed += 1
            for name in _FIELDS:
                setattr(known, name, getattr(row, name))
            changed.append(known)
        else:
            counts.same += 1
    if write:
        School.objects.bulk_create(made, batch_size=_BATCH)
        School.objects.bulk_update([row for row in changed if row.pk], list(_FIELDS), batch_size=_BATCH)
        record(user, verb=Verb.CHANGED, detail={"schools": len(made), "changed": len(changed)})
    return counts


def _check_columns(line: Mapping[str, str]) -> None:
    missing = [name for name in COLUMNS if name not in line]
    if missing:
        raise Invalid(
            f"The file has no column {', '.join(missing)}. Is it the register of all establishments?"
        )


def _school(line: Mapping[str, str]) -> School | None:
    """The school of one line; None where it says no number or name."""
    words = {name: " ".join((value or "").split()) for name, value in line.items() if name}
    urn, name, town = words["URN"], words["EstablishmentName"][:160], words["Town"][:80]
    if not (urn.isdigit() and len(urn) == 6 and name):
        return None
    return School(
        urn=urn,
        name=name,
        town=town,
        postcode=words["Postcode"][:8],
        kind=words.get("TypeOfEstablishment (name)", "")[:80],
        phone=words.get("TelephoneNum", "")[:30],
        is_open=words["EstablishmentStatus (name)"].casefold() not in _CLOSED,
        search_key=search_key(f"{name} {town}"),
    )


@command
def school_account(user: User | None, *, urn: str, code: str) -> School:
    """The school of this number has this account. Raises Invalid where there is no such school, or no such account."""
    row = School.objects.select_for_update(no_key=True, of=("self",)).filter(urn=urn).first()
    if row is None:
        raise Invalid(f"No school of the register has the number {urn}.", field="urn")
    team = Team.objects.filter(code=code, kind=TeamKind.SCHOOL).first()
    if team is None:
        raise Invalid(f"No school has an account with the code {code}.", field="code")
    School.objects.filter(team=team).exclude(pk=row.pk).update(team=None)
    row.team = team
    row.save(update_fields=["team"])
    record(user, verb=Verb.CHANGED, subject=team, detail={"urn": row.urn})
    return row
