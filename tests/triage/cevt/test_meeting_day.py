"""What a meeting leaves: children not decided in its minutes, themes over time; and a day without one (T2, T3)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.clocks.choices import Stage
from cems.clocks.sweeping import sweep
from cems.meetings.choices import NoteKind
from cems.meetings.services.meeting import meeting_end, note_add
from cems.notices.models import Notice
from tests.factories.children import bar, make_child, restrict
from tests.factories.people import (
    DARLINGTON,
    make_agency,
    make_authority,
    make_locality,
    make_team,
    make_user,
    sign_in,
    stand_in,
)
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from tests.triage.cevt.pages import LIST, said
from triage.cevt.services.decision import decision_make
from triage.cevt.services.meeting_day import meeting_days_follow
from triage.models import Item, MeetingDay

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)
WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.mark.requirement("T3")
def test_minutes_name_what_was_on_the_list_and_not_decided(child: Child, chair: User) -> None:
    left, shut = make_child(locality=child.locality), make_child(locality=child.locality)
    item = waiting_child(child)
    waiting_child(left, level=RiskLevel.MODERATE)
    waiting_child(shut)
    meeting = sitting(chair, *QUORATE)
    decision_make(chair, child=child, meeting=meeting, ruling=ruling(item))
    meeting_end(chair, meeting=meeting)
    restrict(shut)
    html = said(sign_in(chair), reverse("cevt:minutes", args=[meeting.public_id]))
    undecided = html[html.index("On the list and not decided") :]
    assert left.reference in undecided and "Moderate submitted, due" in undecided
    assert child.reference not in undecided and shut.reference not in html
    # what is decided later was still not decided then
    later = sitting(chair, *QUORATE)
    decision_make(
        chair, child=left, meeting=later, ruling=ruling(Item.objects.get(child=left), RiskLevel.MODERATE)
    )
    html = said(sign_in(chair), reverse("cevt:minutes", args=[meeting.public_id]))
    assert left.reference in html[html.index("On the list and not decided") :]


@pytest.mark.requirement("T3")
def test_themes_and_places_stand_in_one_list_over_time_that_a_menu_leads_to(chair: User) -> None:
    for number, (kind, text) in enumerate(
        [(NoteKind.THEME, "Debts after games."), (NoteKind.HOTSPOT, "The bus station.")]
    ):
        meeting = sitting(chair, at=now() - timedelta(days=9 - number))
        note_add(chair, meeting=meeting, kind=kind, text=text)
        meeting_end(chair, meeting=meeting)
    client = sign_in(chair)
    address = reverse("cevt:notes")
    assert f'href="{address}"' in said(client, LIST)
    html = said(client, address)
    assert html.index("The bus station.") < html.index("Debts after games.")
    assert Entry.objects.filter(actor=chair, verb=Verb.LISTED, part="triage.notes").exists()
    assert "Debts after games." not in said(client, f"{address}?kind=hotspot")
    for role in ("cevt_member", "erase_manager", "head_of_service"):
        reader = sign_in(make_user(role))
        assert "The bus station." in said(reader, address)
        assert f'href="{address}"' in said(reader, reverse("home"))


@pytest.mark.requirement("T3")
@pytest.mark.parametrize("role", ["practitioner", "ceg_chair", "ceg_member", "business_support"])
def test_free_words_of_cevts_meetings_are_no_figures_that_others_read(role: str) -> None:
    client, address = sign_in(make_user(role, locality=make_locality("east"))), reverse("cevt:notes")
    assert client.get(address).status_code == 403
    assert f'href="{address}"' not in said(client, reverse("home"))


@pytest.mark.requirement("T3")
def test_what_another_authoritys_cevt_noted_is_not_read(chair: User) -> None:
    note_add(chair, meeting=sitting(chair), kind=NoteKind.THEME, text="Debts after games.")
    elsewhere = make_user("head_of_service", agency=make_agency(authorities=[make_authority(DARLINGTON)]))
    assert "Debts after games." not in said(sign_in(elsewhere), reverse("cevt:notes"))


@pytest.mark.requirement("T2")
def test_a_working_day_without_a_meeting_while_something_is_due_is_cevts_own_clock(child: Child) -> None:
    desk = desk_of(Duty.CEVT, child.area_id)
    with time_machine.travel(TUESDAY, tick=False):
        member, chair = make_user("first_contact", team=desk), make_chair()
        waiting_child(child)
        assert meeting_days_follow(None, at=now()) == 0  # it came today: tomorrow's meeting looks at it
    with time_machine.travel(WEDNESDAY, tick=False):
        assert meeting_days_follow(None, at=now()) == 1
        assert meeting_days_follow(None, at=now()) == 0  # the second time nothing more
        row = MeetingDay.objects.get()
        assert row.clock.owner_team == desk and row.clock.due_at == datetime(2026, 5, 6, 16, tzinfo=UTC)
        assert "owes a meeting on Wednesday 6 May" in said(sign_in(chair), LIST)
    with time_machine.travel(row.clock.due_at + timedelta(minutes=1), tick=False):
        sweep(now())
        row.clock.refresh_from_db()
        assert row.clock.stage == Stage.BREACHED
        assert Notice.objects.filter(user=member, reference=row.clock.reference).exists()
    with time_machine.travel(WEDNESDAY + timedelta(days=1), tick=False):
        client = sign_in(chair)
        assert client.post(reverse("cevt:meeting_start")).status_code == 302
        row.clock.refresh_from_db()
        assert row.clock.stage == Stage.MET
        assert "owes a meeting" not in said(client, LIST)
        assert meeting_days_follow(None, at=now()) == 0  # the day has had its meeting


def told(user: User, reference: str) -> list[str]:
    kinds = (
        Notice.objects.filter(user=user, reference=reference).order_by("pk").values_list("kind", flat=True)
    )
    return list(kinds)


@pytest.mark.requirement("T2")
def test_the_chairs_of_the_desk_are_told_by_name_of_a_day_without_a_meeting_and_who_covers_too(
    child: Child,
) -> None:
    desk = desk_of(Duty.CEVT, child.area_id)
    with time_machine.travel(TUESDAY, tick=False):
        of_desk, deputy = make_user("cevt_chair", team=desk), make_user(team=desk)
        elsewhere = make_chair()
        other_area = make_agency(authorities=[make_authority(DARLINGTON)])
        stranger = make_user("cevt_chair", agency=other_area, team=make_team(agency=other_area))
        stand_in(deputy, of_desk.appointments.get())
        waiting_child(child)
    with time_machine.travel(WEDNESDAY, tick=False):
        meeting_days_follow(None, at=now())
        reference = MeetingDay.objects.get().clock.reference
    with time_machine.travel(
        WEDNESDAY + timedelta(hours=4), tick=False
    ):  # before close of business, while it helps
        sweep(now())
        sweep(now())
        assert told(of_desk, reference) == told(deputy, reference) == ["clock.warned"]
    with time_machine.travel(WEDNESDAY + timedelta(hours=9), tick=False):
        sweep(now())
        assert told(of_desk, reference) == ["clock.warned", "clock.breached"]
        assert told(elsewhere, reference) == told(stranger, reference) == []


@pytest.mark.requirement("T2")
def test_where_the_desk_has_no_chair_those_who_serve_the_area_are_told_of_what_is_late(child: Child) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        chair, barred = make_chair(), make_chair()
        bar(child, barred)
        item = waiting_child(child)
    with time_machine.travel(TUESDAY + timedelta(days=2, hours=8), tick=False):
        sweep(now())
        assert item.clock is not None
        assert "clock.breached" in told(chair, item.clock.reference)
        assert not told(barred, item.clock.reference)


@pytest.mark.requirement("T2")
def test_no_meeting_is_owed_at_a_weekend_or_where_nothing_waits(child: Child) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        item = waiting_child(child)
    saturday = TUESDAY + timedelta(days=4)
    with time_machine.travel(saturday, tick=False):
        assert meeting_days_follow(None, at=now()) == 0
    chair = make_chair()
    decision_make(chair, child=child, ruling=ruling(item))
    assert meeting_days_follow(None, at=WEDNESDAY) == 0 and not MeetingDay.objects.exists()
