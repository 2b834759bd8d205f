"""The partnership's localities, agencies and teams, from reference.json (A1), and every authority (C2).

`authorities.csv` names the authorities responsible for children in England, Wales and Scotland, with those that were
reorganised since 2019 and what followed them. Public sector information of the Office for National Statistics: the
Register of Geographic Codes and the Code History Database, counties and unitary authorities as of April 2025, Open
Government Licence 3.0.
"""

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from cems.accounts.directory.reference import sync as helplines_sync
from cems.accounts.models import Agency, Authority, DutyDesk, Locality, Team
from cems.base.command import command

FILE = Path(__file__).with_name("reference.json")
AUTHORITIES = Path(__file__).with_name("authorities.csv")


@command
def sync(user: None = None) -> str:
    """Write what is missing of what the file says. What is there is people's by then: it stays as they changed it,
    and nothing is deleted. Harmless to repeat."""
    data: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    _every_authority()
    authorities = {row.code: row for row in Authority.objects.all()}
    localities = {
        part["code"]: Locality.objects.get_or_create(
            authority=authorities[row["code"]], code=part["code"], defaults={"name": part["name"]}
        )[0]
        for row in data["authorities"]
        for part in row["localities"]
    }
    teams, agencies = 0, list(filter(_belongs_here, data["agencies"]))
    for row in agencies:
        agency, is_new = Agency.objects.get_or_create(
            code=row["code"], defaults={"name": row["name"], "kind": row["kind"]}
        )
        if is_new:
            agency.authorities.add(*(authorities[code] for code in row["authorities"]))
        for part in filter(_belongs_here, row.get("teams", [])):
            values = {
                "agency": agency,
                "name": part["name"],
                "kind": part.get("kind", "team"),
                "locality": localities[part["locality"]] if "locality" in part else None,
                "phone": part.get("phone", ""),
            }
            Team.objects.get_or_create(code=part["code"], defaults=values)
            teams += 1
    for row in data["authorities"]:
        for duty, code in row["desks"].items():
            DutyDesk.objects.get_or_create(
                authority=authorities[row["code"]], duty=duty, defaults={"team": Team.objects.get(code=code)}
            )
    teams_and_more = f"{len(agencies)} agencies, {teams} teams, {helplines_sync()}"
    return f"{len(authorities)} authorities, {len(localities)} localities, {teams_and_more}"


def _belongs_here(row: Mapping[str, Any]) -> bool:
    """Whether an agency or team of the file is real; the invented schools and homes are the demonstration's."""
    return settings.DEMO or settings.TESTING or not row["name"].startswith("Example ")


def authority_rows() -> list[dict[str, str]]:
    """The file of authorities: code, name, last day, and code of the successor."""
    with AUTHORITIES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _every_authority() -> None:
    """Write each authority under its code. How it is reached, and an end the file does not know, are people's."""
    rows, ids = authority_rows(), dict(Authority.objects.values_list("code", "pk"))
    Authority.objects.bulk_create(
        [Authority(code=row["code"], name=row["name"]) for row in rows if row["code"] not in ids]
    )
    by_code = Authority.objects.in_bulk(field_name="code")
    changed = []
    for row in rows:
        authority, followed_by = by_code[row["code"]], by_code.get(row["successor"])
        last_day = date.fromisoformat(row["last_day"]) if row["last_day"] else authority.last_day
        successor_id = followed_by.pk if followed_by else authority.successor_id
        file_says = (row["name"], last_day, successor_id)
        if file_says != (authority.name, authority.last_day, authority.successor_id):
            authority.name, authority.last_day, authority.successor_id = file_says
            changed.append(authority)
    Authority.objects.bulk_update(changed, ["name", "last_day", "successor"])
