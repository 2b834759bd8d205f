"""Every authority can be chosen and reached; one that was reorganised is followed by its successor (C2)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cems.accounts.authorities import likely_names
from cems.accounts.desks import desk_in
from cems.accounts.form_fields import AuthorityChoice
from cems.accounts.models import Authority, Duty, DutyDesk
from cems.accounts.profile import profile_of
from cems.accounts.reference import authority_rows, sync
from cems.accounts.services.authority import authority_follow, authority_reach
from cems.audit.models import Entry
from cems.base.errors import Invalid, NotAllowed
from cems.base.forms import PlainForm
from cems.base.time import today
from cems.children.models import Child
from tests.factories.children import make_child, make_matter
from tests.factories.people import make_agency, make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C2")]

LEEDS, BOURNEMOUTH, POOLE, BCP = "E08000035", "E06000028", "E06000029", "E06000058"


class ChoosingForm(PlainForm):
    authority = AuthorityChoice(label="Authority", wanted="Write which.")


def chosen(typed):
    form = ChoosingForm({"authority": typed})
    return form.cleaned_data["authority"].code if form.is_valid() else form.errors["authority"][0]


@pytest.fixture
def admin():
    return make_user("administrator")


def test_the_file_names_every_authority_of_three_nations_once():
    rows = authority_rows()
    now_there = [row["code"] for row in rows if not row["last_day"]]
    counts = {nation: sum(code[0] == nation for code in now_there) for nation in "EWS"}
    assert counts == {"E": 153, "W": 22, "S": 32}
    assert len({row["code"] for row in rows}) == len({row["name"] for row in rows}) == len(rows)
    assert {row["successor"] for row in rows if row["successor"]} <= set(now_there)


def test_reading_the_file_again_keeps_what_people_wrote(admin):
    sync()
    authority_reach(admin, authority=Authority.objects.get(code=LEEDS), phone="0113 496 0000")
    authority_follow(
        admin,
        authority=Authority.objects.get(code="E06000001"),
        successor=Authority.objects.get(code="E06000002"),
        last_day=date(2027, 3, 31),
    )
    sync()
    assert Authority.objects.get(code=LEEDS).phone == "0113 496 0000"
    assert Authority.objects.get(code="E06000001").successor.code == "E06000002"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Leeds", LEEDS), ("leeds ", LEEDS), (LEEDS, LEEDS), ("Leeds (E08000035)", LEEDS), ("e08000035", LEEDS)],
)
def test_it_is_chosen_by_name_or_code(typed, code):
    assert chosen(typed) == code


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Ledes", "Leeds"), ("Newcastel", "Newcastle upon Tyne"), ("Hull", "Kingston upon Hull, City of"),
     ("Edinburg", "City of Edinburgh"), ("Rhonda", "Rhondda Cynon Taf"), ("Durham", "County Durham"),
     ("Sunderland City Council", "Sunderland")],
)  # fmt: skip
def test_a_close_spelling_is_answered_with_the_name_that_may_be_meant(typed, meant):
    assert meant in likely_names(typed, today())
    refused = chosen(typed)
    assert "Did you mean" in refused and meant in refused


def test_what_is_no_authority_says_how_to_mend_it():
    assert "No authority is called" in chosen("Qqxzy") and chosen("") == "Write which."


def test_the_suggestions_are_for_everybody_who_is_signed_in():
    client = sign_in(make_user())
    answer = client.get(reverse("authorities:suggest"), {"q": "leds"})
    assert f"Leeds ({LEEDS})" in answer.json()["options"]


def test_the_administrator_keeps_how_an_authority_is_reached(admin):
    client = sign_in(admin)
    sent = {"phone": "0113 496 0000", "night_phone": "0113 496 0001", "mail": "duty@example.org"}
    assert client.post(reverse("authorities:reach", args=[LEEDS]), sent).status_code == 302
    page = client.get(reverse("authorities:list"), {"q": "Leeds"}).content.decode()
    assert all(words in page for words in sent.values())
    assert Entry.objects.filter(actor=admin, subject_kind="accounts.authority").count() == 1
    with pytest.raises(NotAllowed):
        authority_reach(make_user(), authority=Authority.objects.get(code=LEEDS), phone="1")


def test_truth_f9_an_authority_that_merged_keeps_its_rows_and_its_successor_follows_them(admin):
    old, new = make_authority("E06000001"), make_authority("E06000002")
    team = make_team(agency=make_agency(authorities=[new]))
    DutyDesk.objects.create(duty=Duty.FRONT_DOOR, authority=new, team=team)
    desk = make_user("first_contact", team=team)
    chair = make_user("cevt_chair", agency=team.agency)
    child = make_child(authority=old)
    make_matter(child, "cevt")
    assert child not in Child.objects.visible_to(desk) and child not in Child.objects.visible_to(chair)
    authority_follow(admin, authority=old, successor=new, last_day=today() - timedelta(days=1))
    for user in (desk, chair):
        del user._kept_profile
        assert child in Child.objects.visible_to(user)
    child = Child.objects.unscoped("a test looks again").get(pk=child.pk)
    assert child.authority == old, "no row is changed"
    assert desk_in(Duty.FRONT_DOOR, old.pk) == team
    assert chosen("Hartlepool") == "E06000002", "new rows go to the successor"
    assert "Hartlepool" not in likely_names("Hartlepool", today())


def test_truth_f9_a_merger_to_come_applies_on_its_day(admin):
    old, new = make_authority("E06000001"), make_authority("E06000002")
    user = make_user("first_contact", agency=make_agency(authorities=[new]))
    authority_follow(admin, authority=old, successor=new, last_day=today())
    assert old.pk not in profile_of(user, today()).authority_ids
    assert old.pk in profile_of(user, today() + timedelta(days=1)).authority_ids
    assert chosen("Hartlepool") == "E06000001"


def test_truth_f9_a_successor_of_a_successor_follows_too(admin):
    first, second, third = (make_authority(f"E0600000{number}") for number in (1, 2, 3))
    past = today() - timedelta(days=9)
    authority_follow(admin, authority=first, successor=second, last_day=past)
    authority_follow(admin, authority=second, successor=third, last_day=past)
    user = make_user("first_contact", agency=make_agency(authorities=[third]))
    assert {first.pk, second.pk, third.pk} == profile_of(user).authority_ids
    with pytest.raises(Invalid, match="followed by"):
        authority_follow(admin, authority=third, successor=first, last_day=past)


def test_what_was_merged_since_2019_is_known_and_a_split_is_asked():
    assert chosen(BOURNEMOUTH) == chosen("Poole") == BCP
    refused = chosen("Cumbria")
    assert "No authority is called" in refused


def test_a_successor_is_written_on_its_page(admin):
    client = sign_in(admin)
    address = reverse("authorities:follow", args=["E06000001"])
    day = {"last_day_0": "31", "last_day_1": "3", "last_day_2": "2027"}
    assert client.post(address, {"successor": "E06000001", **day}).status_code == 400
    assert client.post(address, {"successor": "Middlesbrough", **day}).status_code == 302
    page = client.get(reverse("authorities:list")).content.decode()
    assert "31 March 2027" in page
    assert sign_in(make_user()).get(address).status_code == 403
