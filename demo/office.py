"""What administrators keep: schools, safeguarding leads, how other authorities are reached (A1, C1, C2)."""

from datetime import datetime, timedelta
from typing import Any

from cems.accounts.services.agency import agency_lead_name
from cems.accounts.services.authority import authority_reach
from cems.children.identity.services.school import school_account, schools_import
from cems.children.models import School
from demo.borders import PLACING
from demo.cast import PLACES, Cast
from demo.data import load

# Who takes up for an agency what another authority fails to do.
_LEADS = {
    "durham-childrens-services": "head.of.service",
    "cddft": "nurse",
    "durham-youth-justice": "ceg.member",
}
_PHONE = "01632 9602{:02d}"  # the telephone regulator keeps these numbers for drama


def keep(cast: Cast, since: datetime) -> dict[str, Any]:
    """Write it down the morning after everybody began."""
    at, administrator = since + timedelta(days=1), cast.person("administrator")
    _schools(cast)
    for code, key in _LEADS.items():
        agency_lead_name(administrator, agency=cast.agencies[code], lead=cast.person(key), at=at)
    for number, code in enumerate(PLACING):
        authority_reach(
            administrator,
            authority=cast.authorities[code],
            phone=_PHONE.format(2 * number),
            night_phone=_PHONE.format(2 * number + 1),
            at=at,
        )
    return {"leads": len(_LEADS)}


def _schools(cast: Cast) -> None:
    """A small invented register; its first four schools are those that have an account."""
    administrator = cast.person("administrator")
    schools_import(administrator, lines=load("schools"), write=True)
    names = {cast.team(place.school).name: place.school for place in PLACES.values()}
    for school in School.objects.filter(name__in=names).order_by("urn"):
        school_account(administrator, urn=school.urn, code=names[school.name])
