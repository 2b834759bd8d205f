"""The grants follow from involvements and appointments, whatever happens (A2)."""

import io
from datetime import timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command

from cems.accounts.models import Appointment, Delegation
from cems.accounts.services import person as people
from cems.accounts.services.appointment import appointment_end, appointment_start
from cems.accounts.services.cover import delegation_end, delegation_start
from cems.base.errors import CommandError as Refused
from cems.base.time import now, today
from cems.children.access import grants
from cems.children.access.services.student import student_end, student_name
from cems.children.history.services import involvement as involvement_periods
from cems.children.models import Child, ChildUserObjectPermission, Involvement, StudentChild
from cems.children.tasks import begin_posts
from tests.factories.children import agree_level, involve, make_child
from tests.factories.people import appoint, make_agency, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]


def command(name, *options):
    out = io.StringIO()
    call_command(name, *options, stdout=out)
    return out.getvalue()


class Shuffle:
    """Random changes of involvements and appointments, each through its service."""

    def __init__(self, seed):
        self.dice = Random(seed)
        self.officer = make_user("first_contact")
        agency = make_agency()
        self.teams = [make_team(agency=agency), make_team(agency=agency)]
        roles = ["practitioner", "team_manager", "ce_worker", "cevt_member"]
        self.users = [make_user(role, team=self.dice.choice(self.teams)) for role in roles]
        self.children = [make_child() for _ in range(4)]
        self.student = make_user(None, agency=agency)
        appoint(self.student, "student", supervisor=self.users[0])

    def step(self):
        act = self.dice.choice(
            [
                *[self.start] * 3,
                self.end,
                self.appoint,
                self.end_post,
                self.leave,
                self.cover,
                self.end_cover,
                self.show,
            ]
        )
        try:
            act()
        except Refused:
            return False
        return True

    def start(self):
        person = self.dice.choice([*self.users, None])
        team = self.dice.choice([*self.teams, None] if person else self.teams)
        begun = now() - timedelta(days=self.dice.choice([0, 0, 3, 90]))
        involvement_periods.involvement_start(
            self.officer,
            child=self.dice.choice(self.children),
            case_role="health",
            person=person,
            team=team,
            at=begun,
        )

    def end(self):
        row = Involvement.objects.filter(ended_at__isnull=True).order_by("?").first()
        if row:
            involvement_periods.involvement_end(self.officer, involvement=row, reason="Done")

    def appoint(self):
        appointment_start(
            None,
            user=self.dice.choice(self.users),
            role_key=self.dice.choice(["practitioner", "team_manager", "reviewing_officer"]),
            team=self.dice.choice(self.teams),
            ends_on=self.dice.choice([None, today(), today() + timedelta(days=7)]),
        )

    def end_post(self):
        row = Appointment.objects.filter(user__in=self.users).order_by("?").first()
        if row:
            appointment_end(
                None, appointment=row, last_day=today() - timedelta(days=self.dice.choice([0, 1]))
            )

    def cover(self):
        """Somebody of the same agency stands in for one of these people, from today or from another day."""
        holder = self.dice.choice(self.users)
        post = Appointment.objects.filter(user=holder).order_by("?").first()
        begin = today() + timedelta(days=self.dice.choice([0, 0, 2]))
        deputy = self.dice.choice(self.users)
        if post:
            delegation_start(
                holder, appointment=post, deputy=deputy, starts_on=begin, ends_on=begin + timedelta(days=4)
            )

    def end_cover(self):
        row = Delegation.objects.order_by("?").first()
        if row:
            delegation_end(row.deputy, delegation=row)

    def show(self):
        """The supervisor shows the student one of the children, or ends it."""
        row = StudentChild.objects.filter(ended_at=None).order_by("?").first()
        post = self.student.appointments.get()
        if row and self.dice.random() < 0.4:
            student_end(post.supervisor, naming=row)
        else:
            child, last = self.dice.choice(self.children), today() + timedelta(days=5)
            student_name(post.supervisor, post=post, child=child, ends_on=last)

    def leave(self):
        if self.dice.random() < 0.2:
            people.user_end(None, user=self.dice.choice(self.users), last_day=today(), at_once=True)


@pytest.mark.parametrize("seed", range(3))
def test_grants_stay_right_through_random_changes(seed):
    shuffle = Shuffle(seed)
    done = 0
    for _ in range(60):
        done += shuffle.step()
        assert grants.differences(now()) == []
    assert done > 15


def test_what_is_entered_late_does_not_undo_what_began_since():
    officer, worker, other, child = make_user("first_contact"), make_user(), make_user(), make_child()
    involvement_periods.involvement_start(officer, child=child, case_role="health", person=worker)
    begun = now() - timedelta(days=60)
    involvement_periods.involvement_start(
        officer, child=child, case_role="social_worker", person=other, at=begun
    )
    for person in (worker, other):
        assert Child.objects.visible_to(person).filter(pk=child.pk).exists()


def test_check_access_finds_each_fault_and_mends_it():
    worker, child, other = make_user(), make_child(), make_child()
    involve(child, worker)
    involve(other, worker)
    assert "Every grant" in command("check_access")
    row = ChildUserObjectPermission.objects.get(content_object=child)
    ChildUserObjectPermission.objects.filter(content_object=other).delete()
    ChildUserObjectPermission.objects.create(
        user=make_user(), content_object=child, permission=row.permission, until=now() + timedelta(days=1)
    )
    ChildUserObjectPermission.objects.filter(pk=row.pk).update(until=now() + timedelta(days=1))
    out = io.StringIO()
    with pytest.raises(CommandError, match="3 grants differ"):
        call_command("check_access", stdout=out)
    for fault in ["is missing", "should not exist", "ends at another time"]:
        assert out.getvalue().count(fault) == 1
    assert "mended" in command("check_access", "--rebuild")
    assert "Every grant" in command("check_access")


def test_a_post_that_begins_later_opens_the_record_on_its_first_day(time_machine):
    team, child, worker = make_team(), make_child(), make_user(None)
    involve(child, team)
    appoint(worker, "practitioner", team=team, starts_on=today() + timedelta(days=1))
    assert begin_posts() == 0 and not Child.objects.visible_to(worker).exists()
    time_machine.move_to(now() + timedelta(days=1), tick=False)
    assert begin_posts() == 1 and begin_posts() == 0
    assert Child.objects.visible_to(worker).get() == child


def test_check_derived_finds_a_level_that_is_not_the_newest():
    child = make_child()
    agree_level(child, 3, at=now() - timedelta(days=9))
    agree_level(child, 1)
    assert "children.current_level: right" in command("check_derived")
    child.current_level = None
    child.save(update_fields=["current_level"])
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 differences"):
        call_command("check_derived", stdout=out)
    assert child.reference in out.getvalue()
