"""Opening a record in an emergency: who may, for how long, what is told of it, and what happens after (A2)."""

from datetime import date, datetime, time, timedelta

import pytest

from cems.accounts.models import AgencyKind
from cems.accounts.roles import ROLES, Part, Reach
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Invalid, NotAllowed, TooMany
from cems.base.time import LONDON, local
from cems.children.access.child_access import access_to
from cems.children.access.rules.emergency_access import open_until
from cems.children.access.services import emergency_access as service
from cems.children.matching.rules.search import understand
from cems.children.models import Child, EmergencyAccess
from cems.notices.models import Mail, Notice
from tests.factories.children import bar, make_child, make_matter, name_reader, restrict
from tests.factories.people import (
    DARLINGTON,
    appoint,
    make_agency,
    make_authority,
    make_team,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]

BREAKERS = [key for key, role in ROLES.items() if role.opens_in_emergency]
OTHERS = [key for key, role in ROLES.items() if not role.opens_in_emergency]
THROUGH_RESTRICTION = [key for key, role in ROLES.items() if role.opens_restricted]


def sees(user, child):
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def break_it(user, child, reason="Danger tonight", **kw):
    return service.emergency_access_open(user, named=understand(child.reference), reason=reason, **kw)


@pytest.mark.parametrize("key", BREAKERS)
def test_those_who_may_open_what_the_table_says_and_never_raw_intelligence(key):
    user, child = make_user(key, team=make_team()), make_child()
    before = access_to(user, child).parts if sees(user, child) else frozenset()
    break_it(user, child)
    access = access_to(user, child)
    assert sees(user, child)
    assert access.parts == before | ROLES[key].sees[Reach.EMERGENCY]
    assert Part.INTELLIGENCE_RAW not in access.parts and access.why.endswith("with a reason")


@pytest.mark.parametrize("key", OTHERS)
def test_nobody_else_opens_anything(key):
    user, child = make_user(key, team=make_team()), make_child()
    before = sees(user, child)
    with pytest.raises(NotAllowed):
        break_it(user, child)
    assert sees(user, child) == before and not EmergencyAccess.objects.exists()


def test_the_flag_and_the_reach_of_a_role_agree():
    assert {key for key, role in ROLES.items() if Reach.EMERGENCY in role.sees} == set(BREAKERS)
    assert THROUGH_RESTRICTION == ["first_contact", "edt", "erase_police"]


@pytest.mark.parametrize("key", BREAKERS)
def test_a_restricted_record_opens_to_the_three_only_and_its_owner_is_told(key):
    owner, child = make_user(), make_child()
    restrict(child, owner=owner)
    user = make_user(key, team=make_team())
    if key in THROUGH_RESTRICTION:
        break_it(user, child)
        assert sees(user, child)
        assert access_to(user, child).parts == ROLES[key].sees[Reach.EMERGENCY]
    else:
        with pytest.raises(Invalid) as refused:
            break_it(user, child)
        assert refused.value.message == service.NONE_FITS and not sees(user, child)
    assert Notice.objects.filter(user=owner, reference=child.reference).count() == 1


def test_another_reach_counts_for_nothing_where_only_the_opening_opens():
    user, child = make_user("first_contact", team=make_team()), make_child()
    appoint(user, "practitioner")
    make_matter(child, "referral")
    restrict(child)
    break_it(user, child)
    assert {reach for _, reach in access_to(user, child).reached} == {Reach.EMERGENCY}
    name_reader(child, user)
    assert Reach.AUTHORITY in {reach for _, reach in access_to(user, child).reached}


@pytest.mark.parametrize("key", BREAKERS)
def test_a_bar_beats_it_before_and_after(key):
    user, child = make_user(key, team=make_team()), make_child()
    break_it(user, child)
    bar(child, user)
    assert not sees(user, child)
    with pytest.raises(Invalid, match="No record fits"):
        break_it(user, child)


def test_a_child_that_is_restricted_meanwhile_closes_to_the_others():
    user, child = make_user(), make_child()
    break_it(user, child)
    assert sees(user, child)
    restrict(child)
    assert not sees(user, child)


@pytest.mark.parametrize(
    "words", ["{ref}", "999 123 4578", "Testchild Glassington 3/4/2011", "Glassington Testchild 03.04.2011"]
)
def test_the_child_is_named_exactly(words):
    child = make_child(
        family_name="Glassington", date_of_birth=date(2011, 4, 3), identifiers={"nhs": "9991234578"}
    )
    emergency_access = service.emergency_access_open(
        make_user(), named=understand(words.format(ref=child.reference)), reason="Danger tonight"
    )
    assert emergency_access.child_id == child.pk


@pytest.mark.parametrize(
    "words", ["Glassington", "Testchild Glassington", "Glassington 3/4/2011", "DH1 5UL", "3/4/2011"]
)
def test_less_than_exactly_is_not_enough(words):
    make_child(family_name="Glassington", date_of_birth=date(2011, 4, 3), postcode="DH1 5UL")
    with pytest.raises(Invalid, match="No record fits"):
        service.emergency_access_open(make_user(), named=understand(words), reason="Danger tonight")


