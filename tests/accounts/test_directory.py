"""Whoever is told to ring is given the number: the directory, its keeper, and the page that refuses (K3)."""

from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.directory.reference import sync
from cems.accounts.directory.services import HelplineTerms, helpline_write
from cems.accounts.models import Duty, DutyDesk, Helpline, Team, User
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import today
from tests.factories.people import make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K3")]
DIRECTORY = reverse("directory:directory")
LIST = reverse("directory:helplines")
NEW = reverse("directory:helpline_new")
FORM = {
    "name": "Example helpline",
    "helps": "children",
    "purpose": "Worries about friends",
    "phone": "01632 960111",
    "hours": "9am to 5pm",
    "version": 0,
}


@pytest.fixture
def administrator() -> User:
    return make_user("administrator")


def text_of(client: Client, address: str = DIRECTORY, **query: str) -> str:
    return unescape(client.get(address, query).content.decode())


def desk_of(user: User, duty: Duty, phone: str, hours: str = "") -> Team:
    team = make_team(name=f"Desk {duty.value}")
    Team.objects.filter(pk=team.pk).update(phone=phone, hours=hours)
    authority = user.agency.authorities.order_by("pk")[0]
    DutyDesk.objects.update_or_create(duty=duty, authority=authority, defaults={"team": team})
    return team


class TestReading:
    def test_everybody_reads_the_desks_of_their_own_authority_and_not_of_another(self):
        user = make_user("practitioner")
        desk_of(user, Duty.FRONT_DOOR, "01632 960001", "Monday to Friday, 8:30 to 17:00")
        elsewhere = make_team(name="Far desk")
        DutyDesk.objects.create(duty=Duty.CEVT, authority=make_authority("E08000035"), team=elsewhere)
        text = text_of(sign_in(user))
        assert "01632 960001" in text and "Monday to Friday, 8:30 to 17:00" in text
        assert "Far desk" not in text.split("Teams, schools and homes")[0]

    def test_a_number_nobody_recorded_is_said_to_be_missing(self):
        user = make_user("practitioner")
        desk_of(user, Duty.FRONT_DOOR, "")
        row = text_of(sign_in(user)).split("Desk front_door")[1].split("</tr>")[0]
        assert "Not recorded" in row

    def test_it_is_found_by_any_of_its_words(self):
        sync()
        client = sign_in(make_user("school_lead"))
        text = text_of(client, q="slavery HELPLINE")
        assert "08000 121 700" in text and "Childline" not in text
        assert "Nobody is listed under these words" in text_of(client, q="no such desk")

    def test_a_helpline_is_left_out_after_its_last_day(self):
        sync()
        Helpline.objects.filter(code="childline").update(last_day=today())
        client = sign_in(make_user("practitioner"))
        assert "0800 1111" in text_of(client)
        Helpline.objects.filter(code="childline").update(last_day=today() - timedelta(days=1))
        assert "0800 1111" not in text_of(client)

    def test_every_page_leads_there_and_the_help_needs_no_sign_in(self):
        assert DIRECTORY in text_of(sign_in(make_user("practitioner")), reverse("home"))
        outside = Client()
        assert outside.get(DIRECTORY).status_code == 302
        sign_in_page = text_of(outside, reverse("account_login"))
        for name in ("help_words", "help_accessibility", "help_privacy"):
            assert reverse(name) in sign_in_page
            assert outside.get(reverse(name)).status_code == 200
        assert "CE Matrix" in text_of(outside, reverse("help_privacy"))

    def test_who_is_refused_reads_whom_to_ring(self):
        user = make_user("practitioner")
        desk_of(user, Duty.FRONT_DOOR, "01632 960002")
        desk_of(user, Duty.OUT_OF_HOURS, "01632 960003", "Nights and weekends")
        response = sign_in(user).get(LIST)
        text = unescape(response.content.decode())
        assert response.status_code == 403
        assert "01632 960002" in text and "01632 960003" in text and "Nights and weekends" in text


class TestKeeping:
    def test_an_administrator_adds_one_and_everybody_reads_it(self, administrator):
        client = sign_in(administrator)
        assert client.post(NEW, FORM | {"key": uuid4()}).status_code == 302
        assert "Example helpline" in text_of(client, LIST)
        assert "01632 960111" in text_of(sign_in(make_user("practitioner")))
        assert Entry.objects.filter(actor=administrator, verb="created").exists()

    def test_sent_twice_it_is_there_once(self, administrator):
        client, form = sign_in(administrator), FORM | {"key": uuid4()}
        client.post(NEW, form)
        client.post(NEW, form)
        assert Helpline.objects.filter(name="Example helpline").count() == 1

    def test_one_that_nobody_can_reach_is_refused_beside_its_field(self, administrator):
        response = sign_in(administrator).post(NEW, FORM | {"phone": "", "key": uuid4()})
        assert response.status_code == 400
        assert "nobody reaches it" in unescape(response.content.decode())

    def test_a_colleague_who_was_quicker_is_not_overwritten(self, administrator):
        terms = HelplineTerms("Example", "anybody", "Worries", "01632 960111")
        row = helpline_write(administrator, terms=terms)
        helpline_write(administrator, terms=terms, helpline=row, version=1)
        address = reverse("directory:helpline", args=[row.public_id])
        response = sign_in(administrator).post(address, FORM | {"version": 1, "key": uuid4()})
        assert response.status_code == 409
        with pytest.raises(Conflict):
            helpline_write(administrator, terms=terms, helpline=row, version=1)
        page = unescape(response.content.decode())  # both are read, and what the page holds now counts
        assert "What the record says now, and what you wrote" in page and FORM["name"] in page
        again = {name: str(response.context["form"][name].value()) for name in ("version", "key")}
        assert sign_in(administrator).post(address, FORM | again).status_code == 302
        row.refresh_from_db()
        assert row.name == FORM["name"]

    def test_what_was_changed_stays_when_the_release_brings_its_own(self, administrator):
        sync()
        row = Helpline.objects.get(code="childline")
        terms = HelplineTerms(row.name, row.helps, row.purpose, "", "", row.page, date(2030, 1, 1))
        helpline_write(administrator, terms=terms, helpline=row, version=row.version)
        sync()
        row.refresh_from_db()
        assert row.phone == "" and row.last_day == date(2030, 1, 1)

    def test_nobody_else_keeps_them(self):
        user = make_user("practitioner")
        assert sign_in(user).get(LIST).status_code == 403
        with pytest.raises(NotAllowed):
            helpline_write(user, terms=HelplineTerms("Example", "anybody", "Worries", "1"))

    def test_the_service_asks_for_a_way_to_reach_it_too(self, administrator):
        with pytest.raises(Invalid):
            helpline_write(administrator, terms=HelplineTerms("Example", "anybody", "Worries", " "))

    def test_a_teams_hours_are_kept_with_the_team(self, administrator):
        team = make_team(name="Example team")
        client = sign_in(administrator)
        form = {"agency": team.agency.code, "name": team.name, "code": team.code, "kind": team.kind}
        address = reverse("people:team", args=[team.public_id])
        client.post(address, form | {"phone": "01632 960009", "hours": "Weekdays"})
        assert "Weekdays" in text_of(sign_in(make_user("practitioner")))
