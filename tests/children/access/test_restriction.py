"""Restriction with its owner and review, bars, conflicts, and a child who has died (A2)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from cems.accounts.roles import ROLES, Work
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.calendar import close_of_business
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import local_date, now, today
from cems.children.access.services import restriction as service
from cems.children.access.services.death import death_record, death_undo
from cems.children.access.services.matter import matter_open
from cems.children.clocks import RESTRICTION_REVIEW
from cems.children.models import Bar, Child, Death, NamedReader
from cems.clocks.models import Clock
from cems.clocks.services import clock as clocks
from cems.clocks.sweeping import sweep
from cems.notices.models import Mail, Notice
from cems.notices.services import notice_send
from tests.factories.children import assign, bar, involve, make_child
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]


def sees(user, child):
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def reviews(child):
    return Clock.objects.filter(kind=RESTRICTION_REVIEW.key, child=child.public_id)


def page(user, name, child, data=None, *more):
    client, url = sign_in(user), reverse(f"children:{name}", args=[child.public_id, *more])
    return client.get(url) if data is None else client.post(url, data, follow=True)


@pytest.fixture
def team():
    return make_team()


@pytest.fixture
def officer(team):
    return make_user("first_contact", team=team)


@pytest.fixture
def worker(team, child):
    person = make_user(team=team)
    involve(child, person)
    return person


@pytest.fixture
def child():
    return make_child()


@pytest.fixture
def owner(child):
    person = make_user("team_manager", team=make_team())
    involve(child, person, "team_manager")
    return person


# --- restriction -------------------------------------------------------------------------------------------
def test_only_named_people_read_it_and_the_owner_has_a_clock_of_90_days(child, officer, owner, worker):
    answer = page(
        officer,
        "restriction_start",
        child,
        {"owner": owner.public_id, "reason": "Somebody's relation works here"},
    )
    assert answer.redirect_chain[-1][0] == reverse("home")  # the officer is not named, so it closed to them
    child.refresh_from_db()
    assert sees(owner, child) and not sees(officer, child) and not sees(worker, child)
    clock = reviews(child).get()
    assert clock.owner_user == owner and local_date(clock.due_at) == today() + timedelta(days=90)
    assert Notice.objects.filter(user=owner, kind="children.restricted").count() == 1
    named = page(owner, "reader_name", child, {"person": worker.public_id, "kind": "named"})
    assert "the person is named" in named.content.decode() and sees(worker, child)


@pytest.mark.parametrize("key", sorted(ROLES))
def test_who_may_restrict(key, child, owner):
    user = make_user(key, team=make_team())
    if Work.STATUS in ROLES[key].writes:
        assert service.restriction_start(user, child=child, owner=owner).restricted
    else:
        with pytest.raises(NotAllowed):
            service.restriction_start(user, child=child, owner=owner)


def test_owner_and_deputy_are_two_people_who_are_not_barred(child, officer, owner):
    with pytest.raises(Invalid) as refused:
        service.restriction_start(officer, child=child, owner=owner, deputy=owner)
    assert refused.value.field == "deputy"
    bar(child, owner)
    with pytest.raises(Invalid) as refused:
        service.restriction_start(officer, child=child, owner=owner)
    assert refused.value.field == "owner"
    child.refresh_from_db()
    assert not child.restricted and not reviews(child).exists()


def test_only_the_owner_and_deputy_manage_it(child, officer, owner, worker):
    service.restriction_start(officer, child=child, owner=owner)
    service.reader_name(owner, child=child, person=worker)
    service.reader_name(owner, child=child, person=officer)
    stranger = make_user()
    for user in (worker, officer):
        with pytest.raises(NotAllowed):
            service.reader_name(user, child=child, person=stranger)
        with pytest.raises(NotAllowed):
            service.restriction_lift(user, child=child, reason="Because")
        shown = page(user, "restriction", child)
        assert shown.status_code == 200 and "Named on the record" not in shown.content.decode()
        assert page(user, "reader_name", child).status_code == 302
    shown = page(owner, "restriction", child).content.decode()
    assert worker.name in shown and officer.name in shown


def test_when_owner_and_deputy_have_left_the_front_door_manages_it(child, officer, owner):
    service.restriction_start(officer, child=child, owner=owner)
    service.reader_name(owner, child=child, person=officer)
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    service.restriction_lift(officer, child=child, reason="No more cause")
    child.refresh_from_db()
    assert not child.restricted


def test_a_new_owner_takes_the_clock_and_the_earlier_one_stays_named(child, officer, owner, worker):
    service.restriction_start(officer, child=child, owner=owner)
    service.reader_name(owner, child=child, person=worker, kind="owner")
    assert reviews(child).get().owner_user == worker
    assert NamedReader.objects.get(child=child, user=owner).kind == "named"
    with pytest.raises(Invalid, match="another owner"):
        service.reader_end(worker, child=child, person=worker)
    service.reader_end(worker, child=child, person=owner)
    assert not sees(owner, child)


def test_the_review_meets_the_clock_and_starts_the_next(child, officer, owner, time_machine):
    service.restriction_start(officer, child=child, owner=owner)
    time_machine.move_to(now() + timedelta(days=60), tick=False)
    owner = type(owner).objects.get(pk=owner.pk)
    sent = {"reason": "The same holds", "key": str(uuid4())}
    for _ in range(2):  # a double click is one review
        assert page(owner, "restriction_keep", child, sent).status_code == 200
    child.refresh_from_db()
    assert child.restricted_review_on == today() + timedelta(days=90)
    old, new = reviews(child).order_by("pk")
    assert (old.stage, new.stage) == ("met", "running") and local_date(new.due_at) == today() + timedelta(
        days=90
    )


def test_lifting_it_opens_the_record_and_ends_names_and_clock(child, officer, owner, worker):
    service.restriction_start(officer, child=child, owner=owner)
    assert page(owner, "restriction_lift", child, {"reason": ""}).status_code == 400
    page(owner, "restriction_lift", child, {"reason": "No more cause"})
    child.refresh_from_db()
    assert not child.restricted and sees(worker, child) and sees(officer, child)
    assert reviews(child).get().stage == "met"
    service.restriction_start(
        officer, child=child, owner=owner
    )  # nobody named in the first one is named in the second
    assert not NamedReader.objects.filter(child=child, until__gt=now()).exclude(user=owner).exists()


def test_a_clock_whose_record_was_opened_otherwise_is_cancelled_by_the_sweep(child, officer, owner):
    service.restriction_start(officer, child=child, owner=owner)
    Child.objects.unscoped("test").filter(pk=child.pk).update(restricted=False, restricted_review_on=None)
    sweep(now() + timedelta(days=89))
    assert reviews(child).get().stage == "cancelled"


# --- bars and conflicts ----------------------------------------------------------------------------------
def test_a_bar_with_its_reason_and_its_end(child, officer, worker):
    assert page(officer, "bar_new", child, {"person": worker.public_id, "reason": " "}).status_code == 400
    page(officer, "bar_new", child, {"person": worker.public_id, "reason": "Knows the family"})
    assert not sees(worker, child)
    shown = page(officer, "restriction", child).content.decode()
    assert worker.name in shown and "Knows the family" in shown
    empty = page(officer, "bar_end", child, {"key": uuid4(), "reason": ""}, worker.public_id)
    assert empty.status_code == 400 and not sees(worker, child)
    page(officer, "bar_end", child, {"key": uuid4(), "reason": "It was somebody else"}, worker.public_id)
    assert sees(worker, child)
    assert Entry.objects.filter(verb=Verb.ACCESS_GIVEN, reason="It was somebody else").exists()


def test_a_bar_is_looked_at_before_it_ends(child, officer, worker):
    bar(child, worker)
    shown = page(officer, "bar_end", child, None, worker.public_id).content.decode()
    assert worker.name in shown and child.name in shown and Bar.objects.get().reason in shown
    sent = {"key": uuid4(), "reason": "It was somebody else"}
    for _ in range(2):  # a double click ends it once and says so both times
        assert "no longer barred" in page(officer, "bar_end", child, sent, worker.public_id).content.decode()
    refused = page(officer, "bar_end", child, {"key": uuid4(), "reason": "Kept in mind"}, worker.public_id)
    assert refused.status_code == 400 and "Kept in mind" in refused.content.decode()
    gone = sign_in(officer).get(
        reverse("children:bar_end", args=[child.public_id, worker.public_id]), follow=True
    )
    assert "has ended already" in gone.content.decode()


def test_a_reader_is_looked_at_before_they_are_taken_off(child, officer, owner, worker):
    service.restriction_start(officer, child=child, owner=owner)
    service.reader_name(owner, child=child, person=worker)
    deadline = close_of_business(now(), 9)
    clocks.clock_start(
        worker, kind="action.due", owner=worker, deadline=deadline, reference="EX-1", title="Ring the club",
        url="/", child=child.public_id,
    )  # fmt: skip
    shown = page(owner, "reader_end", child, None, worker.public_id).content.decode()
    assert worker.name in shown and child.name in shown and "Ring the club" in shown
    assert sees(worker, child)
    done = page(owner, "reader_end", child, {"key": uuid4()}, worker.public_id).content.decode()
    assert "no longer named" in done and not sees(worker, child)
    theirs = page(owner, "reader_end", child, {"key": uuid4()}, owner.public_id)
    assert theirs.status_code == 400 and "another owner" in theirs.content.decode()


def test_who_only_reads_what_is_assigned_is_named_once_it_is(child, officer, owner):
    auditor = make_user("auditor", agency=officer.agency)
    service.restriction_start(officer, child=child, owner=owner)
    assert auditor.name not in page(owner, "reader_name", child).content.decode()
    assign(child, auditor)
    assert auditor.name in page(owner, "reader_name", child).content.decode()
    service.reader_name(owner, child=child, person=auditor)
    assert sees(auditor, child)


def test_who_may_be_assigned_the_record_can_be_barred_before(child, officer):
    auditor = make_user("auditor", agency=officer.agency)
    assert auditor.name in page(officer, "bar_new", child).content.decode()


def test_those_who_do_not_decide_see_no_bars_and_bar_nobody(child, officer, owner, worker):
    Bar.objects.create(child=child, user=make_user(), reason="A private reason", made_by=officer, at=now())
    shown = page(worker, "restriction", child).content.decode()
    assert "A private reason" not in shown and "declare a conflict" in shown
    answer = page(worker, "bar_new", child, {"person": owner.public_id, "reason": "Because"})
    assert answer.status_code == 200 and not Bar.objects.filter(user=owner).exists()
    with pytest.raises(NotAllowed):
        service.bar_start(worker, child=child, person=owner, reason="Because")


def test_a_conflict_closes_the_record_and_tells_the_manager(child, team, worker):
    manager = make_user("team_manager", team=team)
    answer = page(worker, "conflict", child, {"reason": "I know the family"})
    assert answer.redirect_chain[-1][0] == reverse("home") and not sees(worker, child)
    notice = Notice.objects.get(kind="children.conflict")
    assert notice.user == manager and "family" not in notice.text
    with pytest.raises(NotAllowed):  # what one declared oneself, one does not lift oneself
        service.bar_end(worker, child=child, person=worker, reason="I was wrong")


def test_an_owner_with_a_conflict_hands_over_first(child, officer, owner, worker):
    service.restriction_start(officer, child=child, owner=owner)
    with pytest.raises(Invalid, match="another owner"):
        service.conflict_declare(owner, child=child, reason="I know the family")
    service.reader_name(owner, child=child, person=worker, kind="deputy")
    service.conflict_declare(owner, child=child, reason="I know the family")
    assert not sees(owner, child) and reviews(child).get().owner_user == worker
    assert NamedReader.objects.get(child=child, user=worker).kind == "owner"


def test_the_owner_is_not_barred(child, officer, owner, worker):
    service.restriction_start(officer, child=child, owner=owner, deputy=worker)
    with pytest.raises(Invalid, match="another owner"):
        service.bar_start(worker, child=child, person=owner, reason="Knows the family")


# --- a child who has died ----------------------------------------------------------------------------------
def start_clock(child, person):
    return clocks.clock_start(
        person,
        kind="action.due",
        owner=person,
        deadline=close_of_business(now(), 3),
        reference=child.reference,
        child=child.public_id,
    )


def test_a_death_stops_clocks_and_letters_and_narrows_the_record(child, officer, owner, worker):
    clock, other = start_clock(child, worker), start_clock(make_child(), worker)
    matter_open(officer, child=child, kind="referral")
    notice_send([worker.pk], kind="x", key="before", text="About the child", child=child.public_id)
    notice_send([worker.pk], kind="x", key="elsewhere", text="About another", child=make_child().public_id)
    died = today() - timedelta(days=1)
    days = {"died_on_0": died.day, "died_on_1": died.month, "died_on_2": died.year}
    unsure = page(officer, "death", child, {**days, "owner": owner.public_id})
    assert unsure.status_code == 400 and not Death.objects.exists()
    page(officer, "death", child, {**days, "owner": owner.public_id, "confirmed": "on"})
    child.refresh_from_db()
    assert (child.died_on, child.legal_hold, child.restricted) == (died, True, True)
    assert sees(owner, child) and sees(officer, child) and not sees(worker, child)
    clock.refresh_from_db()
    other.refresh_from_db()
    assert (clock.stage, other.stage) == ("cancelled", "running")
    assert "died" in clock.transitions.last().reason
    notice_send([worker.pk], kind="x", key="after", text="About the child", child=child.public_id)
    assert list(Mail.objects.values_list("notice__key", flat=True)) == ["elsewhere"]
    assert Notice.objects.filter(key="after").exists()  # said inside CEMS, to those who look
    shown = page(owner, "overview", child).content.decode()
    assert "Died on" in shown
    with pytest.raises(Invalid):
        service.restriction_lift(owner, child=child, reason="Because")


def test_what_cannot_be_a_day_of_death(child, officer, owner):
    for day in (today() + timedelta(days=1), child.date_of_birth - timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            death_record(officer, child=child, died_on=day, owner=owner)
        assert refused.value.field == "died_on"
    death_record(officer, child=child, died_on=today(), owner=owner)
    with pytest.raises(Invalid, match="already"):
        death_record(officer, child=child, died_on=today(), owner=owner)


@pytest.mark.parametrize("key", sorted(ROLES))
def test_who_may_record_a_death(key, child, owner):
    user = make_user(key, team=make_team())
    if key in {"first_contact", "edt", "erase_manager"}:
        assert death_record(user, child=child, died_on=today(), owner=owner)
    else:
        with pytest.raises(NotAllowed):
            death_record(user, child=child, died_on=today(), owner=owner)


@pytest.mark.parametrize("restricted", [False, True])
def test_a_death_recorded_in_error_is_undone(child, officer, owner, worker, restricted):
    if restricted:
        service.restriction_start(officer, child=child, owner=owner, deputy=officer)
    child.refresh_from_db()
    death_record(officer, child=child, died_on=today(), owner=owner)
    with pytest.raises(Invalid):
        death_undo(officer, child=child, reason=" ")
    page(officer, "death", child, {"reason": "Another child of the same name"})
    child.refresh_from_db()
    assert (child.died_on, child.legal_hold, child.restricted) == (None, False, restricted)
    assert sees(worker, child) is not restricted and sees(owner, child)
    notice_send([worker.pk], kind="x", key="after", text="About the child", child=child.public_id)
    assert Mail.objects.filter(notice__key="after").exists()
    assert Death.objects.get().undone_by == officer
    death_record(officer, child=child, died_on=today(), owner=owner)  # and it can be recorded anew
