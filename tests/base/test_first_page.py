"""The first page: one row a child, the worst first, mine apart from my team's, and one number of it everywhere (K1)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.roles import ROLES
from cems.actions.services import action_complete, action_open
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.calendar import Deadline, close_of_business
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.services.involvement import involvement_end
from cems.children.models import Child, Involvement
from cems.clocks.models import Clock
from cems.clocks.services import clock as clock_services
from cems.my_work import Row, my_work, waiting_count
from cems.notices.models import Notice
from cems.notices.services import notice_send
from tests.factories.allocation import child_at, make_manager, make_worker, waits
from tests.factories.children import agree_level, bar, involve, make_child
from tests.factories.clocks import make_clock
from tests.factories.matrices import submit
from tests.factories.people import make_team, make_user, sign_in
from tests.factories.triage import waiting_child
from tests.factories.world import give_work, make_world
from triage.allocation.services.allocation import allocation_make

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]
LOW, SIGNIFICANT = RiskLevel.LOW, RiskLevel.SIGNIFICANT


def page(user: User) -> str:
    answer = sign_in(user).get(reverse("home"))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def header_count(text: str) -> int:
    match = re.search(r'class="cems-count">(\d+)<span class="govuk-visually-hidden">to do', text)
    return int(match[1]) if match else 0


def rows(user: User) -> list[Row]:
    work = my_work(user, now())
    return [*work.mine.rows, *work.teams.rows]


def promise(owner: User, child: Child, *, days: int, title: str = "Example action") -> Clock:
    """An action about the child, due in so many days, or over its time by so many."""
    due = now() + timedelta(days=days)
    deadline = Deadline(due - timedelta(days=30), due, "as promised")
    action = action_open(None, title=title, owner=owner, child=child, deadline=deadline)
    assert action.clock is not None
    return action.clock


def works_with(user: User, level: RiskLevel) -> Child:
    child = make_child()
    involve(child, user)
    agree_level(child, level)
    return child


def test_a_child_has_one_row_with_the_most_urgent_first_and_the_worst_child_stands_on_top() -> None:
    user = make_user()
    low, worst = works_with(user, LOW), works_with(user, SIGNIFICANT)
    promise(user, low, days=-9, title="Ring the school")
    promise(user, worst, days=4, title="Write the plan")
    promise(user, worst, days=-1, title="Visit at home")
    listed = rows(user)
    assert [row.name for row in listed] == [worst.name, low.name]  # both late: the level says which is worse
    assert [item.what for item in listed[0].items] == ["Visit at home", "Write the plan"]
    assert listed[0].acted_on and listed[0].acted_on.level is SIGNIFICANT
    text = page(user)
    assert (
        text.count(f'href="{reverse("children:overview", args=[worst.public_id])}"') == 2
    )  # the row, and among those one works with
    assert "3 to do, <strong>2 late</strong>" in text and "next: Write the plan" in text


def test_the_level_of_a_row_is_the_one_acted_on_until_a_forum_has_agreed_it() -> None:
    user = make_user()
    child = works_with(user, LOW)
    promise(user, child, days=2)
    submit(make_user(), child, SIGNIFICANT)
    row = next(row for row in rows(user) if row.name == child.name)
    assert row.acted_on and (row.acted_on.level, row.acted_on.agreed) == (SIGNIFICANT, False)
    assert "submitted, not yet agreed" in page(user)


def test_a_level_is_shown_to_nobody_who_may_not_read_it() -> None:
    user, child = make_user(), make_child()
    submit(user, child, SIGNIFICANT, own=True)  # sees what they sent, and no more
    agree_level(child, SIGNIFICANT)
    promise(user, child, days=2)
    row = next(row for row in rows(user) if row.name == child.name)
    assert row.acted_on is None


def test_what_is_mine_stands_apart_from_what_my_team_has() -> None:
    team = make_team()
    user = make_user(team=team)
    own, shared = make_clock(user), make_clock(team)
    work = my_work(user, now())
    assert [row.reference for row in work.mine.rows] == [own.reference]
    assert [row.reference for row in work.teams.rows] == [shared.reference]
    text = page(user)
    assert (
        text.index(">My own<")
        < text.index(own.reference)
        < text.index(">My team")
        < text.index(shared.reference)
    )


def test_what_is_paused_is_neither_late_nor_to_do() -> None:
    user = make_user()
    clock, runs = make_clock(user, days=400), make_clock(user, days=401)
    clock_services.clock_pause(user, clock=clock, reason="More is asked", at=clock.started_at)
    text = page(user)
    assert header_count(text) == 1 and "1 to do" in text
    assert "Paused (1): their time does not run" in text
    listed = sign_in(user).get(reverse("clocks:list")).content.decode()
    assert "To do (1)" in listed and "Paused (1)" in listed
    assert runs.reference in listed and clock.reference not in listed
    paused = sign_in(user).get(reverse("clocks:list"), {"state": "paused"}).content.decode()
    assert clock.reference in paused and runs.reference not in paused


def test_every_role_reads_one_number_in_header_and_page_and_has_so_many_things_listed() -> None:
    world = make_world(("involved", "cevt", "ceg", "exploitation", "referral", "submitted"))
    give_work(world)
    for key, user in world.people.items():
        text = page(user)
        work = my_work(user, now())
        assert header_count(text) == waiting_count(user, now()) == work.listed >= 1, key
        elsewhere = sign_in(user).get(reverse("notices:list")).content.decode()
        assert header_count(" ".join(elsewhere.split())) == work.listed, key


def test_a_claim_waits_today_for_who_decides_it_and_is_counted() -> None:
    child, asks = make_child(), make_user()
    desk = make_user("first_contact")
    before = waiting_count(desk, now())
    involve(child, asks, "lead_practitioner", state=InvolvementState.CLAIMED)
    work = my_work(desk, now())
    row = next(row for row in work.teams.rows if row.name == child.name)
    assert (row.urgency, row.first.doing) == ("Today", "Decide")
    assert waiting_count(desk, now()) == before + 1
    assert "It waits for First Contact since" in page(asks)


def test_a_child_given_to_a_worker_stands_in_their_day() -> None:
    child, worker = child_at(SIGNIFICANT), make_worker()
    waits(child)
    allocation_make(make_manager(), child=child, worker=worker)
    row = next(row for row in rows(worker) if row.name == child.name)
    assert row.urgency == "Today" and any(item.doing == "Accept" for item in row.items)


def test_research_for_cevt_stands_on_the_day_its_agenda_closes_and_is_counted() -> None:
    waiting_child(make_child())
    member = make_user("cevt_member")
    work = my_work(member, now())
    item = next(row.first for row in work.mine.rows if "to check for CEVT" in row.first.what)
    assert item.due_at is not None and item.url == reverse("cevt:research")
    assert waiting_count(member, now()) == work.listed


def test_the_button_leads_to_the_page_where_the_thing_is_done() -> None:
    child = child_at(SIGNIFICANT)
    waits(child)
    choose = reverse("allocation:candidates", args=[child.public_id, "ce_worker"])
    assert f'href="{choose}">Allocate<' in page(make_manager())
    item = waiting_child(make_child())
    sheet = reverse("cevt:sheet", args=[item.child.public_id])
    assert item.clock is not None and item.clock.owner_team is not None
    chair = make_user("cevt_chair", team=item.clock.owner_team)
    assert f'href="{sheet}">Open the sheet<' in page(chair)


def test_an_action_that_no_page_does_stays_where_it_is_closed_by_hand() -> None:
    user, child = make_user(), make_child()
    involve(child, user)
    action = action_open(None, title="Free task", owner=user, child=child)
    url = reverse("actions:detail", args=[action.public_id])
    assert sign_in(user).get(url, {"do": "1"}).status_code == 200


@pytest.mark.parametrize("key", [key for key, role in ROLES.items() if not role.is_system])
def test_every_role_meets_its_main_job_or_a_plain_sentence_that_it_is_not_built(key: str) -> None:
    text = page(make_user(key))
    has_job = "cems-title" in text and "govuk-button" in text.split("cems-title")[1].split("</div>")[0]
    has_sentence = bool(ROLES[key].not_built) and "not part of CEMS yet" in text
    named = ROLES[key].supervised  # reads the children shown to them, and starts nothing
    assert has_job or has_sentence or named, key
    assert ('role="search"' in text) is bool(ROLES[key].sees), key


def test_a_person_reads_the_children_they_work_with_and_their_school_too() -> None:
    school = make_team()
    lead = make_user("school_lead", team=school)
    child, other = make_child(), make_child()
    involve(child, school, "school")
    text = page(lead)
    assert "Children I work with" in text and child.name in text and other.name not in text
    entry = Entry.objects.filter(verb=Verb.LISTED, actor=lead).order_by("-pk").first()
    assert entry is not None and str(child.public_id) in str(entry.detail)


class TestNews:
    """Notices are read in names, a child once, and are new no longer once the thing is done."""

    def told(self, user: User, child: Child, *words: str) -> None:
        for text in words:
            notice_send([user.pk], kind="test.told", key=text, text=f"{text}.", child=child.public_id)

    def test_is_by_name_and_a_child_once(self) -> None:
        user = make_user()
        child = works_with(user, LOW)
        self.told(user, child, "CEVT has advice for you", "CEVT has discussed the matrix")
        for name in ("home", "notices:list"):
            text = " ".join(sign_in(user).get(reverse(name)).content.decode().split())
            news = text[text.index("New for you") :]
            assert f">{child.name}</a>: CEVT has discussed the matrix." in news, name
            assert "and 1 more" in news and "CEVT has advice for you" in news, name

    def test_names_nobody_to_who_may_not_see_the_child(self) -> None:
        user = make_user()
        child = works_with(user, LOW)
        self.told(user, child, "CEVT has advice for you")
        involvement_end(user, involvement=Involvement.objects.get(user=user), reason="Moved on")
        for name in ("home", "notices:list"):
            text = sign_in(user).get(reverse(name)).content.decode()
            assert child.name not in text and "CEVT has advice for you" in text, name

    def test_is_nothing_of_a_record_that_bars_the_reader(self) -> None:
        user = make_user()
        child = works_with(user, LOW)
        self.told(user, child, "CEVT has advice for you")
        bar(child, user)
        for name in ("home", "notices:list"):
            text = sign_in(user).get(reverse(name)).content.decode()
            assert child.name not in text and "CEVT has advice for you" not in text, name

    def test_does_not_say_again_what_stands_in_the_list_of_work(self) -> None:
        user = make_user()
        action = action_open(None, title="Ring the school", owner=user)
        text = page(user)
        assert "New for you" not in text and "Ring the school" in text
        assert action.reference in sign_in(user).get(reverse("notices:list")).content.decode()

    def test_is_gone_for_everybody_when_it_is_done(self) -> None:
        team = make_team()
        user, beside = make_user(team=team), make_user(team=team)
        action = action_open(None, title="One", owner=team, deadline=close_of_business(now(), 1))
        other = action_open(None, title="Other", owner=team)
        assert action.reference in page(beside)
        action_complete(user, action=action, outcome="Rang the carer.")
        assert action.reference not in page(beside) and other.reference in page(beside)
        assert not Notice.objects.unread().filter(reference=action.reference).exists()
