"""A student sees the supervisor's children that were named for them, and approves, exports, breaks nothing (A2)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import ROLES, Part, Reach, Work
from cems.accounts.services.cover import delegation_start
from cems.accounts.services.person import user_end
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.children.access import grants
from cems.children.access.child_access import access_to
from cems.children.access.services.student import student_end, student_name
from cems.children.history.services.involvement import involvement_end
from cems.children.models import Child, StudentChild
from cems.clocks.services.feed import feed_make
from cems.notices.models import Notice
from tests.factories.children import bar, involve, join, make_child, name_reader, restrict
from tests.factories.people import appoint, make_team, make_user, sign_in, take_document

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]
DAY = timedelta(days=1)


class Placement:
    """A student, their supervisor, and a child the supervisor works with."""

    def __init__(self):
        self.team = make_team()
        self.supervisor = make_user("practitioner", team=self.team)
        self.student = make_user(None, team=self.team)
        self.post = appoint(self.student, "student", team=self.team, supervisor=self.supervisor)
        self.child = make_child()
        self.work = involve(self.child, self.supervisor)

    def show(self, child=None, days=10, by=None):
        return student_name(
            by or self.supervisor, post=self.post, child=child or self.child, ends_on=today() + days * DAY
        )

    def sees(self, child=None):
        assert grants.differences(now()) == []
        student = User.objects.get(pk=self.student.pk)
        return Child.objects.visible_to(student).filter(pk=(child or self.child).pk).exists()


@pytest.fixture
def there():
    return Placement()


def test_only_what_is_named_and_only_to_read(there):
    another = make_child()
    involve(another, there.supervisor)
    involve(another, there.team, "other")  # what the team works with is not the student's
    assert not there.sees()
    there.show()
    assert there.sees() and not there.sees(another)
    access = access_to(there.student, there.child)
    assert access.parts == ROLES["student"].sees[Reach.NAMED] and Part.CONTRIBUTIONS not in access.parts
    assert not any(access.may(work) for work in Work) and not access.exports
    assert access.why == "Student: named for the student by the supervisor"
    notice = Notice.objects.get(user=there.student)
    assert there.child.reference in notice.text and there.child.family_name not in notice.text


def test_an_involvement_of_their_own_opens_nothing_to_a_student(there):
    involve(there.child, there.student, "other")
    assert not there.sees()


def test_pages_open_and_documents_do_not(there):
    there.show()
    client = sign_in(there.student)
    assert client.get(reverse("children:chronology", args=[there.child.public_id])).status_code == 200
    assert client.get(reverse("children:chronology_pdf", args=[there.child.public_id])).status_code == 403
    theirs = sign_in(there.supervisor)
    address = reverse("children:chronology_pdf", args=[there.child.public_id])
    assert take_document(theirs, there.child, address).status_code == 200
    with pytest.raises(NotAllowed):
        feed_make(there.student)


def test_it_ends_this_minute_or_with_its_last_day(there, time_machine):
    row = there.show(days=1)
    student_end(there.supervisor, naming=row)
    assert not there.sees()
    with pytest.raises(Conflict):
        student_end(there.supervisor, naming=row)
    there.show(days=1)
    time_machine.move_to(now() + DAY, tick=False)
    assert there.sees()
    time_machine.move_to(now() + DAY, tick=False)
    assert not there.sees()
    there.show(days=3)  # a new time, after the one that ran out
    assert there.sees()


def test_it_lasts_no_longer_than_the_supervisors_own_work(there):
    there.show()
    involvement_end(make_user("first_contact"), involvement=there.work, reason="Done")
    assert not there.sees()


@pytest.mark.parametrize("who", ["supervisor", "student"])
def test_it_ends_when_either_leaves(there, who):
    there.show()
    user_end(None, user=getattr(there, who), last_day=today(), at_once=True)
    assert not there.sees()


def test_restricted_and_barred_beat_it(there):
    there.show()
    restrict(there.child, owner=there.supervisor)
    assert not there.sees()
    name_reader(there.child, there.student)
    assert there.sees()
    bar(there.child, there.student)
    assert not there.sees()


def test_a_joined_record_is_shown_whole(there):
    there.show()
    primary = make_child()
    join(primary, there.child)
    assert there.sees(primary) and not there.sees()


def test_who_shows_what_to_whom(there):
    strange, shut = make_child(), make_child()
    involve(shut, there.supervisor)
    restrict(shut, owner=there.supervisor)
    other = make_user("practitioner", team=there.team)
    involve(there.child, other, "health")
    for child, field in ((strange, "child"), (shut, "child")):
        with pytest.raises(Invalid) as refused:
            there.show(child)
        assert refused.value.field == field
    for days in (-1, 200):
        with pytest.raises(Invalid) as refused:
            there.show(days=days)
        assert refused.value.field == "ends_on"
    with pytest.raises(NotAllowed):
        there.show(by=other)
    row = there.show()
    with pytest.raises(Conflict):
        there.show()
    with pytest.raises(NotAllowed):
        student_end(other, naming=row)
    student_end(make_user("team_manager", team=there.team), naming=row)
    assert not there.sees()


def test_what_the_supervisor_reaches_in_anothers_place_is_not_theirs_to_show(there):
    colleague, child = make_user("practitioner", team=there.team), make_child()
    involve(child, colleague)
    post = colleague.appointments.get()
    delegation_start(colleague, appointment=post, deputy=there.supervisor, ends_on=today() + DAY)
    supervisor = User.objects.get(pk=there.supervisor.pk)
    assert Child.objects.visible_to(supervisor).filter(pk=child.pk).exists()
    with pytest.raises(Invalid):
        there.show(child, by=supervisor)


def test_a_student_who_is_a_practitioner_too_reads_each_child_by_its_own_post(there):
    school = make_team(agency=there.team.agency, kind="school")
    appoint(there.student, "school_lead", team=school)
    own = make_child()
    involve(own, school, "school")
    there.show()
    student = User.objects.get(pk=there.student.pk)
    assert access_to(student, own).parts == ROLES["school_lead"].sees[Reach.INVOLVED]
    assert access_to(student, there.child).parts == ROLES["student"].sees[Reach.NAMED]
    assert not access_to(student, there.child).exports and access_to(student, own).exports


# --- pages -----------------------------------------------------------------------------------------------


def test_a_supervisor_shows_a_child_and_ends_it(there):
    client = sign_in(there.supervisor)
    last = today() + 9 * DAY
    sent = {
        "post": str(there.post.public_id),
        "child": str(there.child.public_id),
        "ends_on_0": last.day,
        "ends_on_1": last.month,
        "ends_on_2": last.year,
        "key": "0ce4a111-0000-4000-8000-000000000002",
    }
    for _ in range(2):
        client.post(reverse("children:student_name"), sent)
    row = StudentChild.objects.get()
    page = client.get(reverse("children:students")).content.decode()
    assert there.child.reference in page and there.student.name in page
    again = client.post(
        reverse("children:student_name"), {**sent, "key": "0ce4a111-0000-4000-8000-000000000003"}
    )
    assert again.status_code == 409 and "sees this child already" in again.content.decode()
    client.post(reverse("children:student_end", args=[row.public_id]))
    assert there.child.reference not in client.get(reverse("children:students")).content.decode()


def test_nobody_elses_students_are_there(there):
    row = there.show()
    other = sign_in(make_user("practitioner", team=there.team))
    assert there.student.name not in other.get(reverse("children:students")).content.decode()
    assert other.post(reverse("children:student_end", args=[row.public_id])).status_code == 404
    empty = other.get(reverse("children:student_name")).content.decode()
    assert "You supervise no student" in empty
    assert there.sees()


def test_a_child_out_of_the_supervisors_reach_is_not_offered(there):
    strange = make_child()
    page = sign_in(there.supervisor).get(reverse("children:student_name")).content.decode()
    assert there.child.reference in page and strange.reference not in page
