"""A meeting starts once, has its table, and ends (T3; cevt-f9)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from cems.accounts.models import User
from cems.base.errors import Conflict, Invalid, Overtaken
from cems.base.time import now
from cems.children.models import Child
from cems.clocks.choices import Stage
from cems.meetings.choices import Held, MeetingForum, NoteKind
from cems.meetings.models import Attendance, Contribution
from cems.meetings.selectors import attendance_of
from cems.meetings.services.contribution import contribution_save
from cems.meetings.services.meeting import attendance_start, meeting_end, meeting_enter, note_add
from tests.factories.children import make_child
from tests.factories.people import make_authority, make_user
from tests.factories.triage import QUORATE, make_chair, sitting

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T3")]
MORNING = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)


@pytest.fixture
def chair() -> User:
    return make_chair()


def test_one_meeting_is_open_at_a_time(chair: User) -> None:
    meeting = sitting(chair)
    assert sitting(chair) == meeting
    with pytest.raises(Conflict, match=meeting.reference):
        sitting(make_chair())
    meeting_end(chair, meeting=meeting)
    assert sitting(make_chair()).reference != meeting.reference


def test_cevt_f9_a_meeting_never_ended_is_told_of_and_ended_by_the_next_chair(chair: User) -> None:
    meeting = sitting(chair, *QUORATE, at=MORNING)
    assert meeting.clock.due_at == datetime(2026, 5, 6, 16, 0, tzinfo=UTC)
    tomorrow = MORNING + timedelta(days=1)
    other = make_chair()
    ended = meeting_end(other, meeting=meeting, at=tomorrow)
    assert (ended.ended_by, ended.ended_at, ended.quorate) == (other, tomorrow, True)
    ended.clock.refresh_from_db()
    assert ended.clock.stage == Stage.MET and ended.clock.met_at > ended.clock.due_at
    assert meeting_end(chair, meeting=meeting).ended_by == other  # again is harmless
    with pytest.raises(Conflict):
        note_add(chair, meeting=meeting, kind=NoteKind.THEME, text="Too late")
    with pytest.raises(Conflict):
        attendance_start(chair, meeting=meeting, person=make_user())


def test_deputies_stand_in_for_their_own_agency_and_apologies_are_not_at_the_table(chair: User) -> None:
    meeting = sitting(chair)
    nurse = make_user("cevt_member")
    deputy = make_user("cevt_member", agency=nurse.agency)
    with pytest.raises(Invalid) as refused:
        attendance_start(chair, meeting=meeting, person=deputy, standing_for=chair)
    assert refused.value.field == "standing_for"
    attendance_start(chair, meeting=meeting, person=deputy, standing_for=nurse)
    attendance_start(chair, meeting=meeting, person=nurse, apology=True)
    table = attendance_of(meeting, now())
    assert {row.user for row in table.present} == {chair, deputy}
    attendance_start(chair, meeting=meeting, person=nurse)  # came after all
    assert len(attendance_of(meeting, now()).present) == 3 and Attendance.objects.count() == 3


def test_a_note_needs_words(chair: User) -> None:
    meeting = sitting(chair)
    with pytest.raises(Invalid):
        note_add(chair, meeting=meeting, kind=NoteKind.HOTSPOT, text="  ")
    before = meeting.version
    note_add(chair, meeting=meeting, kind=NoteKind.HOTSPOT, text="The car park by the bus station")
    meeting.refresh_from_db()
    assert meeting.version > before


def say(user: User, child: Child, about: object, text: str, version: int = 0) -> Contribution:
    return contribution_save(
        user,
        child=child,
        forum=MeetingForum.CEVT,
        about=about,  # type: ignore[arg-type]
        held=Held.WRITTEN,
        text=text,
        version=version,
    )


def test_two_colleagues_of_one_agency_lose_no_word() -> None:
    child, about = make_child(), uuid4()
    writer = make_user("cevt_member")
    peer = make_user("cevt_member", agency=writer.agency)
    first = say(writer, child, about, "Seen on Monday.")
    with pytest.raises(Overtaken) as refused:
        say(peer, child, about, "Seen on Tuesday.")
    assert refused.value.theirs["text"] == "Seen on Monday." and refused.value.version == first.version
    say(peer, child, about, "Seen on Monday and Tuesday.", refused.value.version)
    assert say(peer, child, about, "Seen on Monday and Tuesday.").version == 2  # the same again is harmless
    other = say(make_user("cevt_member"), child, about, "Another agency says this.")
    assert Contribution.objects.count() == 2 and other.version == 1


def test_silence_is_not_an_answer() -> None:
    child = make_child()
    with pytest.raises(Invalid):
        say(make_user("cevt_member"), child, uuid4(), "  ")


def test_a_meeting_kept_on_paper_is_entered_with_its_table(chair: User) -> None:
    nurse, start = make_user("cevt_member"), MORNING
    times = {"started_at": start, "ended_at": start + timedelta(hours=1)}
    place = {"forum": MeetingForum.CEVT, "authority": make_authority(), "url": "/cevt/"}
    meeting = meeting_enter(chair, people=[nurse], **place, **times)  # type: ignore[arg-type]
    assert (meeting.quorate, meeting.clock.met_at) == (False, times["ended_at"])
    during, after = start + timedelta(minutes=20), start + timedelta(hours=2)
    assert {row.user for row in attendance_of(meeting, during).present} == {chair, nurse}
    assert (
        not attendance_of(meeting, after).present
        and not attendance_of(meeting, start - timedelta(minutes=1)).present
    )
    # What belongs in it can be entered with the time it happened, and with no later one.
    note_add(chair, meeting=meeting, kind=NoteKind.THEME, text="Vapes", at=during)
    with pytest.raises(Conflict):
        note_add(chair, meeting=meeting, kind=NoteKind.THEME, text="Vapes", at=after)
    with pytest.raises(Invalid):
        later = {**times, "ended_at": now() + timedelta(hours=1)}
        meeting_enter(chair, people=[], **place, **later)  # type: ignore[arg-type]
