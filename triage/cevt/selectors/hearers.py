"""Who is told what CEVT or a board decided about a child: those who work with them, and those who answer for these
(T4, G2; truth-f1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.base.time import local_date
from cems.children.access.selectors.restriction import closed_to
from cems.children.choices import LEADS
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Child, Involvement
from cems.children.querysets import rows_of_clusters
from cems.clocks import recipients
from matrix.services.owners import lead_of
from triage.models import Allocation

LEAD = "lead practitioner"


@dataclass(frozen=True)
class Hearer:
    """Somebody who is told, and as what."""

    person: User
    as_what: str

    def __str__(self) -> str:
        return f"{self.person}, {self.as_what}"


@dataclass
class _Holder:
    """A person or team whose managers are asked for."""

    pk: int
    owner_user_id: int | None
    owner_team_id: int | None


def hearers(user: User, primary: Child, at: datetime) -> list[Hearer]:
    """Each once, as the nearest to the child; never the acting user, nor anybody whom the record shuts out."""
    as_what = _by_person(primary, at)
    as_what.pop(user.pk, None)
    shut_out = closed_to(list(rows_of_clusters([primary.pk])), list(as_what), at) if as_what else set()
    hearer_ids = as_what.keys() - {user_id for _, user_id in shut_out}
    people = User.objects.here(local_date(at)).filter(pk__in=hearer_ids).by_name()
    return [Hearer(person, as_what[person.pk]) for person in people]


def _by_person(primary: Child, at: datetime) -> dict[int, str]:
    day = local_date(at)
    as_what: dict[int, str] = {}
    lead = lead_of(primary)
    _add(as_what, [lead.pk] if lead else [], LEAD)
    workers = Allocation.objects.of(primary).filter(ended_at__isnull=True).values_list("worker", flat=True)
    _add(as_what, workers, "allocated worker")
    rows = Involvement.objects.of(primary).filter(
        case_role__in=LEADS, ended_at__isnull=True, state=InvolvementState.CONFIRMED
    )
    holders = [
        _Holder(row.pk, None if row.team_id else row.user_id, row.team_id) for row in rows.order_by("pk")
    ]
    of_user = {row.pk: row.user_id for row in rows}
    people = [_Holder(pk, user_id, None) for pk, user_id in of_user.items() if user_id]
    _add(as_what, [person.owner_user_id for person in people], "works with the child")
    for person_and_covers in recipients.holders(people, day).values():
        _add(as_what, sorted(person_and_covers), "covers for somebody who works with the child")
    teams = [holder for holder in holders if holder.owner_team_id and not of_user[holder.pk]]
    for members in recipients.holders(teams, day).values():
        _add(as_what, sorted(members), "of the team that holds the child")
    for managers in recipients.managers(holders, day).values():
        _add(as_what, sorted(managers), "manager of those who hold the child")
    desk = desk_of(Duty.ERASE, primary.area_id)
    for managers in recipients.managers_of([(desk.pk, desk.agency_id)], day):
        _add(as_what, sorted(managers), "manager of ERASE")
    return as_what


def _add(as_what: dict[int, str], user_ids: Iterable[int | None], words: str) -> None:
    for user_id in user_ids:
        if user_id:
            as_what.setdefault(user_id, words)
