"""A meeting of CEVT ends on purpose, and nobody loses a word by it (T3; truth-f8)."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cems.accounts.models import AgencyKind, User
from cems.audit.models import Entry
from cems.base.services import presence
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.meetings.models import Contribution, Meeting, Note
from cems.meetings.services.meeting import meeting_end
from tests.factories.children import make_child, restrict
from tests.factories.people import make_agency, make_locality, make_team, make_user, sign_in
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from triage.cevt.services.decision import decision_make
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T3")]


def of(name: str, meeting: Meeting) -> str:
    return reverse(f"cevt:{name}", args=[meeting.public_id])


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def member() -> User:
    return make_user(
        "cevt_member", name="Example Nurse", team=make_team(agency=make_agency(kind=AgencyKind.HEALTH))
    )


def another(name: str) -> Child:
    return make_child(given_name=name, family_name="Madeup", locality=make_locality("east"))


def test_the_chair_sees_who_is_undecided_due_first_then_by_level_and_what_is_provisional(
    chair: User, child: Child
) -> None:
    old, instant = another("Olive"), now()
    moderate, decided = another("Nell"), another("Dora")
    waiting_child(moderate, level=RiskLevel.MODERATE, at=instant)
    waiting_child(child, at=instant)
    waiting_child(old, at=instant - timedelta(days=14))
    meeting = sitting(chair)  # without children's services: provisional
    row = decision_make(chair, child=decided, meeting=meeting, ruling=ruling(waiting_child(decided)))
    html = text(sign_in(chair).get(of("meeting_end", meeting)))
    assert html.index("Olive Madeup") < html.index("Marnie Madeup") < html.index("Nell Madeup")
    assert html.index("due by today") < html.index("Olive Madeup") < html.index("and due later")
    assert (
        "1 decided, 3 undecided" in html and row.reference in html and "without children's services" in html
    )
    assert Meeting.objects.get().ended_at is None  # looking ends nothing
    assert Entry.objects.filter(part="cevt.meeting_end").get().detail["count"] == 4


def test_what_is_due_at_the_same_time_stands_by_level(chair: User) -> None:
    instant = now() - timedelta(days=30)
    low, high = another("Lower"), another("Higher")
    waiting_child(low, level=RiskLevel.MODERATE, at=instant)
    waiting_child(high, at=instant)
    clock, other = (Item.objects.get(child=one).clock for one in (low, high))
    assert clock and other
    clock.due_at = other.due_at
    clock.save(update_fields=["due_at"])
    html = text(sign_in(chair).get(reverse("cevt:list")))
    assert html.index("Higher Madeup") < html.index("Lower Madeup")


def test_a_restricted_child_is_counted_and_not_named(chair: User, child: Child) -> None:
    waiting_child(child)
    restrict(child, owner=make_user())
    html = text(sign_in(chair).get(of("meeting_end", sitting(chair))))
    assert "1 restricted item" in html and "Madeup" not in html and child.reference not in html


def test_truth_f8_the_second_chair_is_told_who_ended_it(chair: User) -> None:
    meeting, other = sitting(chair, *QUORATE), make_chair(name="Second Chair")
    first, second = sign_in(chair), sign_in(other)
    assert second.get(of("meeting_end", meeting)).status_code == 200
    assert "These are its minutes" in text(first.post(of("meeting_end", meeting), follow=True))
    for answer in (
        second.post(of("meeting_end", meeting), follow=True),
        second.get(of("meeting_end", meeting), follow=True),
    ):
        assert f"{chair} ended {meeting.reference} at" in text(answer)
    meeting.refresh_from_db()
    assert meeting.ended_by == chair
    assert Entry.objects.filter(verb="closed", subject_id=str(meeting.public_id)).count() == 1


def test_truth_f8_what_a_colleague_types_of_a_child_outlives_the_meeting(chair: User, child: Child) -> None:
    item, nurse, meeting = waiting_child(child), member(), sitting(chair, *QUORATE)
    presence.here(nurse, subject=f"cevt:{child.public_id}", place="say", typing=True)
    assert "Example Nurse is typing of a child now" in text(sign_in(chair).get(of("meeting_end", meeting)))
    meeting_end(chair, meeting=meeting)
    body = {"about": item.public_id, "idempotency_key": uuid4(), "version": 0, "answer": "said"}
    saved = sign_in(nurse).post(
        reverse("cevt:contribution_save", args=[child.public_id]),
        {**body, "text": "Seen twice by the nurse."},
    )
    assert saved.status_code == 200
    assert Contribution.objects.get().text == "Seen twice by the nurse."


def test_truth_f8_a_note_that_comes_too_late_is_given_back_and_goes_into_the_next_meeting(
    chair: User,
) -> None:
    meeting, nurse = sitting(chair), sign_in(member())
    late = {"kind": "hotspot", "text": "The bus station after nine.", "key": uuid4()}
    meeting_end(chair, meeting=meeting)
    answer = nurse.post(of("meeting_note", meeting), late)
    html = unescape(answer.content.decode())
    assert answer.status_code == 409 and "The bus station after nine." in html
    assert f"{chair} ended it at" in html and "Copy your words" in html
    following = sitting(chair)
    html = unescape(nurse.post(of("meeting_note", meeting), {**late, "key": uuid4()}).content.decode())
    assert f"Note it in {following.reference}" in html and of("meeting_note", following) in html
    assert nurse.post(of("meeting_note", following), {**late, "key": uuid4()}).status_code == 302
    assert Note.objects.get().meeting == following


def test_a_member_and_a_stranger_end_nothing(chair: User) -> None:
    meeting = sitting(chair)
    for person in (member(), make_user("practitioner")):
        assert sign_in(person).get(of("meeting_end", meeting)).status_code == 403
        assert sign_in(person).post(of("meeting_end", meeting)).status_code == 403
    meeting.refresh_from_db()
    assert meeting.ended_at is None
