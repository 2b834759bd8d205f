"""Deputies, agency staff and students: who may be what, for how long, and the pages that say so (A2)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cems.accounts.models import Appointment, Delegation
from cems.accounts.policy import DEPUTY_DAYS
from cems.accounts.profile import forget_profile, profile_of
from cems.accounts.services import person as services
from cems.accounts.services.appointment import appointment_end, appointment_start
from cems.accounts.services.cover import delegation_end, delegation_start
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.notices.models import Mail, Notice
from tests.factories.people import appoint, make_agency, make_team, make_user, sign_in, stand_in
from tests.factories.policies import decide_policy

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]
DAY = timedelta(days=1)


@pytest.fixture
def agency():
    return make_agency()


@pytest.fixture
def chair(agency):
    return make_user("cevt_chair", agency=agency)


@pytest.fixture
def colleague(agency):
    return make_user("practitioner", agency=agency)


def post_of(user):
    return user.appointments.get()


def posts(user):
    forget_profile(user)
    return [(post.role.key, post.deputy_of) for post in profile_of(user).posts]


def cover(actor, holder, deputy, **days):
    return delegation_start(
        actor, appointment=post_of(holder), deputy=deputy, **{"ends_on": today() + 6 * DAY, **days}
    )


def test_a_deputy_has_the_post_while_it_lasts_and_not_a_day_or_a_minute_longer(
    chair, colleague, time_machine
):
    own = [("practitioner", "")]
    row = cover(chair, chair, colleague, starts_on=today() + DAY)
    assert posts(colleague) == own
    with_post = [*own, ("cevt_chair", chair.name)]
    time_machine.move_to(now() + DAY, tick=False)
    assert posts(colleague) == with_post and posts(chair) == [("cevt_chair", "")]
    time_machine.move_to(now() + 5 * DAY, tick=False)
    assert posts(colleague) == with_post
    time_machine.move_to(now() + DAY, tick=False)
    assert posts(colleague) == own
    time_machine.move_to(now() - DAY, tick=False)
    delegation_end(chair, delegation=row)
    assert posts(colleague) == own
    with pytest.raises(Conflict):
        delegation_end(chair, delegation=row)


def test_both_are_told_and_the_audit_keeps_it(chair, colleague):
    row = cover(chair, chair, colleague)
    assert Notice.objects.get(user=colleague).text.startswith("You stand in for a colleague. From ")
    assert Notice.objects.get(user=chair).text.startswith("A deputy stands in for you. From ")
    assert Mail.objects.count() == 2
    delegation_end(colleague, delegation=row)
    assert Notice.objects.filter(text__endswith="It has ended.").count() == 2
    for notice in Notice.objects.all():
        assert chair.name not in notice.text and colleague.name not in notice.text
    verbs = Entry.objects.filter(subject_id=str(row.public_id)).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [Verb.ACCESS_GIVEN, Verb.ACCESS_ENDED]
    detail = Entry.objects.filter(subject_id=str(row.public_id)).first().detail
    assert detail["holder"] == str(chair.public_id) and detail["deputy"] == str(colleague.public_id)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"starts_on": -1}, "starts_on"),
        ({"starts_on": 9}, "ends_on"),
        ({"ends_on": 42}, "ends_on"),
    ],
)
def test_days_that_will_not_do(chair, colleague, days, field):
    with pytest.raises(Invalid) as refused:
        cover(chair, chair, colleague, **{name: today() + ahead * DAY for name, ahead in days.items()})
    assert refused.value.field == field


def test_six_weeks_are_the_longest_and_a_setting(chair, colleague):
    assert cover(chair, chair, colleague, ends_on=today() + 41 * DAY)
    decide_policy(DEPUTY_DAYS, 3)
    with pytest.raises(Invalid, match="3 days at the most"):
        cover(chair, chair, colleague, starts_on=today() + 50 * DAY, ends_on=today() + 53 * DAY)


def test_nobody_has_a_deputy_longer_than_the_role_itself(agency, colleague):
    chair = make_user(None, agency=agency)
    appoint(chair, "cevt_chair", ends_on=today() + 2 * DAY)
    with pytest.raises(Invalid, match="The role itself ends"):
        cover(chair, chair, colleague)
    assert cover(chair, chair, colleague, ends_on=today() + 2 * DAY)


def test_a_post_not_held_today_is_not_given_away(agency, colleague):
    later, past, gone = (make_user(None, agency=agency) for _ in range(3))
    appoint(later, "cevt_chair", starts_on=today() + DAY)
    appoint(past, "cevt_chair", starts_on=today() - 9 * DAY, ends_on=today() - DAY)
    appoint(gone, "cevt_chair")
    gone.is_active = False
    gone.save()
    admin = make_user("administrator", agency=agency)
    for holder in (later, past, gone):
        with pytest.raises(Invalid, match="not held today"):
            cover(admin, holder, colleague)


def test_who_may_name_a_deputy(agency, colleague):
    team, other = make_team(agency=agency), make_team(agency=agency)
    worker = make_user("practitioner", team=team)
    for actor in (worker, make_user("team_manager", team=team), make_user("administrator")):
        row = cover(actor, worker, make_user(agency=agency))
        delegation_end(actor, delegation=row)
    strangers = [make_user("team_manager", team=other), make_user("practitioner", team=team), colleague]
    row = cover(worker, worker, make_user(agency=agency))
    for actor in strangers:
        with pytest.raises(NotAllowed):
            cover(actor, worker, colleague)
        with pytest.raises(NotAllowed):
            delegation_end(actor, delegation=row)


def test_a_deputy_hands_nothing_on(agency, chair, colleague):
    team = make_team(agency=agency)
    manager, worker = make_user("team_manager", team=team), make_user("practitioner", team=team)
    cover(chair, chair, colleague)
    cover(manager, manager, colleague)
    forget_profile(colleague)
    for holder in (chair, manager, worker):  # neither the posts covered, nor what they would give
        with pytest.raises(NotAllowed):
            cover(colleague, holder, make_user(agency=agency))


def test_who_can_not_be_a_deputy(agency, chair):
    system = make_user("service_account", agency=agency)
    student = make_user("student", agency=agency)
    idle, abroad = make_user(None, agency=agency), make_user("practitioner")
    leaver = make_user("practitioner", agency=agency, is_active=False)
    for deputy in (system, student, idle, abroad, leaver, chair):
        with pytest.raises((Invalid, NotAllowed)):
            cover(chair, chair, deputy)
    manager = make_user("administrator", agency=agency)
    with pytest.raises(NotAllowed, match="name yourself"):
        cover(manager, chair, manager)
    for holder in (system, student):
        with pytest.raises(Invalid, match="has no deputy"):
            cover(manager, holder, make_user(agency=agency))
    assert not Delegation.objects.exists()


def test_twice_at_the_same_time_is_once(chair, colleague):
    cover(chair, chair, colleague)
    with pytest.raises(Conflict):
        cover(chair, chair, colleague, starts_on=today() + 6 * DAY, ends_on=today() + 9 * DAY)
    assert cover(chair, chair, colleague, starts_on=today() + 7 * DAY, ends_on=today() + 9 * DAY)


def test_it_ends_with_the_leaving_of_either(agency, chair, colleague):
    other, last = make_user(agency=agency), today() + 2 * DAY
    first = cover(chair, chair, colleague)
    second = cover(chair, chair, other, starts_on=today() + 4 * DAY)
    services.user_end(None, user=chair, last_day=last)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.ends_on == last and first.ended_at is None and second.ended_at is not None
    services.user_end(None, user=colleague, last_day=today(), at_once=True)
    services.user_restore(make_user("administrator"), user=colleague)
    appoint(colleague, "reviewing_officer")
    assert posts(colleague) == [("practitioner", ""), ("reviewing_officer", "")]


def test_who_has_no_role_any_more_stands_in_for_nobody(agency, chair):
    temporary = make_user(None, agency=agency)
    own = appoint(temporary, "practitioner")
    stand_in(temporary, post_of(chair))
    assert len(posts(temporary)) == 2
    appointment_end(None, appointment=own, last_day=today() - DAY)
    assert posts(temporary) == []


def test_a_role_taken_back_takes_its_deputies_along(agency, colleague):
    chair = make_user(None, agency=agency)
    post = appoint(chair, "cevt_chair", starts_on=today())
    cover(chair, chair, colleague)
    appointment_end(None, appointment=post, last_day=today() - DAY)
    assert not Delegation.objects.exists() and posts(colleague) == [("practitioner", "")]


# --- agency staff and students -------------------------------------------------------------------------


def test_agency_staff_have_a_last_day():
    user = make_user(None)
    with pytest.raises(Invalid) as refused:
        appointment_start(None, user=user, role_key="practitioner", agency_staff=True)
    assert refused.value.field == "ends_on"
    row = appointment_start(
        None, user=user, role_key="practitioner", agency_staff=True, ends_on=today() + 5 * DAY
    )
    assert row.agency_staff
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=row.pk).update(ends_on=None)


def test_a_student_has_a_supervisor_and_a_last_day():
    agency = make_agency()
    user, supervisor = make_user(None, agency=agency), make_user("practitioner", agency=agency)
    days = {"ends_on": today() + 60 * DAY}
    bad = [
        ({}, "supervisor"),
        ({"supervisor": supervisor, "ends_on": None}, "ends_on"),
        ({"supervisor": user}, "supervisor"),
        ({"supervisor": make_user("practitioner")}, "supervisor"),
        ({"supervisor": make_user("cevt_chair", agency=agency)}, "supervisor"),
        ({"role_key": "practitioner", "supervisor": supervisor}, "supervisor"),
    ]
    for values, field in bad:
        with pytest.raises(Invalid) as refused:
            appointment_start(None, user=user, **{"role_key": "student", **days, **values})
        assert refused.value.field == field, values
    row = appointment_start(None, user=user, role_key="student", supervisor=supervisor, **days)
    for broken in ({"supervisor": None}, {"ends_on": None}, {"role_key": "practitioner"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.filter(pk=row.pk).update(**broken)
    role = profile_of(user).roles[0]
    assert not role.writes and not role.exports and not role.opens_in_emergency and not role.covers


# --- pages ----------------------------------------------------------------------------------------------


def form(deputy, *rows, last=None, key="0ce4a111-0000-4000-8000-000000000001", **more):
    last = last or today() + 6 * DAY
    days = {"ends_on_0": last.day, "ends_on_1": last.month, "ends_on_2": last.year}
    return {"deputy": deputy, "posts": [str(row.public_id) for row in rows], "key": key, **days, **more}


def test_one_names_ones_deputy_once(chair, colleague):
    client, url = sign_in(chair), reverse("account:cover-new", args=[chair.public_id])
    sent = form(colleague.email.upper(), post_of(chair))
    for _ in range(2):
        assert client.post(url, sent).url == reverse("account:cover")
    row = Delegation.objects.get()
    assert colleague.name in client.get(reverse("account:cover")).content.decode()
    theirs = sign_in(colleague)
    page = theirs.get(reverse("account:cover")).content.decode()
    assert chair.name in page and "Practitioner, CEVT chair (as deputy)" in page
    theirs.post(reverse("account:cover-end", args=[row.public_id]))
    row.refresh_from_db()
    assert row.ended_at and chair.name not in theirs.get(reverse("account:cover")).content.decode()


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(chair, colleague):
    client, url = sign_in(chair), reverse("account:cover-new", args=[chair.public_id])
    stranger = make_user()
    for email in (stranger.email, "nobody@example.test"):  # nobody learns who works elsewhere
        answer = client.post(url, form(email, post_of(chair)))
        page = answer.content.decode()
        assert answer.status_code == 400 and email in page
        assert f"Nobody with this address works in {chair.agency}." in page
    late = client.post(url, form(colleague.email, post_of(chair), last=today() + 99 * DAY))
    assert "Cover lasts 42 days at the most" in late.content.decode()
    assert "Choose at least one role." in client.post(url, form(colleague.email)).content.decode()
    assert not Delegation.objects.exists()


def test_another_persons_cover_is_not_there_for_a_stranger(chair, colleague):
    row = cover(chair, chair, make_user(agency=chair.agency))
    client = sign_in(colleague)
    assert client.get(reverse("account:cover-new", args=[chair.public_id])).status_code == 404
    assert client.post(reverse("account:cover-end", args=[row.public_id])).status_code == 404
    row.refresh_from_db()
    assert row.ended_at is None


def test_a_manager_names_one_for_somebody_in_the_team_and_sees_last_days(agency):
    team = make_team(agency=agency)
    manager = make_user("team_manager", team=team)
    worker, other = make_user(None, agency=agency), make_user("practitioner", team=team)
    post = appoint(worker, "practitioner", team=team, ends_on=today() + 20 * DAY)
    Appointment.objects.filter(pk=post.pk).update(agency_staff=True)
    client = sign_in(manager)
    client.post(reverse("account:cover-new", args=[worker.public_id]), form(other.email, post))
    assert Delegation.objects.get().made_by == manager
    page = client.get(reverse("account:cover")).content.decode()
    assert "Agency staff" in page and f"{post.ends_on:%-d %B %Y}" in page and page.count(other.name) >= 2


def test_an_administrator_gives_temporary_roles_and_sees_covers(agency, chair, colleague):
    admin, user = make_user("administrator", agency=agency), make_user(None, agency=agency)
    client, url = sign_in(admin), reverse("people:appoint", args=[user.public_id])
    last = today() + 30 * DAY
    days = {"ends_on_0": last.day, "ends_on_1": last.month, "ends_on_2": last.year}
    html = client.post(url, {"role_key": "practitioner", "agency_staff": "on"}).content.decode()
    assert "Write the last day: agency staff and students have one." in html
    html = client.post(url, {"role_key": "student", **days}).content.decode()
    assert "Name the supervisor" in html
    html = client.post(url, {"role_key": "student", **days, "supervisor": "no@example.test"}).content.decode()
    assert "Nobody here has this address" in html and "no@example.test" in html
    client.post(url, {"role_key": "student", **days, "supervisor": colleague.email})
    assert user.appointments.get().supervisor == colleague
    page = client.get(reverse("people:user", args=[user.public_id])).content.decode()
    assert f"supervised by {colleague.name}" in page
    cover(chair, chair, colleague)
    for person, other in ((chair, colleague), (colleague, chair)):
        page = client.get(reverse("people:user", args=[person.public_id])).content.decode()
        assert other.name in page
    assert (
        reverse("account:cover-new", args=[chair.public_id])
        in client.get(reverse("people:user", args=[chair.public_id])).content.decode()
    )
