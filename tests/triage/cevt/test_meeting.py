"""CEVT's meeting from start to minutes, and what arrives while one reads (T3; cevt-f7, cevt-f9)."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse
from pypdf import PdfReader

from cems.accounts.models import AgencyKind, User
from cems.audit.models import Entry
from cems.base.time import now
from cems.children.choices import MatterKind
from cems.children.models import Child, Matter
from cems.meetings.choices import Held, NoteKind
from cems.meetings.models import Attendance, Contribution, Meeting, Note
from cems.meetings.services.meeting import meeting_end, note_add
from tests.factories.children import bar, make_child, make_placement, restrict
from tests.factories.people import (
    DARLINGTON,
    make_agency,
    make_authority,
    make_locality,
    make_team,
    make_user,
    sign_in,
)
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from triage.cevt.outcomes import DISRUPTION, Wish
from triage.cevt.services.decision import Task, decision_make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T3")]


def make_member(kind: str = AgencyKind.HEALTH, **kw: object) -> User:
    return make_user("cevt_member", team=make_team(agency=make_agency(kind=kind)), **kw)  # type: ignore[arg-type]


def of(name: str, meeting: Meeting) -> str:
    return reverse(f"cevt:{name}", args=[meeting.public_id])


def text(response: HttpResponse) -> str:
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def noted(kind: str, text: str) -> dict[str, Any]:
    return {"kind": kind, "text": text, "key": uuid4()}


class TestTheTable:
    def test_the_chair_starts_ticks_who_is_here_and_reads_whether_it_is_provisional(
        self, chair: User
    ) -> None:
        nurse, deputy = make_member(name="Example Nurse"), make_member()
        deputy.agency = nurse.agency
        deputy.save(update_fields=["agency"])
        client = sign_in(chair)
        assert client.post(reverse("cevt:meeting_start")).status_code == 302
        meeting = Meeting.objects.get()
        html = text(client.get(of("attendance", meeting)))
        assert "Example Nurse" in html and "What is decided now is provisional" in html
        form = {
            f"place_{chair.public_id}": "here",
            f"place_{deputy.public_id}": "here",
            f"for_{deputy.public_id}": str(nurse.public_id),
            f"place_{nurse.public_id}": "apology",
        }
        assert client.post(of("attendance", meeting), form).status_code == 302
        rows = {row.user_id: row for row in Attendance.objects.all()}
        assert rows[deputy.pk].standing_for == nurse and rows[nurse.pk].apology
        before = Entry.objects.count()
        client.post(of("attendance", meeting), form)  # nothing changed, nothing written
        assert Entry.objects.count() == before
        client.post(of("attendance", meeting), {**form, f"place_{deputy.public_id}": ""})
        assert Attendance.objects.get(user=deputy).left_at

    def test_a_member_says_that_they_are_here_and_the_chairs_work_is_not_theirs(
        self, chair: User, child: Child
    ) -> None:
        waiting_child(child)
        meeting, nurse = sitting(chair), make_member()
        client = sign_in(nurse)
        back = reverse("cevt:sheet", args=[child.public_id])
        assert client.post(of("attendance_here", meeting), {"next": back})["Location"] == back
        assert Attendance.objects.get(user=nurse).left_at is None
        assert "I’m leaving" in text(client.get(back))
        client.post(of("attendance_here", meeting), {"leave": "1", "next": "https://elsewhere.example/"})
        assert Attendance.objects.get(user=nurse).left_at
        assert client.post(of("attendance", meeting), {}).status_code == 403
        assert client.post(of("meeting_end", meeting)).status_code == 403
        assert client.post(reverse("cevt:meeting_start")).status_code == 403

    def test_another_authoritys_meeting_is_not_there(self, chair: User) -> None:
        away = make_agency(authorities=[make_authority(DARLINGTON)])
        stranger = make_user("cevt_chair", team=make_team(agency=away))
        client = sign_in(stranger)
        for name in ("attendance", "minutes", "minutes_pdf"):
            assert client.get(of(name, sitting(chair))).status_code == 404
        assert Meeting.objects.get().reference not in text(client.get(reverse("cevt:meetings")))

    def test_a_board_member_of_ceg_has_no_seat(self, chair: User) -> None:
        meeting = sitting(chair)
        client = sign_in(make_user("ceg_member", team=make_team(), locality=make_locality("east")))
        assert client.post(of("attendance_here", meeting)).status_code == 403
        assert client.post(of("meeting_note", meeting), noted("theme", "A car")).status_code == 403

    def test_themes_and_places_are_noted_from_anywhere_until_it_ends(self, chair: User) -> None:
        meeting, client = sitting(chair), sign_in(make_member())
        place = noted("hotspot", "The bus station after nine.")
        for _ in range(2):  # a double click
            client.post(of("meeting_note", meeting), place)
        client.post(of("meeting_note", meeting), noted("theme", "  "))
        assert [note.text for note in Note.objects.all()] == ["The bus station after nine."]
        assert client.post(of("meeting_note", meeting), noted("gossip", "x")).status_code == 400
        meeting_end(chair, meeting=meeting)
        assert client.post(of("meeting_note", meeting), noted("theme", "Late.")).status_code == 409

    def test_cevt_f9_a_meeting_never_ended_is_shown_and_the_next_chair_ends_it(self, chair: User) -> None:
        yesterday = now() - timedelta(days=1)
        meeting = sitting(chair, at=yesterday)
        other = sign_in(make_chair())
        assert "was never ended" in text(other.get(reverse("cevt:list")))
        other.post(reverse("cevt:meeting_start"))
        assert Meeting.objects.count() == 1
        assert "is still open" in text(other.get(reverse("cevt:list")))
        assert other.post(of("meeting_end", meeting)).status_code == 302
        meeting.refresh_from_db()
        assert meeting.ended_at and meeting.clock.met_at
        other.post(reverse("cevt:meeting_start"))
        assert Meeting.objects.filter(ended_at=None).count() == 1


class TestMinutes:
    def test_they_are_there_the_moment_the_meeting_ends_on_the_page_and_on_paper(
        self, chair: User, child: Child
    ) -> None:
        sender = make_user(name="Example Sender")
        item = waiting_child(child, by=sender)
        meeting = sitting(chair, *QUORATE)
        police = chair.agency
        row = decision_make(
            chair,
            child=child,
            meeting=meeting,
            ruling=ruling(
                item,
                rationale="An older man drives her about.",
                tasks=[Task("Ask the youth club", chair)],
                dissents=[(police, "We saw less.")],
                outcomes=[Wish(DISRUPTION, "The car outside school.")],
            ),
        )
        note_add(chair, meeting=meeting, kind=NoteKind.THEME, text="Cars outside schools.")
        client = sign_in(chair)
        assert "has not ended" in text(client.get(of("minutes", meeting)))
        assert client.get(of("minutes_pdf", meeting)).status_code == 409
        ended = client.post(of("meeting_end", meeting), follow=True)
        html = text(ended)  # type: ignore[arg-type]
        pdf = client.get(of("minutes_pdf", meeting))
        assert pdf["Content-Type"] == "application/pdf"
        assert meeting.reference.lower() in pdf["Content-Disposition"]
        paper = " ".join(
            "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages).split()
        )
        for words in (
            child.reference,
            row.reference,
            "Significant",
            "An older man drives her about.",
            "Ask the youth club",
            "We saw less.",
            "Urgent disruption",
            "Cars outside schools.",
            "Told: Example Sender, who sent the matrix",
            str(chair),
        ):
            assert words in " ".join(html.split()) and words in paper, words
        assert "Madeup" not in html and "Madeup" not in paper
        assert Entry.objects.filter(verb="downloaded", subject_id=str(meeting.public_id)).count() == 1

    @pytest.mark.requirement("A2")
    def test_business_support_reads_them_and_no_sheet(self, chair: User, child: Child) -> None:
        meeting = sitting(chair, *QUORATE)
        decision_make(chair, child=child, meeting=meeting, ruling=ruling(waiting_child(child)))
        meeting_end(chair, meeting=meeting)
        client = sign_in(make_user("business_support", team=make_team()))
        assert child.reference in text(client.get(of("minutes", meeting)))
        assert meeting.reference in text(client.get(reverse("cevt:meetings")))
        assert client.get(reverse("cevt:sheet", args=[child.public_id])).status_code == 403

    def test_the_matrix_leads_to_the_meeting_that_looked_at_it_and_the_minutes_back(
        self, chair: User, child: Child
    ) -> None:
        meeting, item = sitting(chair, *QUORATE), waiting_child(child)
        decision_make(chair, child=child, meeting=meeting, ruling=ruling(item))
        meeting_end(chair, meeting=meeting)
        assert item.submission is not None
        paper, client = reverse("matrix:submission", args=[item.submission.public_id]), sign_in(chair)
        assert f'href="{of("minutes", meeting)}">{meeting.reference}</a>' in text(client.get(paper))
        assert f'href="{paper}">{item.submission.reference}</a>' in text(client.get(of("minutes", meeting)))
        # the sender, who reads no minutes, is led nowhere
        sent = text(sign_in(item.submission.submitted_by).get(paper))
        assert "What CEVT decided" in sent and of("minutes", meeting) not in sent

    @pytest.mark.requirement("T3", "A2")
    def test_they_stay_readable_to_the_forum_when_the_reach_has_ended(
        self, chair: User, child: Child, time_machine: Any
    ) -> None:
        member, start = make_member(), now()
        meeting = sitting(chair, *QUORATE)
        tasks = (Task("See the child on Friday", member), Task("Ring the club", chair))
        left = make_child(locality=child.locality)
        waiting_child(left)
        made = ruling(waiting_child(child), tasks=tasks)
        row = decision_make(chair, child=child, meeting=meeting, ruling=made)
        meeting_end(chair, meeting=meeting)
        assert left.reference in text(sign_in(member).get(of("minutes", meeting))), "on the list, not decided"
        Matter.objects.filter(kind=MatterKind.CEVT).update(closed_at=start, until=start + timedelta(days=28))
        barred = make_member()
        bar(child, barred)
        time_machine.move_to(start + timedelta(days=29), tick=False)
        client, sheet = sign_in(member), reverse("cevt:sheet", args=[child.public_id])
        assert client.get(sheet).status_code == 404
        html = " ".join(text(client.get(of("minutes", meeting))).split())
        assert f"{child.reference}: Significant ({row.reference})" in html
        assert left.reference not in html, "nothing was decided that the forum keeps"
        assert "See the child on Friday" in html and "Ring the club" not in html and sheet not in html
        assert Entry.objects.filter(actor=member, part="triage.minutes").exists()
        minutes = sign_in(make_user("business_support", team=make_team()))
        assert row.reference in text(minutes.get(of("minutes", meeting)))
        # not to whom the record bars, to a board's chair, nor of a record restricted since
        board = sign_in(make_user("ceg_chair", locality=make_locality("south")))
        for other in (sign_in(barred), board):
            answer = other.get(of("minutes", meeting))
            assert answer.status_code in (200, 403) and row.reference not in text(answer)
        restrict(child, owner=make_user())
        assert row.reference not in text(client.get(of("minutes", meeting)))

    @pytest.mark.requirement("A2")
    def test_a_restricted_child_is_counted_and_nothing_else(self, chair: User, child: Child) -> None:
        meeting = sitting(chair, *QUORATE)
        row = decision_make(chair, child=child, meeting=meeting, ruling=ruling(waiting_child(child)))
        meeting_end(chair, meeting=meeting)
        restrict(child, owner=make_user())
        html = text(sign_in(chair).get(of("minutes", meeting)))
        assert "1 restricted item: ask the owner." in html
        assert child.reference not in html and row.reference not in html


class TestResearch:
    def test_each_agency_gets_what_a_search_needs_and_answers_on_one_page(self, child: Child) -> None:
        child.address, child.postcode = "1 Example Row", "DH1 1AA"
        child.save(update_fields=["address", "postcode"])
        item = waiting_child(child)
        hidden = make_child(family_name="Hiddenham", address="2 Secret Row")
        make_placement(hidden, address_confidential=True)
        waiting_child(hidden)
        nurse = make_member()
        client = sign_in(nurse)
        html = text(client.get(reverse("cevt:research")))
        assert "Marnie Madeup" in html and "1 Example Row, DH1 1AA" in html
        assert "2 Secret Row" not in html and "Confidential: ask First Contact" in html
        assert re.search(r"The agenda for \w+ \d+ \w+ close[sd]", html)
        key = str(child.public_id)
        saved = client.post(
            reverse("cevt:research_save"),
            {
                "answer": key,
                f"about-{key}": item.public_id,
                f"held-{key}": "nothing",
                f"text-{key}": "",
                "version": 0,
                "idempotency_key": uuid4(),
            },
            headers={"X-Requested-With": "cems"},
        )
        assert saved.json()["version"] == 1
        assert Contribution.objects.get().held == Held.NOTHING
        home = text(client.get("/"))
        assert "1 child to check for CEVT" in home
        both = {
            f"about-{key}": item.public_id,
            f"version-{key}": 1,
            f"held-{key}": "cannot_share",
            f"text-{key}": "",
        }
        assert client.post(reverse("cevt:research"), both).status_code == 302
        assert Contribution.objects.get().held == Held.CANNOT_SHARE
        # A tab of yesterday: both answers are on the page, nothing is lost.
        stale = client.post(
            reverse("cevt:research"), {**both, f"held-{key}": "written", f"text-{key}": "Old tab"}
        )
        page = unescape(stale.content.decode())
        assert stale.status_code == 409 and "Old tab" in page and "Holds something it cannot share" in page

    @pytest.mark.requirement("A2")
    def test_a_child_out_of_reach_is_neither_listed_nor_answered(self, child: Child) -> None:
        item = waiting_child(child)
        restrict(child, owner=make_user())
        client = sign_in(make_member())
        assert "Nobody to look up" in text(client.get(reverse("cevt:research")))
        key = str(child.public_id)
        body = {
            "answer": key,
            f"about-{key}": item.public_id,
            f"held-{key}": "nothing",
            "idempotency_key": uuid4(),
        }
        assert client.post(reverse("cevt:research_save"), body).status_code == 404
        assert not Contribution.objects.exists()


def test_single_keys_are_switched_off_for_oneself_and_stay_off(child: Child) -> None:
    waiting_child(child)
    nurse = make_member()
    client = sign_in(nurse)
    sheet = reverse("cevt:sheet", args=[child.public_id])
    assert "data-keys" in text(client.get(sheet))
    client.post(reverse("cevt:single_keys"), {"on": "0"})
    assert "data-keys" not in text(client.get(sheet))
    assert "<strong>off</strong>" in text(client.get(reverse("cevt:single_keys")))


def test_the_chairs_main_job_is_the_big_button(chair: User) -> None:
    assert re.search(r'href="/cevt/"[^>]*>\s*Open CEVT', text(sign_in(chair).get("/")))
