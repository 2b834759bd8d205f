"""The chairs of CEVT on a day, who are told by name of a day without a meeting and of what is late (T2)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time

from cems.accounts.models import Agency, Duty, DutyDesk
from cems.accounts.roles import ROLES, Work
from cems.base.time import LONDON
from cems.children.access.selectors.restriction import closed_to
from cems.children.querysets import primaries_with
from cems.clocks.models import Clock
from cems.clocks.recipients import acting
from triage.models import Item, MeetingDay

CHAIRING = frozenset(role.key for role in ROLES.values() if Work.DECISIONS in role.writes)


def chairs(authority_ids: Collection[int], on: date) -> dict[int, set[int]]:
    """By authority, who chairs its CEVT on a day: in the team of its desk, who covers for somebody included; where
    the desk has none, the chairs of the agencies that work for the authority."""
    desks = DutyDesk.objects.filter(duty=Duty.CEVT, authority__in=authority_ids)
    team_of = dict(desks.values_list("authority_id", "team_id"))
    at_desk: dict[int, set[int]] = defaultdict(set)
    for user_id, team_id, _, _ in acting(on, team_id__in=set(team_of.values()), role_key__in=CHAIRING):
        at_desk[team_id or 0].add(user_id)
    by_authority = {authority: set(at_desk[team_of.get(authority, 0)]) for authority in authority_ids}
    without = [authority for authority, people in by_authority.items() if not people]
    serving: dict[int, set[int]] = defaultdict(set)
    if without:
        pairs = Agency.authorities.through.objects.filter(authority__in=without)
        for agency, authority in pairs.values_list("agency", "authority"):
            serving[agency].add(authority)
        for user_id, _, agency_id, _ in acting(on, user__agency__in=set(serving), role_key__in=CHAIRING):
            for authority in serving[agency_id]:
                by_authority[authority].add(user_id)
    return by_authority


def chairs_of_days(clocks: Sequence[Clock], on: date) -> Mapping[int, set[int]]:
    """By clock, who chairs the CEVT that owes a meeting that day."""
    rows = MeetingDay.objects.filter(clock__in=[clock.pk for clock in clocks])
    authority_of = dict(rows.values_list("clock_id", "authority_id"))
    people = chairs(set(authority_of.values()), on)
    return {clock: people[authority] for clock, authority in authority_of.items()}


def chairs_of_items(clocks: Sequence[Clock], on: date) -> Mapping[int, set[int]]:
    """By clock, who chairs the CEVT whose item is late, also while First Contact has it; nobody whom the record shuts
    out."""
    rows = Item.objects.filter(clock__in=[clock.pk for clock in clocks])
    items = list(rows.values_list("clock_id", "authority_id", "child_id"))
    people = chairs({authority for _, authority, _ in items}, on)
    everybody = sorted(set().union(*people.values())) if people else []
    at = datetime.combine(on, time(12), tzinfo=LONDON)
    primaries = primaries_with(child for _, _, child in items) if everybody else {}
    shut = closed_to(list(primaries), everybody, at) if everybody else set()
    return {
        clock: {user for user in people[authority] if (primaries[child], user) not in shut}
        for clock, authority, child in items
    }
