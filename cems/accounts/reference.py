"""The partnership's authorities, localities, agencies and teams, from reference.json (A1)."""

import json
from pathlib import Path
from typing import Any

from cems.accounts.models import Agency, Authority, DutyDesk, Locality, Team
from cems.base.command import command

FILE = Path(__file__).with_name("reference.json")


@command
def sync(user: None = None) -> str:
    """Write what the file says; what people added stays, and nothing is deleted. Harmless to repeat."""
    data: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    authorities = {row["code"]: _authority(row) for row in data["authorities"]}
    localities = {
        part["code"]: Locality.objects.update_or_create(
            authority=authorities[row["code"]], code=part["code"], defaults={"name": part["name"]}
        )[0]
        for row in data["authorities"]
        for part in row["localities"]
    }
    teams = 0
    for row in data["agencies"]:
        agency, _ = Agency.objects.update_or_create(
            code=row["code"], defaults={"name": row["name"], "kind": row["kind"]}
        )
        agency.authorities.add(*(authorities[code] for code in row["authorities"]))
        for part in row.get("teams", []):
            # The telephone is people's to change (people:team), so the file gives only its first value.
            values = {
                "agency": agency,
                "name": part["name"],
                "kind": part.get("kind", "team"),
                "locality": localities[part["locality"]] if "locality" in part else None,
            }
            Team.objects.update_or_create(
                code=part["code"],
                defaults=values,
                create_defaults={**values, "phone": part.get("phone", "")},
            )
            teams += 1
    for row in data["authorities"]:
        for duty, code in row["desks"].items():
            DutyDesk.objects.update_or_create(
                authority=authorities[row["code"]], duty=duty, defaults={"team": Team.objects.get(code=code)}
            )
    agencies = len(data["agencies"])
    return f"{len(authorities)} authorities, {len(localities)} localities, {agencies} agencies, {teams} teams"


def _authority(row: dict[str, Any]) -> Authority:
    return Authority.objects.update_or_create(code=row["code"], defaults={"name": row["name"]})[0]
