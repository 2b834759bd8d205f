"""Deputies keep the promises of those they stand in for; managers hear of last days in time (A2, K1)."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import Appointment
from cems.accounts.profile import profile_of
from cems.accounts.services.cover import delegation_end
from cems.actions.services import action_open
from cems.base.calendar import add_working_days, close_of_business
from cems.base.time import LONDON, now, today
from cems.clocks import access, recipients
from cems.clocks.last_days import tell_of_last_days
from cems.clocks.models import Clock
from cems.notices.models import Mail, Notice
from tests.factories.people import appoint, make_agency, make_team, make_user, sign_in, stand_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]
DAY = timedelta(days=1)


def again(user):
    return type(user).objects.get(pk=user.pk)


def action_of(owner):
    return action_open(None, title="Example action", owner=owner, deadline=close_of_business(now(), 5))


@pytest.fixture
def team():
    return make_team()


def test_the_deputy_of_a_whole_person_has_and_hears_of_their_clocks(team):
    holder, deputy = make_user(team=team), make_user(agency=team.agency)
    action = action_of(holder)
    assert not access.has(deputy, action.clock)
    row = stand_in(deputy, holder.appointments.get())
    assert access.has(again(deputy), action.clock)
    assert recipients.holders([action.clock], today())[action.clock.pk] == {holder.pk, deputy.pk}
    assert list(Clock.objects.open_of(profile_of(again(deputy)))) == [action.clock]
    page = sign_in(deputy).get(reverse("actions:detail", args=[action.public_id]))
    assert page.status_code == 200
    delegation_end(holder, delegation=row)
    assert not access.has(again(deputy), action.clock)
    assert recipients.holders([action.clock], today())[action.clock.pk] == {holder.pk}
    assert sign_in(deputy).get(reverse("actions:detail", args=[action.public_id])).status_code == 404


def test_promises_do_not_pass_with_one_post_of_several(team):
    holder, deputy = make_user("cevt_chair", agency=team.agency), make_user(agency=team.agency)
    practice = appoint(holder, "practitioner", team=team)
    action = action_of(holder)
    stand_in(deputy, holder.appointments.get(role_key="cevt_chair"))
    assert not access.has(again(deputy), action.clock)
    assert recipients.holders([action.clock], today())[action.clock.pk] == {holder.pk}
    stand_in(deputy, practice)
    assert access.has(again(deputy), action.clock)


def test_the_teams_clocks_and_the_managers_news_reach_the_deputy(team):
    manager, deputy, worker = (
        make_user("team_manager", team=team),
        make_user(agency=team.agency),
        make_user(team=team),
    )
    of_team, of_worker = action_of(team), action_of(worker)
    stand_in(deputy, manager.appointments.get())
    everybody = {manager.pk, deputy.pk, worker.pk}
    assert recipients.holders([of_team.clock], today())[of_team.clock.pk] == everybody
    assert recipients.managers([of_worker.clock], today())[of_worker.clock.pk] == {manager.pk, deputy.pk}
    assert access.has(again(deputy), of_team.clock) and access.has(again(deputy), of_worker.clock)


def temporary(team, last, role="practitioner"):
    user = make_user(None, agency=team.agency)
    row = appoint(user, role, team=team, ends_on=last)
    if role == "practitioner":
        Appointment.objects.filter(pk=row.pk).update(agency_staff=True)
    return row


def test_managers_hear_ten_working_days_before_and_once(team, time_machine):
    monday = datetime(2026, 11, 23, 9, tzinfo=LONDON)
    time_machine.move_to(monday - 4 * DAY, tick=False)
    manager, deputy = make_user("team_manager", team=team), make_user(agency=team.agency)
    stand_in(deputy, manager.appointments.get())
    last = add_working_days(monday.date(), 10)
    row = temporary(team, last)
    temporary(team, last + DAY)
    appoint(make_user(None, agency=team.agency), "practitioner", team=team, ends_on=last)  # no agency staff
    assert tell_of_last_days(monday - 3 * DAY) == 0
    assert tell_of_last_days(monday) == 2 and tell_of_last_days(monday + timedelta(hours=1)) == 0
    notices = Notice.objects.filter(kind="accounts.last_day")
    assert set(notices.values_list("user", flat=True)) == {manager.pk, deputy.pk}
    assert "Mon 7 Dec" in notices[0].text and row.user.name not in notices[0].text
    assert notices[0].url == reverse("account:cover") and Mail.objects.count() == 2
    assert tell_of_last_days(monday + DAY) == 2  # the one of the next day
    assert tell_of_last_days(monday + 30 * DAY) == 0


def test_a_student_is_told_of_to_the_supervisor_and_any_manager_where_the_team_has_none():
    agency = make_agency()
    team, other = make_team(agency=agency), make_team(agency=agency)
    manager = make_user("team_manager", team=other)
    row = temporary(team, today() + DAY, role="student")
    assert tell_of_last_days() == 2
    notices = Notice.objects.filter(kind="accounts.last_day").values_list("user", flat=True)
    assert set(notices) == {manager.pk, row.supervisor_id}
