"""Who sees which child, and what of it (A2), against the table written out plainly."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cems.accounts.models import Appointment
from cems.accounts.roles import ASSIGNABLE, ROLES, Part, Reach
from cems.base.time import now, today
from cems.children.access import grants
from cems.children.access.child_access import access_to, accesses
from cems.children.choices import MatterKind
from cems.children.models import (
    Assignment,
    Bar,
    Child,
    Involvement,
    Matter,
    NamedReader,
    StudentChild,
    Submitter,
)
from tests.children.access.reference_access import parts_of
from tests.factories.children import (
    agree_level,
    assign,
    bar,
    involve,
    make_child,
    make_matter,
    name_for_student,
    name_reader,
    restrict,
)
from tests.factories.people import (
    DARLINGTON,
    appoint,
    make_agency,
    make_authority,
    make_locality,
    make_team,
    make_user,
    stand_in,
)
from tests.factories.world import open_in_emergency

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]


def sees(user, child):
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def born_years_ago(years, days_more=0):
    return birthday(today(), years) + timedelta(days=days_more)


def birthday(day, years):
    return day.replace(year=day.year - years, day=min(day.day, 28) if day.month == 2 else day.day)


class World:
    """People in every role, and children tied to them at random."""

    def __init__(self, seed):
        self.dice = Random(seed)
        self.places = [make_locality("east"), make_locality("south")]
        self.authorities = [make_authority(), make_authority(DARLINGTON)]
        self.teams = [make_team(), make_team()]
        agencies = [make_agency(authorities=[authority]) for authority in self.authorities] + [
            make_agency(authorities=self.authorities)
        ]
        self.users = [
            make_user(
                key,
                team=self.dice.choice([*self.teams, None]),
                locality=self.dice.choice([*self.places, None]),
                agency=self.dice.choice(agencies),
            )
            for key in ROLES
        ]
        for days in (-1, 0):
            leaver = make_user(team=self.teams[0], ends_on=today() + timedelta(days=days))
            ended = make_user(None)
            appoint(ended, "practitioner", team=self.teams[0], ends_on=today() + timedelta(days=days))
            self.users += [leaver, ended]
        two = make_user("cevt_chair", team=self.teams[1])
        appoint(two, "team_manager", team=self.teams[1])
        self.users += [make_user("first_contact", is_active=False), make_user(None), two]
        self.name_deputies()
        self.children = [self.child() for _ in range(36)]

    def name_deputies(self):
        """Some stand in for some: running, past, to come and ended."""
        posts = list(Appointment.objects.filter(user__in=self.users).order_by("pk"))
        for _ in range(60):
            post = self.dice.choice(posts)
            if not post.role.covers:  # nobody stands in for a student
                continue
            deputy = self.dice.choice([user for user in self.users if user.agency_id == post.user.agency_id])
            begin = today() + timedelta(days=self.dice.choice([-3, -3, 0, 1]))
            if deputy.pk != post.user_id and not post.delegations.filter(deputy=deputy).exists():
                row = stand_in(deputy, post, starts_on=begin, ends_on=begin + timedelta(days=3))
                row.ended_at = self.dice.choice([None, None, now() - timedelta(hours=1)])
                row.save(update_fields=["ended_at"])

    def child(self):
        pick = self.dice
        child = make_child(
            authority=pick.choice(self.authorities),
            locality=pick.choice([*self.places, None]),
            date_of_birth=born_years_ago(pick.choice([14, 17, 18, 18, 21, 22]), pick.choice([0, 0, 1])),
        )
        if pick.random() < 0.4:
            agree_level(child, pick.randint(0, 3))
        for _ in range(pick.randint(0, 4)):
            self.tie(child, pick.choice(self.users))
        return child

    def tie(self, child, user):
        pick, hour = self.dice, timedelta(hours=1)
        kinds = [
            "person",
            "team",
            "matter",
            "matter",
            "emergency_access",
            "submitted",
            "assigned",
            "restrict",
            "named",
            "bar",
            "student",
        ]
        kind = pick.choice(kinds)
        if kind == "person":
            state = pick.choice(["confirmed", "confirmed", "claimed", "refused"])
            ended = pick.choice([None, None, now() - hour, now() + hour])
            role = pick.choice(["social_worker", "health", "ce_worker", "other"])
            if not Involvement.objects.filter(child=child, case_role=role).exists():
                involve(child, user, role, team=pick.choice([*self.teams, None]), state=state, ended_at=ended)
        elif kind == "team":
            team = pick.choice(self.teams)
            if not Involvement.objects.filter(child=child, case_role="other").exists():
                involve(child, team, "other", ended_at=pick.choice([None, now() - hour]))
        elif kind == "matter":
            wanted = pick.choice(MatterKind.values)
            is_open = Matter.objects.filter(child=child, kind=wanted, closed_at=None).exists()
            make_matter(
                child,
                wanted,
                closed=is_open or pick.choice([True, False]),
                until=pick.choice([now() - hour, now() + hour]),
            )
        elif kind == "student":
            student = next(
                user for user in self.users if user.appointments.filter(role_key="student").exists()
            )
            if not StudentChild.objects.filter(child=child).exists():
                name_for_student(child, student, ends_on=today() + timedelta(days=pick.choice([-1, 0, 3])))
            if pick.random() < 0.3:
                Involvement.objects.filter(child=child, user__students__user=student).update(
                    ended_at=now() - hour
                )
                grants.rebuild(None, at=now(), child_ids=[child.pk])
        elif kind == "submitted":
            Submitter.objects.get_or_create(child=child, user=user, defaults={"at": now()})
        elif kind == "assigned":
            auditor = pick.choice(
                [user for user in self.users if user.appointments.filter(role_key__in=ASSIGNABLE).exists()]
            )
            if not Assignment.objects.filter(child=child, user=auditor).exists():
                assign(child, auditor, until=pick.choice([now() - hour, now() + hour]))
        elif kind == "emergency_access":
            open_in_emergency(child, user)
        elif kind == "restrict":
            restrict(child)
        elif kind == "named" and not NamedReader.objects.filter(child=child, user=user).exists():
            name_reader(child, user)
        elif kind == "bar" and not Bar.objects.filter(child=child, user=user).exists():
            bar(child, user)


@pytest.mark.parametrize("seed", range(3))
def test_the_fast_rule_says_what_the_plain_one_says(seed):
    world = World(seed)
    reached = in_anothers_place = fewer = 0
    for user in world.users:
        visible = list(Child.objects.visible_to(user).order_by("pk"))
        access = accesses(user, visible)
        parts_by_pk = {pk: child_access.parts for pk, child_access in access.items()}
        in_anothers_place += sum("as deputy of" in child_access.why for child_access in access.values())
        wanted = {child.pk: parts for child in world.children if (parts := parts_of(user, child, now()))}
        assert parts_by_pk == wanted, [post.role_key for post in user.appointments.all()]
        reached += len(wanted)
        fewer += fewer_by_part(user, wanted)
    assert reached > 30 and in_anothers_place > 3 and fewer > 3  # the world is not an empty one


def fewer_by_part(user, parts_by_pk):
    """Of some parts, how many leave out children the user reaches otherwise; each asked for beside the others."""
    fewer = 0
    for parts, exactly in (
        ((Part.IDENTITY, Part.INVOLVED), True),
        ((Part.OWN_SUBMISSIONS,), True),
        ((), True),
        ((Part.NOTES,), False),  # a grant is not told by the post it came through
        ((Part.RECORD_USE,), False),
    ):
        wanted = {pk for pk, opened in parts_by_pk.items() if opened.intersection(parts)}
        given = set(Child.objects.visible_to(user, parts=parts).values_list("pk", flat=True))
        assert given == wanted if exactly else wanted <= given <= parts_by_pk.keys(), parts
        fewer += len(given) < len(parts_by_pk)
    assert set(Child.objects.visible_to(user).values_list("pk", flat=True)) == parts_by_pk.keys()
    return fewer


@pytest.mark.parametrize("key", ROLES)
def test_every_reach_of_every_role_opens_its_parts_and_no_others(key):
    role, place = ROLES[key], make_locality("east")
    for reach, parts in role.sees.items():
        if reach is Reach.EMERGENCY:
            continue
        user, child = make_user(key, team=make_team(), locality=place), make_child(locality=place)
        reach_it(user, child, reach, role)
        opened = access_to(user, child).parts
        # Some roles see every child of the authority besides.
        always = role.sees.get(Reach.AUTHORITY, frozenset())
        assert sees(user, child) and opened == parts | always, reach


def reach_it(user, child, reach, role):
    kinds = {
        Reach.MISSING: "missing",
        Reach.OVERSEEN: "low",
        Reach.MATTER: "exploitation",
        Reach.OPEN_MATTER: "exploitation",
        Reach.REFERRAL: "referral",
    }
    if reach is Reach.INVOLVED:
        involve(child, user)
    elif reach is Reach.NAMED:
        name_for_student(child, user)
    elif reach is Reach.ASSIGNED:
        assign(child, user)
    elif reach is Reach.SUBMITTED:
        Submitter.objects.create(child=child, user=user, at=now())
    elif reach is Reach.FORUM:
        make_matter(child, "ceg" if role.of_locality else "cevt")
    elif reach in kinds:
        make_matter(child, kinds[reach])


@pytest.mark.parametrize("key", ROLES)
def test_no_role_sees_a_restricted_record_without_being_named_nor_a_barred_one_at_all(key):
    place = make_locality("east")
    user, child = make_user(key, team=make_team(), locality=place), make_child(locality=place)
    involve(child, user)
    if Reach.NAMED in ROLES[key].sees:
        name_for_student(child, user)
    if Reach.ASSIGNED in ROLES[key].sees:
        assign(child, user)
    Submitter.objects.create(child=child, user=user, at=now())
    for kind in MatterKind.values:
        make_matter(child, kind)
    could = bool(ROLES[key].sees)
    assert sees(user, child) == could
    restrict(child)
    assert not sees(user, child)
    name_reader(child, user, "owner")
    assert sees(user, child) == could
    bar(child, user)
    assert not sees(user, child)


def test_rights_end_with_the_last_day(time_machine):
    last = make_user(None)
    appoint(last, "practitioner", ends_on=today())
    child = make_child()
    involve(child, last)
    assert sees(last, child)
    time_machine.move_to(now() + timedelta(days=1), tick=False)
    assert not sees(last, child)


def test_the_reason_is_the_narrowest_reach():
    user, child = make_user("erase_manager"), make_child()
    make_matter(child, "exploitation")
    assert access_to(user, child).why == "ERASE manager: exploitation or missing matter"
    appoint(user, "practitioner")
    involve(child, user)
    assert access_to(user, child).why == "Practitioner: works with the child"


def test_a_merged_record_is_not_found_by_itself():
    primary, member, officer = make_child(), make_child(), make_user("first_contact")
    member.merged_into = primary
    member.save(update_fields=["merged_into"])
    assert sees(officer, primary) and not sees(officer, member)


def test_asking_for_many_costs_what_asking_for_one_costs():
    user = make_user(team=make_team())
    children = [make_child() for _ in range(6)]
    for child in children:
        involve(child, user)
    access_to(user, children[0])

    def queries(some):
        with CaptureQueriesContext(connection) as caught:
            accesses(user, some)
        return len(caught)

    assert queries(children) == queries(children[:1]) <= 3


def test_a_child_page_part_is_never_guessed():
    assert not access_to(make_user(), make_child()).sees(*Part)


@pytest.mark.parametrize("key", ["first_contact", "cevt_chair", "erase_manager", "missing_coordinator"])
def test_readers_of_one_role_are_each_asked_about_by_their_own_authorities(key):
    """The words of the rule are kept for a role; whose authorities they are, and how many, is each reader's own."""
    durham, darlington = make_authority(), make_authority(DARLINGTON)
    none, single, both = (make_agency(authorities=of) for of in ([], [durham], [durham, darlington]))
    children = {place: make_child(authority=place, area=place) for place in (durham, darlington)}
    for child in children.values():
        for kind in MatterKind.values:
            make_matter(child, kind)
    for agency, places in (
        (single, {durham}),
        (none, set()),
        (both, {durham, darlington}),
        (single, {durham}),
    ):
        user = make_user(key, agency=agency, team=make_team(agency=agency))
        assert {place for place, child in children.items() if sees(user, child)} == places


def test_members_of_boards_are_each_asked_about_by_their_own_board():
    boards = [make_locality("east"), make_locality("south")]
    children = [make_child(locality=board) for board in boards]
    for child in children:
        make_matter(child, MatterKind.CEG)
    for place in (0, 1, 0):
        user = make_user("ceg_member", locality=boards[place])
        assert [sees(user, child) for child in children] == [place == 0, place == 1]
    assert not any(sees(make_user("ceg_member"), child) for child in children)
