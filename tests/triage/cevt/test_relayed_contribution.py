"""The chair writes what somebody of an agency that is away told them; nobody's words are lost (T3)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.test import APIClient

from cems.accounts.models import Agency, AgencyKind, User
from cems.audit.models import Entry
from cems.base.errors import CommandError, Conflict, Invalid, Overtaken
from cems.base.time import local, now
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.children.own_copy import own_copy
from cems.meetings.choices import Held, RelayedHow
from cems.meetings.models import Attendance, Contribution, RelayedContribution
from cems.meetings.services.contribution import Told
from tests.factories.children import bar, join, make_child, restrict
from tests.factories.people import make_agency, make_team, make_user, sign_in
from tests.factories.triage import make_chair, ruling, sitting, waiting_child
from triage.cevt.selectors.listing import listing
from triage.cevt.selectors.research import to_look_up
from triage.cevt.services.contribution import contribution_relay, contribution_write
from triage.cevt.services.decision import decision_make, why_provisional
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T3")]
WORDS = "Seen at the clinic on Monday, alone."


@pytest.fixture(autouse=True)
def _ready() -> None:
    cache.clear()


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


@pytest.fixture
def item(child: Child) -> Item:
    return waiting_child(child)


@pytest.fixture
def nurse() -> User:
    """Has a seat at CEVT for her agency, and is away today."""
    agency = make_agency(kind=AgencyKind.HEALTH, name="Example Health")
    return make_user("cevt_member", team=make_team(agency=agency), name="Example Nurse")


def told(text: str = WORDS, held: Held = Held.WRITTEN, at: datetime | None = None, **kw: Any) -> Told:
    fields = {"by": "Example Nurse", "how": RelayedHow.PHONE, "at": at or now() - timedelta(hours=1), **kw}
    return Told(held=held, text=text, **fields)


def write(
    chair: User, item: Item, agency: Agency, what: Told | None = None, seen: int = 0
) -> RelayedContribution:
    return contribution_relay(
        chair, child=item.child, about=item.public_id, agency=agency, told=what or told(), seen=seen
    )


def page(child: Child, agency: Agency) -> str:
    return reverse("cevt:relayed_contribution", args=[child.public_id, agency.public_id])


def sheet(child: Child) -> str:
    return reverse("cevt:sheet", args=[child.public_id])


def read(user: User, url: str) -> str:
    answer = sign_in(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def typed(item: Item, **more: object) -> dict[str, object]:
    day = local(now() - timedelta(minutes=5))
    return {
        "about": item.public_id,
        "seen": 0,
        "key": uuid4(),
        "held": "written",
        "text": WORDS,
        "told_by": "Example Nurse, school nursing",
        "told_how": "phone",
        "told_on_0": day.day,
        "told_on_1": day.month,
        "told_on_2": day.year,
        "told_time": f"{day:%H:%M}",
        **more,
    }


def send(user: User, item: Item, agency: Agency, **more: object) -> HttpResponse:
    return sign_in(user).post(page(item.child, agency), typed(item, **more))


# --- what it is ------------------------------------------------------------------------------------------


def test_the_sheet_leads_to_it_and_says_who_wrote_it_as_told_by_whom(
    chair: User, item: Item, nurse: User
) -> None:
    child = item.child
    assert page(child, nurse.agency) in read(chair, sheet(child))
    assert send(chair, item, nurse.agency).status_code == 302
    row = RelayedContribution.objects.get()
    assert (row.agency, row.number, row.held, row.text) == (nurse.agency, 1, Held.WRITTEN, WORDS)
    assert (row.told_how, row.told_by, row.written_by) == ("phone", "Example Nurse, school nursing", chair)
    assert not Contribution.objects.exists()
    html = read(make_user("cevt_member", team=make_team()), sheet(child))
    assert f"Written by {chair}" in html and "as told by Example Nurse, school nursing, by telephone" in html
    assert WORDS in html and page(child, nurse.agency) not in html  # a member writes for nobody
    assert Entry.objects.filter(subject_id=str(row.public_id), part="contributions").exists()
    assert {entry["kind"] for entry in own_copy([child.pk])} >= {"Told to a forum"}


def test_it_is_an_answer_and_nobody_is_at_the_table_for_it(chair: User, item: Item, nurse: User) -> None:
    meeting = sitting(chair, AgencyKind.CHILDRENS_SERVICES)
    [row] = listing(chair, now()).open
    assert nurse.agency in row.outstanding and to_look_up(nurse, now()) == 1
    before = why_provisional(meeting, now())
    write(chair, item, nurse.agency)
    [row] = listing(chair, now()).open
    assert nurse.agency not in row.outstanding and to_look_up(nurse, now()) == 0
    assert not Attendance.objects.filter(agency=nurse.agency).exists()
    assert before and why_provisional(meeting, now()) == before


def test_an_agency_not_checked_yet_still_owes_an_answer(chair: User, item: Item, nurse: User) -> None:
    write(chair, item, nurse.agency, told("", Held.NOT_CHECKED))
    [row] = listing(chair, now()).open
    assert nurse.agency in row.outstanding


def test_the_agency_adds_its_own_and_both_stay(chair: User, item: Item, nurse: User) -> None:
    write(chair, item, nurse.agency)
    assert WORDS in read(nurse, sheet(item.child)) and WORDS in read(nurse, reverse("cevt:research"))
    contribution_write(
        nurse,
        child=item.child,
        about=item.public_id,
        held="written",
        text="She was with a friend.",
        version=0,
    )
    html = read(chair, sheet(item.child))
    assert WORDS in html and "She was with a friend." in html
    assert (RelayedContribution.objects.get().text, Contribution.objects.get().text) == (
        WORDS,
        "She was with a friend.",
    )


def test_what_is_told_later_stands_after_it(chair: User, item: Item, nurse: User) -> None:
    when = now() - timedelta(minutes=30)
    first = write(chair, item, nurse.agency, told(at=when))
    assert write(chair, item, nurse.agency, told(at=when), seen=1) == first  # the same again is harmless
    second = write(chair, item, nurse.agency, told("And her brother was there."), seen=1)
    assert [row.number for row in RelayedContribution.objects.order_by("pk")] == [1, 2] and second.number == 2


# --- what refuses it ---------------------------------------------------------------------------------------


def test_not_for_ones_own_agency_nor_for_one_without_a_seat(chair: User, item: Item) -> None:
    with pytest.raises(Invalid, match="your own agency"):
        write(chair, item, chair.agency)
    school = make_user("school_lead", team=make_team()).agency
    with pytest.raises(Invalid, match="no seat"):
        write(chair, item, school)
    elsewhere = make_user("cevt_member", team=make_team(agency=make_agency(authorities=[]))).agency
    with pytest.raises(Invalid, match="no seat"):
        write(chair, item, elsewhere)
    assert sign_in(chair).get(page(item.child, school)).status_code == 404
    assert "in its own place on the sheet" in read(chair, page(item.child, chair.agency))
    assert send(chair, item, chair.agency).status_code == 400 and not RelayedContribution.objects.exists()


def test_not_after_the_decision_and_what_was_typed_stays(chair: User, item: Item, nurse: User) -> None:
    decision_make(chair, child=item.child, ruling=ruling(item, RiskLevel.LOW))
    answer = send(chair, item, nurse.agency)
    html = unescape(answer.content.decode())
    assert answer.status_code == 409 and "CEVT has finished with this" in html and WORDS in html
    assert "nothing open for this child" in read(chair, page(item.child, nurse.agency))
    with pytest.raises(Conflict):
        write(chair, item, nurse.agency)


def test_not_over_an_agency_that_answered_itself(chair: User, item: Item, nurse: User) -> None:
    contribution_write(nurse, child=item.child, about=item.public_id, held="nothing", text="", version=0)
    answer = send(chair, item, nurse.agency)
    html = unescape(answer.content.decode())
    assert answer.status_code == 409 and "has answered itself" in html and WORDS in html
    assert page(item.child, nurse.agency) not in read(chair, sheet(item.child))
    assert not RelayedContribution.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "  "}, "text"),
        ({"by": " "}, "told_by"),
        ({"at": now() + timedelta(days=2)}, "told_on"),
    ],
)
def test_what_is_missing_is_named(
    chair: User, item: Item, nurse: User, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        write(chair, item, nurse.agency, told(**change))
    assert refused.value.field == field


def test_the_form_names_each_field_to_mend_and_keeps_the_words(chair: User, item: Item, nurse: User) -> None:
    late = local(now() + timedelta(days=3))
    answer = send(chair, item, nurse.agency, told_by="", told_how="", held="")
    html = unescape(answer.content.decode())
    assert answer.status_code == 400 and WORDS in html
    for words in ("Write who told you.", "Choose how they told you.", "Choose what they answered."):
        assert words in html
    future = {"told_on_0": late.day, "told_on_1": late.month, "told_on_2": late.year}
    answer = send(chair, item, nurse.agency, **future)
    assert answer.status_code == 400 and "This is in the future." in answer.content.decode()


def test_sent_twice_it_is_written_once(chair: User, item: Item, nurse: User) -> None:
    sent = typed(item)
    for _ in range(2):
        assert sign_in(chair).post(page(item.child, nurse.agency), sent).status_code == 302
    assert RelayedContribution.objects.count() == 1


def test_a_second_chair_reads_the_first_ones_words_before_adding(
    chair: User, item: Item, nurse: User
) -> None:
    other = make_chair(name="Example Otherchair")
    write(other, item, nurse.agency, told("Heard by the other chair."))
    with pytest.raises(Overtaken) as refused:
        write(chair, item, nurse.agency)
    assert refused.value.theirs["text"] == "Heard by the other chair." and refused.value.version == 1
    answer = send(chair, item, nurse.agency)
    html = unescape(answer.content.decode())
    assert answer.status_code == 409 and "Heard by the other chair." in html and WORDS in html
    assert "Example Otherchair wrote for this agency meanwhile" in html and 'name="seen" value="1"' in html
    assert send(chair, item, nurse.agency, seen=1).status_code == 302
    assert list(RelayedContribution.objects.order_by("number").values_list("text", flat=True)) == [
        "Heard by the other chair.",
        WORDS,
    ]


@pytest.mark.django_db(transaction=True)
def test_two_chairs_at_the_same_instant_lose_no_words(item: Item, nurse: User) -> None:
    def relay(chair: User) -> str:
        try:
            return write(chair, item, nurse.agency, told(f"Told to {chair}.")).text
        except CommandError as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(relay, [make_chair(), make_chair()]))
    assert RelayedContribution.objects.count() == 1 and set(answers) == {
        RelayedContribution.objects.get().text,
        "Overtaken",
    }


def test_of_a_merged_record_it_belongs_to_the_whole(chair: User, item: Item, nurse: User) -> None:
    other = make_child()
    join(item.child, other)
    row = contribution_relay(
        chair, child=other, about=item.public_id, agency=nurse.agency, told=told(), seen=0
    )
    assert row.child == item.child


@pytest.mark.requirement("A2")
def test_only_who_decides_at_this_table_writes_for_another(chair: User, item: Item, nurse: User) -> None:
    member = make_user("cevt_member", team=make_team())
    assert send(member, item, nurse.agency).status_code == 403
    assert send(make_user(), item, nurse.agency).status_code == 404
    bar(item.child, chair)
    assert send(chair, item, nurse.agency).status_code == 404
    restrict(item.child, owner=make_user())
    assert send(make_chair(), item, nurse.agency).status_code == 404
    assert not RelayedContribution.objects.exists()


# --- by API, and as it arrives ---------------------------------------------------------------------------


@pytest.fixture
def by_api(item: Item) -> Callable[..., Any]:
    def post(user: User, agency: Agency, **more: Any) -> Any:
        client = APIClient()
        client.force_authenticate(user)
        sent = {
            "agency": agency.code,
            "held": "written",
            "text": WORDS,
            "told_by": "Example Nurse",
            "told_how": "mail",
            "told_at": (now() - timedelta(minutes=9)).isoformat(),
            **more,
        }
        return client.post(
            reverse("cevt-api:relayed_contribution", args=[item.public_id]), sent, format="json"
        )

    return post


@pytest.mark.requirement("O1")
def test_by_api_under_the_same_rules(
    by_api: Callable[..., Any], chair: User, item: Item, nurse: User
) -> None:
    answer = by_api(chair, nurse.agency)
    [shown] = answer.json()["relayed_contribution"]
    assert answer.status_code == 200 and (shown["agency"], shown["text"]) == (nurse.agency.code, WORDS)
    assert answer.json()["contributions"] == []
    assert by_api(make_chair(), nurse.agency, text="Another's.").status_code == 409
    assert by_api(chair, chair.agency).status_code == 400
    assert by_api(chair, nurse.agency, told_how="pigeon").status_code == 400
    assert by_api(nurse, nurse.agency).status_code == 403
    assert by_api(make_user("practitioner"), nurse.agency).status_code == 404
    assert RelayedContribution.objects.count() == 1
    reader = APIClient()
    reader.force_authenticate(nurse)
    whole = reader.get(reverse("cevt-api:contribution", args=[item.public_id])).json()
    assert [entry["text"] for entry in whole["relayed_contribution"]] == [WORDS]


def test_it_arrives_on_the_sheets_of_the_others(chair: User, item: Item, nurse: User) -> None:
    client = sign_in(make_user("cevt_member", team=make_team()))
    url = reverse("cevt:sheet_live", args=[item.child.public_id])
    tag = client.get(url)["ETag"]
    write(chair, item, nurse.agency)
    answer = client.get(url, headers={"If-None-Match": tag})
    html = answer.content.decode()
    assert answer.status_code == 200 and WORDS in html and 'data-news="has told the chair"' in html
