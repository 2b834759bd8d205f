"""The pages of a child's record: what is shown to whom, and what is done there."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import local, now, today
from cems.children.choices import MatterKind
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.services.note import note_write
from cems.children.history.services.status import status_open
from cems.children.models import CaseNote, Child, ChildName, Involvement, Status, Submitter
from tests.factories.children import agree_level, involve, make_child, make_matter, restrict
from tests.factories.people import make_team, make_user, sign_in

pytestmark = pytest.mark.django_db

PAGES = [
    "overview",
    "identity_change",
    "involvements",
    "chronology",
    "notes",
    "statuses",
    "record_use",
    "involvement_claim",
]


def at(name, child, *more):
    return reverse(f"children:{name}", args=[child.public_id, *more])


def day(date, name):
    return {f"{name}_0": date.day, f"{name}_1": date.month, f"{name}_2": date.year}


@pytest.fixture
def child():
    return make_child(given_name="Amy", family_name="Pageston")


@pytest.fixture
def worker(child):
    person = make_user(team=make_team())
    involve(child, person)
    return person


@pytest.mark.parametrize("page", PAGES)
def test_floor_f8_unknown_and_malformed_ids_are_not_found(page):
    client = sign_in(make_user("first_contact"))
    assert client.get(reverse(f"children:{page}", args=[uuid4()])).status_code == 404
    for malformed in ["1", "0", "not-an-id", "%00", "9" * 400]:
        address = reverse(f"children:{page}", args=[uuid4()]).split("/")
        address[2] = malformed
        assert client.get("/".join(address)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_and_a_restricted_record_are_not_found(child, page):
    assert sign_in(make_user()).get(at(page, child)).status_code == 404
    restrict(child)
    assert sign_in(make_user("first_contact")).get(at(page, child)).status_code == 404


def test_the_overview_says_what_matters_now(child, worker):
    agree_level(child, 3)
    status_open(worker, child=child, kind="child_in_need", starts_on=today())
    page = sign_in(worker).get(at("overview", child))
    text = page.content.decode()
    assert "Significant" in text and "Child in need since" in text and worker.name in text
    assert [row["label"] for row in page.context["child_nav"]][0] == "Overview"
    title = text.split("<title>")[1].split("</title>")[0]
    assert child.reference in title and "Pageston" not in title


def test_a_part_out_of_reach_is_simply_not_there(child):
    lead = make_user("school_lead")
    involve(child, lead, "school")
    agree_level(child, 2)
    status_open(make_user(), child=child, kind="child_in_care", starts_on=today())
    page = sign_in(lead).get(at("overview", child))
    text = page.content.decode()
    assert "Moderate" in text
    for hidden in ["Child in care", "Who works with the child", "twelve months", "Record use", "Chronology"]:
        assert hidden not in text
    for name in ["chronology", "notes", "statuses", "involvements", "record_use"]:
        assert sign_in(lead).get(at(name, child)).status_code == 403


def test_a_submitter_sees_a_name_and_nothing_else_of_the_child(child):
    teacher = make_user("school_lead")
    Submitter.objects.create(child=child, user=teacher, at=now())
    agree_level(child, 3)
    text = sign_in(teacher).get(at("overview", child)).content.decode()
    assert child.reference in text
    assert "Significant" not in text and "years old" not in text and str(child.date_of_birth.year) not in text


def test_looking_is_audited_with_the_derived_reason(child, worker):
    sign_in(worker).get(at("overview", child))
    entry = Entry.objects.get(actor=worker, verb=Verb.VIEWED)
    assert entry.child == child.public_id and "works with the child" in entry.reason


def test_the_overview_and_chronology_cost_the_same_however_much_there_is(child, worker):
    client = sign_in(worker)

    def queries(name):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(at(name, child)).status_code == 200
        return len(caught)

    note_write(worker, child=child, happened_at=now(), text="Talked on the phone.")
    names = ["overview", "chronology", "notes", "involvements"]
    for name in names:
        queries(name)
    before = [queries(name) for name in names]
    for _ in range(5):
        note_write(worker, child=child, happened_at=now(), text="Talked again.")
        involve(child, make_user(team=make_team()), "health")
    assert [queries(name) for name in names] == before


# --- identity -------------------------------------------------------------------------------------------
def identity(child, **changes):
    data = {
        "given_name": child.given_name,
        "family_name": child.family_name,
        **day(child.date_of_birth, "date_of_birth"),
        "sex": child.sex,
        "gender": child.gender,
        "ethnicity": child.ethnicity,
        "version": child.version,
    }
    return {**data, **changes}


@pytest.mark.requirement("C1")
def test_a_new_name_is_found_and_so_is_the_old_one(child, worker):
    answer = sign_in(worker).post(
        at("identity_change", child), identity(child, family_name="Otherton", preferred_name="Ames")
    )
    assert answer.status_code == 302
    names = set(ChildName.objects.filter(child=child).values_list("name", "registered"))
    assert names == {("Amy Pageston", False), ("Amy Otherton", True), ("Ames Otherton", False)}


@pytest.mark.requirement("C1")
def test_the_loser_of_a_conflict_sees_both_and_can_save_on(child, worker):
    client = sign_in(worker)
    assert client.post(at("identity_change", child), identity(child, given_name="Berta")).status_code == 302
    lost = client.post(at("identity_change", child), identity(child, given_name="Carla"))
    text = lost.content.decode()
    assert lost.status_code == 409 and "Berta" in text and "Carla" in text
    again = identity(child, given_name="Carla", version=lost.context["form"]["version"].value())
    assert client.post(at("identity_change", child), again).status_code == 302
    assert Child.objects.visible_to(worker).get(pk=child.pk).given_name == "Carla"


def test_another_name_and_number_are_added(child, worker):
    client = sign_in(worker)
    assert client.post(at("name_add", child), {"name": "Ames P"}).status_code == 302
    bad = client.post(at("identifier_add", child), {"kind": "nhs", "value": "123"})
    assert bad.status_code == 400 and "10 digits" in bad.content.decode()
    assert client.post(at("identifier_add", child), {"kind": "nhs", "value": "9991234578"}).status_code == 302
    text = client.get(at("overview", child)).content.decode()
    assert "Ames P" in text and "9991234578" in text


# --- involvement ----------------------------------------------------------------------------------------
@pytest.mark.requirement("C3")
def test_first_contact_records_a_person_of_a_team_and_they_can_open_the_record(child):
    team = make_team()
    nurse = make_user(team=team)
    client = sign_in(make_user("first_contact"))
    assert str(team.public_id) in client.get(at("involvement_new", child)).content.decode()
    url = f"{at('involvement_new', child)}?team={team.public_id}"
    assert client.post(url, {"who": str(nurse.public_id), "case_role": "health"}).status_code == 302
    assert Child.objects.visible_to(nurse).filter(pk=child.pk).exists()
    text = client.get(at("involvements", child)).content.decode()
    assert nurse.name in text and team.name in text and nurse.phone in text


@pytest.mark.requirement("C3")
def test_the_whole_team_works_with_the_child_and_then_no_more(child):
    team = make_team()
    member, officer = make_user(team=team), make_user("first_contact")
    client = sign_in(officer)
    url = f"{at('involvement_new', child)}?team={team.public_id}"
    client.post(url, {"who": "team", "case_role": "other"})
    assert Child.objects.visible_to(member).exists()
    row = Involvement.objects.get(child=child, team=team)
    assert client.post(at("involvement_end", child, row.public_id), {"reason": ""}).status_code == 400
    assert (
        client.post(at("involvement_end", child, row.public_id), {"reason": "Work done"}).status_code == 302
    )
    assert not Child.objects.visible_to(member).exists()


CLAIM = {"case_role": "school", "why": "On roll since September."}


def decided(client, row, **answer):
    page = reverse("children:claim_decide", args=[row.public_id])
    return client.post(page, {"key": uuid4(), **answer}).status_code


@pytest.mark.requirement("C3")
def test_a_claim_waits_for_first_contact_who_agrees(child):
    nurse = make_user("school_lead")
    Submitter.objects.create(child=child, user=nurse, at=now())
    assert sign_in(nurse).post(at("involvement_claim", child), {**CLAIM, "key": uuid4()}).status_code == 302
    assert sign_in(nurse).get(at("notes", child)).status_code == 403
    row = Involvement.objects.get(child=child)
    assert row.state == InvolvementState.CLAIMED
    assert decided(sign_in(nurse), row, agree="yes") == 403
    client = sign_in(make_user("first_contact"))
    assert nurse.name in client.get(reverse("children:claims")).content.decode()
    assert decided(client, row, agree="yes") == 302
    assert "years old" in sign_in(nurse).get(at("overview", child)).content.decode()
    assert decided(client, row, agree="no", why="Too late.") == 409


@pytest.mark.requirement("C3")
def test_a_team_manager_decides_for_the_own_team_only(child):
    mine, other = make_team(), make_team()
    manager = make_user("team_manager", team=mine)
    involve(child, mine)
    own, stranger = make_user(team=mine), make_user(team=other)
    rows = [
        involve(child, person, "health", team=team, state=InvolvementState.CLAIMED)
        for person, team in [(own, mine), (stranger, other)]
    ]
    client = sign_in(manager)
    page = client.get(reverse("children:claims")).content.decode()
    assert own.name in page and stranger.name not in page
    assert [decided(client, row, agree="yes") for row in rows] == [302, 403]


@pytest.mark.requirement("C3")
def test_a_practitioner_involves_nobody_else(child, worker):
    assert sign_in(worker).get(at("involvement_new", child)).status_code == 403


# --- statuses and notes ---------------------------------------------------------------------------------
@pytest.mark.requirement("C2")
def test_a_status_is_recorded_ended_and_never_doubled(child):
    client = sign_in(make_user("first_contact"))
    began = today() - timedelta(days=30)
    data = {"kind": "child_in_need", **day(began, "starts_on")}
    assert client.post(at("status_open", child), data).status_code == 302
    twice = client.post(at("status_open", child), data)
    assert twice.status_code == 409 and "already has this status" in twice.content.decode()
    status = Status.objects.get(child=child)
    early = client.post(at("status_end", child, status.public_id), day(began - timedelta(days=1), "ends_on"))
    assert early.status_code == 400 and "before the first" in early.content.decode()
    assert client.post(at("status_end", child, status.public_id), day(today(), "ends_on")).status_code == 302
    status.refresh_from_db()
    assert status.ends_on == today()


@pytest.mark.requirement("C2")
def test_a_status_whose_last_day_is_before_its_first_is_a_mistake_that_names_the_field(child):
    """It was an error page (house-i); what was typed stays, and the same form sent right is taken."""
    client = sign_in(make_user("first_contact"))
    began = today() - timedelta(days=30)
    typed = {"kind": "child_in_need", **day(began, "starts_on")}
    answer = client.post(at("status_open", child), {**typed, **day(began - timedelta(days=1), "ends_on")})
    assert answer.status_code == 400
    assert "The last day is before the first" in str(answer.context["form"].errors["ends_on"])
    assert answer.context["form"]["starts_on"].value()[2] == str(began.year)
    assert not Status.objects.filter(child=child).exists()
    assert client.post(at("status_open", child), {**typed, **day(began, "ends_on")}).status_code == 302
    assert Status.objects.get(child=child).ends_on == began


def note(**changes):
    then = local(now() - timedelta(hours=2))
    data = {
        **day(then.date(), "happened_on"),
        "happened_time": f"{then:%H:%M}",
        "who": "The child",
        "text": "Came to the office and talked.",
        "done": "Rang the school.",
        "key": str(uuid4()),
    }
    return {**data, **changes}


@pytest.mark.requirement("C5")
def test_a_note_is_written_once_corrected_once_and_both_stay(child, worker):
    client, data = sign_in(worker), note()
    for _ in range(2):
        assert client.post(at("note_new", child), data).status_code == 302
    first = CaseNote.objects.get(child=child)
    url = at("note_correct", child, first.public_id)
    assert client.get(url).context["form"]["text"].value() == first.text
    assert client.post(url, note(text="Came to the office with a friend.")).status_code == 302
    again = client.post(url, note(text="Something else."))
    assert again.status_code == 409 and "already been corrected" in again.content.decode()
    page = client.get(at("notes", child)).content.decode()
    assert "with a friend" in page and "office and talked" in page and "Corrected" in page
    chronology = client.get(at("chronology", child)).content.decode()
    assert "with a friend" in chronology and "office and talked" not in chronology


@pytest.mark.requirement("C5")
def test_a_note_tells_of_the_past(child, worker):
    then = local(now() + timedelta(days=1))
    answer = sign_in(worker).post(at("note_new", child), note(**day(then.date(), "happened_on")))
    assert answer.status_code == 400 and not CaseNote.objects.exists()
    assert "Came to the office" in answer.content.decode()


@pytest.mark.requirement("C5")
def test_the_chronology_filters_by_kind_in_the_address(child, worker):
    client = sign_in(worker)
    client.post(at("note_new", child), note())
    agree_level(child, 1)
    everything = client.get(at("chronology", child)).context["page"]
    assert {row.kind for row in everything.rows} == {"Case note", "Level", "Involvement"}
    only = client.get(at("chronology", child), {"kind": "Level"}).context["page"]
    assert [row.kind for row in only.rows] == ["Level"]
    assert client.get(at("chronology", child), {"after": "yesterday"}).status_code == 400
    assert client.get(at("chronology", child), {"kind": "No such kind"}).status_code == 200


@pytest.mark.requirement("A3")
def test_record_use_shows_who_looked_to_a_manager_and_not_to_a_practitioner(child, worker):
    sign_in(worker).get(at("overview", child))
    make_matter(child, MatterKind.EXPLOITATION)
    page = sign_in(make_user("erase_manager")).get(at("record_use", child))
    assert worker.name in page.content.decode() and "works with the child" in page.content.decode()
    assert sign_in(worker).get(at("record_use", child)).status_code == 403


# --- search pages ---------------------------------------------------------------------------------------
def test_a_search_leaves_no_words_in_the_address(child, worker):
    client = sign_in(worker)
    answer = client.post(reverse("children:search"), {"q": "Pageston"})
    assert answer.status_code == 302 and "Pageston" not in answer["Location"]
    assert child.reference in client.get(answer["Location"]).content.decode()
    # The token belongs to this sign-in.
    gone = sign_in(make_user("first_contact")).get(answer["Location"])
    assert gone.status_code == 404 and "Search again" in gone.content.decode()


@pytest.mark.parametrize("words", ["", "%", "_", "😀", "x" * 500, "\x00", "<script>alert(1)</script>"])
def test_record_f11_odd_searches_get_a_plain_answer(worker, words):
    page = sign_in(worker).post(reverse("children:search"), {"q": words}, follow=True)
    assert page.status_code == 200 and "<script>alert" not in page.content.decode()
    assert "No record open to you" in page.content.decode() or "Write a name" in page.content.decode()


def test_the_signpost_page_is_the_same_for_any_unseen_record(child):
    restricted = make_child(given_name="Amy", family_name="Secretham", date_of_birth=child.date_of_birth)
    restrict(restricted)
    client = sign_in(make_user())
    born = f"{child.date_of_birth:%d/%m/%Y}"
    pages = []
    for name in ["Amy Pageston", "Amy Secretham"]:
        page = client.post(reverse("children:search"), {"q": f"{name} {born}"}, follow=True).content.decode()
        assert "A record may exist: ask First Contact" in page
        pages.append(page.replace(name, ""))
    main = [page.split("<main")[1].split("</main>")[0].split("Not there?")[0] for page in pages]
    assert main[0].split("csrfmiddlewaretoken")[0] == main[1].split("csrfmiddlewaretoken")[0]
    assert main[0].split("</form>")[1] == main[1].split("</form>")[1]
