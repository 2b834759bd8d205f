"""What the people of a board see, and who is refused (G1, G2, A2)."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ceg.models import BoardEntry, BoardReview
from ceg.selectors import board as board_selectors
from cems.accounts.models import Locality, User
from cems.audit.models import Entry
from cems.base.time import now, today
from cems.children.choices import MatterKind, RiskLevel
from cems.children.models import Child
from cems.children.practice_lists import HARM_FORMS
from tests.factories.allocation import has_worker, make_manager, make_worker
from tests.factories.boards import cevt_decides, make_board_chair, month_on, put_on_board, reviewed
from tests.factories.children import bar, involve, make_child, make_matter, restrict
from tests.factories.matrices import submit, submit_paper
from tests.factories.people import DARLINGTON, make_authority, make_locality, make_team, make_user, sign_in
from tests.factories.practice_lists import end_yesterday, write_entry
from triage.allocation.services.allocation import allocation_end

pytestmark = pytest.mark.django_db
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
BOARD = reverse("ceg:board")


def page(child: Child, name: str = "ceg:child") -> str:
    return reverse(name, args=[child.public_id])


def words(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content.decode()[-500:]
    return " ".join(unescape(response.content.decode()).split())


def words_of(response: HttpResponse) -> str:
    return " ".join(unescape(response.content.decode()).split())


def typed(client: Client, child: Child, level: RiskLevel, **more: str) -> dict[str, str]:
    """What the chair sends of the review form."""
    html = client.get(page(child, "ceg:review")).content.decode()
    hidden = dict(re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', html))
    day = month_on(now())
    stays = {
        "stays": "stays",
        "next_on_0": str(day.day),
        "next_on_1": str(day.month),
        "next_on_2": str(day.year),
    }
    leaves = {"stays": "leaves", "note": "Keep the weekly visits."}
    sent = stays if level is SIGNIFICANT else leaves
    return {**hidden, "level": str(level.value), "rationale": "Six quiet weeks.", **sent, **more}


@pytest.mark.requirement("G1")
class TestBoard:
    def test_one_row_a_child_with_why_since_level_worker_and_next_review(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        involve(child, make_user(name="Lee Example"), "lead_practitioner")
        has_worker(child, make_worker(name="Robin Example"), by=make_manager())
        html = words(sign_in(board_chair), BOARD)
        assert "CEG board of East" in html and "Marnie Madeup" in html
        for expected in (
            "The agreed level is Significant (DEC-",
            "Level agreed by CEVT.",
            "Lead practitioner: Lee Example. Worker: Robin Example.",
            f"On the board since {entry.entered_at:%-d %B %Y}",
            "Next review",
        ):
            assert expected in html
        assert "New matrix" not in html.replace("With a new matrix", "")
        listed = Entry.objects.filter(part="ceg.board").latest("pk")
        assert listed.detail["children"] == [str(child.public_id)]

    def test_a_new_matrix_is_marked_until_the_board_has_looked(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        client = sign_in(board_chair)
        sent = submit(make_user(), child, MODERATE)
        html = words(client, BOARD)
        assert f"{sent.reference}, Moderate submitted" in html and "With a new matrix (1)" in html
        assert "1 child on the board has a new matrix" in words(client, reverse("home"))
        assert "Marnie" in words(client, f"{BOARD}?show=new")
        reviewed(board_chair, entry)
        assert "With a new matrix (0)" in words(client, BOARD)
        assert "a new matrix" not in words(client, reverse("home"))
        assert "Nobody here" in words(client, f"{BOARD}?show=new")

    def test_a_matrix_above_the_agreed_level_says_so(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        cevt_decides(child, MODERATE)
        submit(make_user(), child, SIGNIFICANT)
        assert "Higher than the agreed level." in words(sign_in(board_chair), BOARD)

    def test_what_is_late_comes_first_and_can_be_shown_alone(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        other = make_child(given_name="Otto", family_name="Otherwise", locality=entry.locality)
        with time_machine.travel(entry.clock.due_at + timedelta(hours=1), tick=False):
            put_on_board(other, at=now() - timedelta(hours=2))
            client = sign_in(board_chair)
            html = words(client, BOARD)
            assert html.index("Marnie") < html.index("Otto") and "Late (1)" in html
            late = words(client, f"{BOARD}?show=late")
            assert "Marnie" in late and "Otto" not in late

    def test_it_pages_by_key(
        self, entry: BoardEntry, board_chair: User, child: Child, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_on_board(
            make_child(given_name="Otto", family_name="Otherwise", locality=entry.locality), at=now()
        )
        monkeypatch.setattr(board_selectors, "PAGE", 1)
        client = sign_in(board_chair)
        first = words(client, BOARD)
        older = re.search(r'href="(/ceg/\?[^"]+)" rel="next"', first)
        assert older and "Marnie" in first and "Otto" not in first
        second = words(client, older[1].replace("&amp;", "&"))
        assert "Otto" in second and "Marnie" not in second and 'rel="next"' not in second

    def test_restricted_children_are_counted_and_barred_ones_not_hinted_at(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        client = sign_in(board_chair)
        restrict(child)
        html = words(client, BOARD)
        assert "1 restricted item." in html and "Marnie" not in html
        bar(child, board_chair)
        assert "restricted" not in words(client, BOARD)

    def test_the_boards_of_an_authority_are_switched_and_others_are_not_there(
        self, entry: BoardEntry, child: Child
    ) -> None:
        south, elsewhere = make_locality("south"), make_locality("darlington", make_authority(DARLINGTON))
        for user in (make_manager(), make_user("head_of_service")):
            client = sign_in(user)
            assert "Marnie" in words(client, f"{BOARD}?board={entry.locality.pk}")
            html = words(client, f"{BOARD}?board={south.pk}")
            assert "CEG board of South" in html and "No child is on this board" in html
            assert f"board={elsewhere.pk}" not in html
            assert client.get(f"{BOARD}?board={elsewhere.pk}").status_code == 404
        assert sign_in(make_board_chair(south)).get(f"{BOARD}?board={entry.locality.pk}").status_code == 404

    @pytest.mark.parametrize(
        "role", ["practitioner", "business_support", "community_safety", "cevt_chair", "auditor"]
    )
    def test_nobody_else_opens_it(self, entry: BoardEntry, role: str) -> None:
        assert sign_in(make_user(role, locality=entry.locality)).get(BOARD).status_code == 403

    def test_somebody_without_a_locality_is_told_so(self) -> None:
        assert "You sit on no board" in words(sign_in(make_user("ceg_member")), BOARD)

    def test_a_child_who_moved_away_is_marked(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        rows = Child.objects.unscoped("a test moves a child where no board is")
        rows.filter(pk=child.pk).update(locality=None)
        assert "Lives in County Durham, with no locality recorded." in words(sign_in(board_chair), BOARD)


@pytest.mark.requirement("G1", "G2", "T4")
class TestChild:
    def test_the_lead_practitioner_reads_level_reasons_and_note_on_the_childs_page(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        lead = make_user()
        involve(child, lead, "lead_practitioner")
        row = reviewed(
            board_chair, entry, MODERATE, rationale="No debts any more.", note="See him on Fridays."
        )
        client = sign_in(lead)
        overview = words(client, reverse("children:overview", args=[child.public_id]))
        assert "See him on Fridays." in overview and "No debts any more." in overview
        assert "stepped out by the board" in overview and row.reference in overview
        assert "See him on Fridays." in words(client, page(child))
        assert "See him on Fridays." in words(client, reverse("children:chronology", args=[child.public_id]))
        assert "Record what the board agreed" not in words(client, page(child))

    def test_a_stranger_and_those_without_decisions_read_nothing(
        self, entry: BoardEntry, child: Child
    ) -> None:
        assert sign_in(make_user()).get(page(child)).status_code == 404
        safety = make_user("community_safety", locality=entry.locality)
        assert sign_in(safety).get(page(child)).status_code == 403
        school = make_user("school_lead", team=make_team())
        involve(child, school, "school")
        assert sign_in(school).get(page(child)).status_code == 403

    def test_why_cevt_sent_the_child_and_what_came_since(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        sent = submit(make_user(), child, MODERATE)
        cevt_decides(child, MODERATE)
        html = words(sign_in(board_chair), page(child))
        assert "The agreed level is Significant (DEC-" in html
        assert sent.reference in html and "CEVT agreed Moderate on" in html


@pytest.mark.requirement("G2", "C4")
class TestReview:
    def test_what_it_does_is_shown_first_and_done_once(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        involve(child, make_user(name="Lee Example"), "lead_practitioner")
        has_worker(child, make_worker(name="Robin Example"), by=make_manager())
        client, url = sign_in(board_chair), page(child, "ceg:review")
        sent = typed(client, child, LOW)
        html = " ".join(unescape(client.post(url, sent).content.decode()).split())
        for expected in (
            "Low is the agreed level, before it was Significant",
            "The child leaves the board of East",
            "The exploitation concern is closed",
            "Robin Example has the child. ERASE ends the allocation",
            "Lee Example, lead practitioner",
            "Keep the weekly visits.",
        ):
            assert expected in html
        assert not BoardReview.objects.exists()
        for _ in range(2):  # by an impatient finger
            assert client.post(url, {**sent, "step": "agree"}).status_code == 302
        row = BoardReview.objects.get()
        assert row.stepped_out and row.note == "Keep the weekly visits."
        assert f"{row.reference}: Marnie Madeup is stepped out" in words(client, BOARD)

    def test_without_a_lead_the_check_says_so(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        client, url = sign_in(board_chair), page(child, "ceg:review")
        html = client.post(url, typed(client, child, LOW)).content.decode()
        assert "Nobody is recorded as leading the work with the child" in html
        assert "reads the note" not in html

    def test_a_form_of_harm_the_partnership_added_is_agreed_and_stays_when_it_is_ended(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        added = write_entry(HARM_FORMS, "Cuckooing of the home", after="county_lines")
        client, url = sign_in(board_chair), page(child, "ceg:review")
        sent: dict[str, object] = {
            **typed(client, child, SIGNIFICANT),
            "harms": [added.key, "county_lines"],
            "contexts": ["online"],
        }
        html = words_of(client.post(url, sent))
        assert "Forms of harm" in html and "Cuckooing of the home" in html and "Online" in html
        assert client.post(url, {**sent, "step": "agree"}).status_code == 302
        child.refresh_from_db()
        assert child.current_level and set(child.current_level.forms) == {added.key, "county_lines"}

        end_yesterday(added)
        html = client.get(url).content.decode()
        assert f'value="{added.key}"' in html
        again = {**sent, **typed(client, child, SIGNIFICANT), "harms": [added.key], "step": "agree"}
        assert client.post(url, again).status_code == 302

    def test_going_back_keeps_what_was_typed(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        client, url = sign_in(board_chair), page(child, "ceg:review")
        sent = {**typed(client, child, SIGNIFICANT), "step": "change"}
        html = client.post(url, sent).content.decode()
        assert "Six quiet weeks." in html and f'value="{month_on(now()).year}"' in html
        assert f'value="{sent["key"]}"' in html

    def test_each_refusal_stands_beside_its_field(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        client, url = sign_in(board_chair), page(child, "ceg:review")
        response = client.post(url, typed(client, child, LOW, note=""))
        assert response.status_code == 400
        assert "Write to the lead practitioner what the plan holds from now on." in response.content.decode()
        response = client.post(
            url, typed(client, child, SIGNIFICANT, next_on_0="", next_on_1="", next_on_2="")
        )
        assert "Set the day of the next review" in response.content.decode()

    def test_what_another_forum_agreed_meanwhile_is_shown_and_then_counts_as_read(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        client, url = sign_in(board_chair), page(child, "ceg:review")
        sent = typed(client, child, LOW)
        cevt_decides(child, MODERATE)
        response = client.post(url, {**sent, "step": "agree"})
        html = response.content.decode()
        assert response.status_code == 409 and "CEVT has agreed Moderate meanwhile" in html
        assert not BoardReview.objects.exists() and "Six quiet weeks." in html
        hidden = dict(re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', html))
        assert client.post(url, {**sent, **hidden, "step": "agree"}).status_code == 302

    @pytest.mark.requirement("T2")
    def test_a_matrix_on_paper_received_before_the_newest_and_entered_meanwhile_is_shown_first(
        self, entry: BoardEntry, board_chair: User, child: Child
    ) -> None:
        client, url = sign_in(board_chair), page(child, "ceg:review")
        sent = typed(client, child, LOW)
        paper = submit_paper(make_user("first_contact"), child, received_at=now() - timedelta(days=9))
        for step in ("check", "agree"):
            response = client.post(url, {**sent, "step": step})
            html = unescape(response.content.decode())
            assert response.status_code == 409
            assert f"A matrix on paper has been entered ({paper.reference}, received" in html
            assert reverse("matrix:submission", args=[paper.public_id]) in html
        assert not BoardReview.objects.exists()
        hidden = dict(re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', html))
        assert client.post(url, {**sent, **hidden, "step": "agree"}).status_code == 302

    def test_who_may_not(self, entry: BoardEntry, child: Child) -> None:
        member = sign_in(make_user("ceg_member", locality=entry.locality))
        assert member.get(page(child, "ceg:review")).status_code == 403
        assert member.get(page(child)).status_code == 200
        south = make_board_chair(make_locality("south"))
        matter = make_matter(child, MatterKind.CEG, closed=True, until=now() + timedelta(days=3))
        type(matter).objects.filter(pk=matter.pk).update(locality=south.appointments.get().locality)
        other = sign_in(south)
        assert "own chair records what it agrees" in words(other, page(child, "ceg:review"))
        sent = typed(sign_in(make_board_chair(entry.locality)), child, LOW)
        assert other.post(page(child, "ceg:review"), {**sent, "step": "agree"}).status_code == 403
        assert other.post(page(child, "ceg:hand_over"), {}).status_code == 403
        assert not BoardReview.objects.exists()

    def test_a_child_on_no_board_has_nothing_to_review(
        self, board_chair: User, entry: BoardEntry, child: Child
    ) -> None:
        reviewed(board_chair, entry, LOW)
        client = sign_in(board_chair)
        assert "No board has the child now" in words(client, page(child, "ceg:review"))


@pytest.mark.requirement("K1", "G2")
def test_erases_action_leads_to_the_page_where_it_is_done(
    entry: BoardEntry, board_chair: User, child: Child
) -> None:
    manager = make_manager()
    allocation = has_worker(child, make_worker(), by=manager)
    action = reviewed(board_chair, entry, MODERATE).action
    assert action is not None
    client, url = sign_in(manager), reverse("actions:detail", args=[action.public_id])
    assert reverse("allocation:end", args=[child.public_id, allocation.public_id]) in words(client, url)
    assert "Stepped down by CEG: end the worker's allocation" in words(client, reverse("home"))
    allocation_end(manager, allocation=allocation, why="The work is done.")
    assert "Stepped down by CEG: end the worker's allocation" not in words(client, reverse("home"))
    assert "The allocation has ended." in words(client, url)


@pytest.mark.requirement("G1")
def test_the_board_asks_as_often_for_five_children_as_for_one(
    entry: BoardEntry, board_chair: User, child: Child, east: Locality
) -> None:
    client = sign_in(board_chair)
    client.get(BOARD)
    with CaptureQueriesContext(connection) as single:
        words(client, BOARD)
    for number in range(4):
        other = make_child(given_name=f"Otto{number}", locality=east)
        involve(other, make_user(), "lead_practitioner")
        reviewed(board_chair, put_on_board(other))
        submit(make_user(), other, MODERATE)
    with CaptureQueriesContext(connection) as five:
        assert words(client, BOARD).count("cems-cards__card") == 5
    assert len(five) <= len(single)


@pytest.mark.requirement("C1", "G1")
@pytest.mark.parametrize(("known", "age"), [("disputed", "age disputed"), ("unknown", "age not known")])
def test_somebody_presumed_a_child_is_no_adult_on_the_board(
    board_chair: User, east: Locality, known: str, age: str
) -> None:
    born = today().replace(year=today().year - 20, day=1)
    other = make_child(locality=east, date_of_birth=born, birth_date_known=known)
    put_on_board(other)
    html = words(sign_in(board_chair), BOARD)
    assert f"{other.reference}, {age}: presumed under 18" in html and "years old" not in html


@pytest.mark.requirement("M6")
def test_the_childs_matrices_say_which_board_the_next_review_is_for(
    entry: BoardEntry, board_chair: User, child: Child
) -> None:
    """truth-f3: the board of now, whatever it was when the review was promised."""
    url = reverse("matrix:for_child", args=[child.public_id])
    client = sign_in(board_chair)
    assert "Next review, for the CEG board of East:" in words(client, url)
    reviewed(board_chair, entry, MODERATE)
    assert "Next review, for CEVT:" in words(client, url)