def test_two_that_fit_are_not_opened_by_guess():
    for _ in range(2):
        make_child(family_name="Twinnington", date_of_birth=date(2011, 4, 3))
    with pytest.raises(Invalid, match="More than one"):
        service.emergency_access_open(
            make_user(), named=understand("Testchild Twinnington 3/4/2011"), reason="Now"
        )
    assert not EmergencyAccess.objects.exists()


def test_a_name_that_only_sounds_alike_opens_nothing():
    """As the names of twins may."""
    child = make_child(given_name="小明", family_name="王", date_of_birth=date(2011, 4, 3))
    for words in ("晓明 王 3/4/2011", "Xiaoming Wang 3/4/2011"):
        with pytest.raises(Invalid, match="No record fits"):
            service.emergency_access_open(make_user(), named=understand(words), reason="Danger tonight")
    opened = service.emergency_access_open(
        make_user(), named=understand("王 小明 3/4/2011"), reason="Danger tonight"
    )
    assert opened.child_id == child.pk


def test_the_edge_of_the_agencys_world_holds():
    elsewhere = make_child(authority=make_authority(DARLINGTON))
    with pytest.raises(Invalid, match="No record fits"):
        break_it(make_user(), elsewhere)
    both = make_user(agency=make_agency(authorities=[make_authority(), make_authority(DARLINGTON)]))
    assert break_it(both, elsewhere)


def test_a_reason_is_asked_and_questions_are_limited_and_recorded_even_when_refused():
    user, child = make_user(), make_child()
    with pytest.raises(Invalid) as refused:
        break_it(user, child, reason="  ")
    assert refused.value.field == "reason"
    for _ in range(service.OPENINGS_AN_HOUR):
        with pytest.raises(Invalid):
            service.emergency_access_open(user, named=understand("CHD-1999-00001"), reason="Danger")
    with pytest.raises(TooMany):
        break_it(user, child)
    asked = Entry.objects.filter(actor=user, verb=Verb.SEARCHED, part="children.emergency_access")
    assert asked.count() == service.OPENINGS_AN_HOUR


def test_it_is_recorded_with_its_reason_and_opening_twice_is_one():
    user, child = make_user(), make_child()
    first = break_it(user, child)
    assert break_it(user, child, reason="Again") == first
    entry = Entry.objects.get(verb=Verb.ACCESS_OPENED)
    assert (entry.actor, entry.child, entry.reason) == (user, child.public_id, "Danger tonight")


def test_manager_and_auditors_are_told_by_reference_only():
    team = make_team()
    user, manager = make_user(team=team), make_user("team_manager", team=team)
    auditor = make_user("auditor", agency=team.agency)
    partnership = make_user("auditor", agency=make_agency(kind=AgencyKind.PARTNERSHIP))
    strangers = [make_user("team_manager", team=make_team()), make_user("auditor")]
    left = make_user("team_manager", team=team, is_active=False)
    barred = make_user("team_manager", team=team)
    child = make_child()
    bar(child, barred)
    break_it(user, child)
    notices = Notice.objects.filter(kind="children.emergency_access")
    assert {row.user for row in notices} == {manager, auditor, partnership}
    assert not {*strangers, left, barred} & {row.user for row in notices}
    assert (
        Mail.objects.filter(notice__in=notices).count() == notices.count()
    )  # mail says what the notice says
    for text in notices.values_list("text", flat=True):
        assert child.family_name not in text and user.name not in text and "Danger" not in text


def test_four_hours_later_it_is_closed_and_ending_it_early_closes_it_now(time_machine):
    user, child = make_user(), make_child()
    emergency_access = break_it(user, child)
    assert emergency_access.until - emergency_access.opened_at == timedelta(hours=4)
    time_machine.move_to(emergency_access.until - timedelta(seconds=1), tick=False)
    assert sees(user, child)
    time_machine.move_to(emergency_access.until, tick=False)
    assert not sees(user, child)
    break_it(user, child)
    service.emergency_access_end(user, child=child)
    assert not sees(user, child)
    with pytest.raises(Invalid):
        service.emergency_access_end(user, child=child)
    assert EmergencyAccess.objects.count() == 2


@pytest.mark.parametrize(
    ("opened", "until"),
    [
        (datetime(2026, 3, 28, 23, 0), datetime(2026, 3, 29, 8, 30)),  # the night the clocks go forward
        (datetime(2026, 10, 24, 23, 0), datetime(2026, 10, 25, 8, 30)),  # and back
        (datetime(2026, 6, 1, 3, 0), datetime(2026, 6, 1, 8, 30)),
        (datetime(2026, 6, 1, 8, 30), datetime(2026, 6, 2, 8, 30)),
    ],
)
def test_the_emergency_duty_team_keeps_it_to_the_end_of_the_shift(opened, until):
    at = opened.replace(tzinfo=LONDON)
    closes_at = local(open_until(at, hours=4, shift_ends=time(8, 30)))
    assert closes_at.replace(tzinfo=None) == until
