"""Who is rung for what: the desks of an authority, teams, helplines, and the lists of the apps above (K3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from cems.accounts.desks import desks_of
from cems.accounts.directory.models import HelplineFor
from cems.accounts.models import Authority, Duty, DutyDesk, Helpline, Team, User
from cems.accounts.profile import profile_of
from cems.accounts.slots import DIRECTORY, Contact
from cems.base.keyset import at_most

TEAMS_SHOWN = 50


@dataclass(frozen=True)
class ContactList:
    """One list of the directory, under its heading; `more` says that there are others, found by name."""

    heading: str
    contacts: Sequence[Contact]
    more: bool = False


def directory(user: User, words: str, day: date) -> Sequence[ContactList]:
    """The desks of the authorities this user's agency serves, helplines, teams; by these words if there are any."""
    lists = [
        *_desk_lists(user, words),
        *_helpline_lists(words, day),
        *(ContactList(entry.heading, _wanted(entry.contacts(day), words)) for entry in DIRECTORY),
        _teams(words),
    ]
    return [row for row in lists if row.contacts]


def desks_for(user: User, duties: Sequence[Duty]) -> Sequence[Contact]:
    """The desks that have these duties where this user's agency works, in the order of the duties, each once."""
    rows = list(_desks(user).filter(duty__in=duties))
    rows.sort(key=lambda row: (duties.index(Duty(row.duty)), row.authority.name))
    return list(dict.fromkeys(_of_desk(row, Duty(row.duty).label) for row in rows))


def desks_at(authority_id: int, duties: Sequence[Duty]) -> Sequence[Contact]:
    """The desks that have these duties in this authority, or for it, in the order of the duties, each once."""
    try:
        teams = desks_of(duties, authority_id)
    except LookupError:  # nobody has set up a desk yet: a paper goes without
        return []
    named = zip(teams, duties, strict=True)
    return list(dict.fromkeys(Contact(team.name, duty.label, team.phone, team.hours) for team, duty in named))


def helplines() -> Sequence[Helpline]:
    """Every helpline by name, for those who keep them."""
    return list(Helpline.objects.order_by("name", "pk"))


def helpline_at(public_id: UUID) -> Helpline | None:
    """The helpline at this address, or None."""
    return Helpline.objects.filter(public_id=public_id).first()


def _wanted(contacts: Sequence[Contact], words: str) -> Sequence[Contact]:
    """Those in whose name or purpose each of these words stands; all of them without words."""
    wanted = words.casefold().split()
    return [row for row in contacts if all(word in f"{row.name} {row.purpose}".casefold() for word in wanted)]


def _desks(user: User) -> QuerySet[DutyDesk]:
    served = profile_of(user).authority_ids
    return DutyDesk.objects.filter(authority__in=served).select_related("team", "authority")


def _desk_lists(user: User, words: str) -> Sequence[ContactList]:
    desks: dict[Authority, list[DutyDesk]] = {}
    for row in _desks(user).order_by("authority__name"):
        desks.setdefault(row.authority, []).append(row)
    order = list(Duty)
    lists = []
    for authority, rows in desks.items():
        rows.sort(key=lambda row: order.index(Duty(row.duty)))
        contacts = [_of_desk(row, Duty(row.duty).label) for row in rows]
        lists.append(ContactList(f"Desks of {authority}", _wanted(contacts, words)))
    return lists


def _of_desk(desk: DutyDesk, purpose: str) -> Contact:
    return Contact(desk.team.name, purpose, desk.team.phone, desk.team.hours)


def _helpline_lists(words: str, day: date) -> Sequence[ContactList]:
    going_on = Q(last_day__isnull=True) | Q(last_day__gte=day)
    contacts: dict[str, list[Contact]] = {}
    for row in Helpline.objects.filter(going_on).order_by("name", "pk"):
        contact = Contact(row.name, row.purpose, row.phone, row.hours, row.page)
        contacts.setdefault(row.helps, []).append(contact)
    return [
        ContactList(f"Helplines: {audience.label.lower()}", _wanted(contacts.get(audience.value, []), words))
        for audience in HelplineFor
    ]


def _teams(words: str) -> ContactList:
    rows = Team.objects.exclude(phone="").select_related("agency").order_by("name", "pk")
    for word in words.split():
        rows = rows.filter(Q(name__icontains=word) | Q(agency__name__icontains=word))
    teams, more = at_most(rows, TEAMS_SHOWN)
    contacts = [Contact(row.name, row.agency.name, row.phone, row.hours) for row in teams]
    return ContactList("Teams, schools and homes", contacts, more)
