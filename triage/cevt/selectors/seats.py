"""Who sits at CEVT's table, and which agencies are asked (T3)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from cems.accounts.models import Agency, Appointment, User
from cems.accounts.profile import Profile
from cems.accounts.roles import ROLES, Reach, Work
from cems.base.time import today

# The roles that come to a child because CEVT follows it, and speak for their agency there.
SEATS = frozenset(
    role.key
    for role in ROLES.values()
    if Reach.FORUM in role.sees and Work.CONTRIBUTION in role.writes and not role.of_locality
)
# Who may bring a child to CEVT without a matrix, by any one of these: those who decide or speak at its table, and
# First Contact (T3, T4). The page, the buttons that lead to it and whatever else raises a child ask this.
RAISE = (Work.DECISIONS, Work.CONTRIBUTION, Work.REFERRALS)
# What everybody at the table may see: what a screen shows that the whole room looks at.
ROOM = frozenset.intersection(*(ROLES[key].sees[Reach.FORUM] for key in SEATS))


def has_seat(profile: Profile) -> bool:
    """Whether the person sits at CEVT's table for their agency."""
    return profile.has(*SEATS)


@dataclass(frozen=True)
class Seats:
    """Everybody with a seat, by agency and name; and which agencies work for which authority."""

    people: Sequence[User]
    serving: Mapping[int, frozenset[int]]

    def of(self, authority_id: int) -> list[User]:
        """Those whose agency works for this authority."""
        there = self.serving.get(authority_id, frozenset())
        return [person for person in self.people if person.agency_id in there]

    def agencies(self, authority_id: int | None = None) -> list[Agency]:
        """The agencies they speak for, each once; of one authority, where one is named."""
        people = self.people if authority_id is None else self.of(authority_id)
        return list({person.agency_id: person.agency for person in people}.values())


def seats(authority_ids: Collection[int]) -> Seats:
    """The people with a seat whose agencies work for any of these authorities: two queries."""
    day = today()
    posts = Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), role_key__in=SEATS, starts_on__lte=day
    )
    people = User.objects.here(day).filter(pk__in=posts.values("user"))
    serving: dict[int, set[int]] = defaultdict(set)
    pairs = Agency.authorities.through.objects.filter(authority__in=authority_ids)
    for agency, authority in pairs.values_list("agency", "authority"):
        serving[authority].add(agency)
    served = set().union(*serving.values())
    rows = people.filter(agency__in=served).select_related("agency")
    return Seats(
        list(rows.order_by("agency__name", "name", "pk")),
        {authority: frozenset(agencies) for authority, agencies in serving.items()},
    )
