"""Practice settings are changed on their pages: from when, why, by whom; and what is refused (house-f1)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.services.authority import authority_follow
from cems.accounts.services.practice_setting import (
    ProposedSetting,
    setting_change,
    setting_plan,
    setting_withdraw,
)
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid, NotAllowed, Overtaken
from cems.base.time import now, today
from cems.policy import snapshot
from cems.policy.models import SettingValue
from cems.policy.policy import CLOSE_OF_BUSINESS, CLOSURES
from cems.policy.snapshot import LEAD
from tests.factories.people import DARLINGTON, make_agency, make_authority, make_user, sign_in
from tests.factories.policies import decide_policy
from triage.policy import GATHERING_DAYS, WORKER_CAPACITY

pytestmark = [pytest.mark.requirement("K1"), pytest.mark.django_db]
LIST = reverse("practice_settings:list")
PAGE = reverse("practice_settings:setting", args=[GATHERING_DAYS.key])
CHANGE = reverse("practice_settings:change", args=[GATHERING_DAYS.key])
NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)  # when the administrators made today are still appointed
WHY = "Decided by the Executive on 28 May"


@pytest.fixture
def admin() -> User:
    return make_user("administrator")


@pytest.fixture
def client(admin: User) -> Client:
    return sign_in(admin)


def wish(typed: str = "2", **more: object) -> ProposedSetting:
    fields: dict[str, object] = {"policy": GATHERING_DAYS, "why": WHY, "version": 0, **more}
    return ProposedSetting(typed=typed, **fields)  # type: ignore[arg-type]


def post(client: Client, step: str = "", address: str = CHANGE, **more: str) -> object:
    sent = {"value": "2", "starts": "soon", "why": WHY, "version": "0", "step": step, **more}
    sent.setdefault("key", "0b8f7c2e-5d0a-4a57-9a3f-0d7b0f0b6a10")
    return client.post(address, sent)


def text(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


class TestChange:
    def test_it_is_checked_saved_and_begins_within_three_minutes(self, admin: User) -> None:
        with time_machine.travel(NOON + timedelta(seconds=20), tick=False) as moment:
            client = sign_in(admin)
            page = text(client.get(LIST))
            assert GATHERING_DAYS.title in page and "1 working day" in page
            check = text(post(client))
            assert (
                "Check the change" in check and "2 working days" in check and "Tue 1 Jun 2027 13:03" in check
            )
            assert not SettingValue.objects.exists()
            done = post(client, "save")
            assert done.status_code == 302 and done["Location"] == PAGE  # type: ignore[attr-defined, index]
            (row,) = SettingValue.objects.all()
            assert (row.starts_at, row.made_by, row.why) == (NOON + timedelta(minutes=3), admin, WHY)
            shown = text(client.get(PAGE))
            assert "the new value holds from Tue 1 Jun 2027 13:03" in shown
            assert "To come" in shown and "2 working days" in shown and WHY in shown and admin.name in shown
            assert GATHERING_DAYS.at(now()) == 1
            moment.move_to(row.starts_at)
            assert GATHERING_DAYS.at(now()) == 2
            assert "Since 1 June 2027, 13:03" in text(client.get(LIST))

    def test_a_later_day_begins_at_midnight_in_london(self, admin: User) -> None:
        with time_machine.travel(NOON, tick=False):
            row = setting_change(admin, wanted=wish(starts_on=datetime(2027, 6, 5).date()))
        assert row.starts_at == datetime(2027, 6, 4, 23, tzinfo=UTC)

    def test_who_when_and_why_are_in_the_audit(self, admin: User) -> None:
        row = setting_change(admin, wanted=wish())
        entry = Entry.objects.get(subject_kind="policy.settingvalue")
        assert (entry.actor, entry.verb, entry.reason) == (admin, Verb.CHANGED, WHY)
        assert entry.subject_id == str(row.public_id) and entry.detail["setting"] == GATHERING_DAYS.key
        assert entry.detail["from"] == row.starts_at.isoformat()

    def test_the_same_form_sent_twice_changes_once(self, client: Client) -> None:
        first, again = post(client, "save"), post(client, "save")
        assert first.status_code == again.status_code == 302  # type: ignore[attr-defined]
        assert SettingValue.objects.count() == 1

    def test_what_was_typed_can_be_changed_on_the_check_page(self, client: Client) -> None:
        page = text(post(client, "edit", value="9"))
        assert 'value="9"' in page and WHY in page and not SettingValue.objects.exists()

    def test_a_list_and_choices_are_changed_too(self, client: Client, admin: User) -> None:
        address = reverse("practice_settings:change", args=["meetings.cevt_must_attend"])
        page = client.get(address).content.decode()
        assert page.count("checked") >= 2
        done = client.post(
            address,
            {
                "value": ["health", "police"],
                "starts": "soon",
                "why": WHY,
                "version": "0",
                "step": "save",
                "key": "0b8f7c2e-5d0a-4a57-9a3f-0d7b0f0b6a11",
            },
        )
        assert done.status_code == 302
        assert SettingValue.objects.get().value == ["police", "health"]


class TestRefused:
    """house-f1: a setting changed for the past, to nonsense, by two at once, by who may not."""

    @pytest.mark.parametrize("days", [-400, -1, 0])
    def test_not_for_the_past(self, admin: User, days: int) -> None:
        with time_machine.travel(NOON, tick=False):
            client = sign_in(admin)
            day = (NOON + timedelta(days=days)).date()
            with pytest.raises(Invalid, match="not changed for the past") as refused:
                setting_change(admin, wanted=wish(starts_on=day))
            assert refused.value.field == "starts_on"
            sent = {"starts": "day", "starts_on_0": str(day.day), "starts_on_1": str(day.month)}
            answer = post(client, "save", **sent, starts_on_2=str(day.year))
        assert answer.status_code == 400 and "not changed for the past" in text(answer)  # type: ignore[attr-defined]
        assert WHY in text(answer) and not SettingValue.objects.exists()

    def test_not_for_a_midnight_that_not_every_process_would_know_of(self, admin: User) -> None:
        late = datetime(2027, 6, 1, 22, 59, tzinfo=UTC)  # 23:59 in London
        with pytest.raises(Invalid, match="as soon as possible"):
            setting_plan(admin, wanted=wish(starts_on=datetime(2027, 6, 2).date()), at=late)

    @pytest.mark.parametrize(
        ("value", "words"),
        [("soon", "whole number"), ("-1", "from 0 to 10"), ("99", "from 0 to 10"), ("", "whole number")],
    )
    def test_not_to_nonsense(self, client: Client, value: str, words: str) -> None:
        answer = post(client, "save", value=value)
        assert answer.status_code == 400 and words in text(answer)  # type: ignore[attr-defined]
        assert f"{GATHERING_DAYS.title}:" in text(answer) and WHY in text(answer)
        assert not SettingValue.objects.exists()

    def test_not_to_what_it_is_already_nor_without_a_reason(self, admin: User) -> None:
        with pytest.raises(Invalid, match="It is 1 working day by then already"):
            setting_change(admin, wanted=wish("1"))
        with pytest.raises(Invalid, match="who decided it"):
            setting_change(admin, wanted=wish(why="  "))

    def test_not_a_closure_before_it_could_count(self, admin: User) -> None:
        wanted = ProposedSetting(
            policy=CLOSURES, typed="3 6 2027", why=WHY, version=0, starts_on=datetime(2027, 6, 5).date()
        )
        with pytest.raises(Invalid, match="3 June 2027 is before this change begins"):
            setting_change(admin, wanted=wanted, at=NOON)

    def test_two_at_once_the_loser_sees_both(self, client: Client) -> None:
        colleague = make_user("administrator")
        setting_change(colleague, wanted=wish("4", why="The nurses asked for it"))
        answer = post(client, "save")
        page = text(answer)
        assert answer.status_code == 409  # type: ignore[attr-defined]
        assert f"{colleague.name} was quicker" in page
        assert "4 working days" in page and "The nurses asked for it" in page  # theirs
        assert "You wrote 2" in page and WHY in page and 'value="2"' in page  # one's own
        assert SettingValue.objects.count() == 1
        later = {"starts": "day", "starts_on_0": "1", "starts_on_1": "1", "starts_on_2": "2099"}
        meant = post(client, "save", version="1", key="0b8f7c2e-5d0a-4a57-9a3f-0d7b0f0b6a12", **later)
        assert meant.status_code == 302  # type: ignore[attr-defined]
        assert SettingValue.objects.count() == 2

    def test_a_change_taken_back_meanwhile_is_told_too(self, admin: User) -> None:
        row = setting_change(admin, wanted=wish(starts_on=datetime(2099, 1, 1).date()))
        setting_withdraw(make_user("administrator"), value=row)
        with pytest.raises(Overtaken) as lost:
            setting_change(admin, wanted=wish("3", version=1))
        assert lost.value.theirs["withdrawn"] and lost.value.version == 2

    @pytest.mark.parametrize("role", ["practitioner", "erase_manager", "cevt_chair", "head_of_service"])
    def test_not_by_who_may_not(self, role: str) -> None:
        user = make_user(role)
        stranger = sign_in(user)
        assert [stranger.get(address).status_code for address in (LIST, PAGE, CHANGE)] == [403] * 3
        assert post(stranger, "save").status_code == 403  # type: ignore[attr-defined]
        with pytest.raises(NotAllowed):
            setting_change(user, wanted=wish())
        row = setting_change(make_user("administrator"), wanted=wish(starts_on=datetime(2099, 1, 1).date()))
        assert stranger.post(reverse("practice_settings:withdraw", args=[row.public_id])).status_code == 403
        with pytest.raises(NotAllowed):
            setting_withdraw(user, value=row)

    def test_no_setting_of_that_name(self, client: Client) -> None:
        assert client.get(reverse("practice_settings:setting", args=["no.such"])).status_code == 404
        assert client.get(reverse("practice_settings:change", args=["no.such"])).status_code == 404


class TestTakenBack:
    def test_before_it_begins_and_the_history_says_so(self, client: Client, admin: User) -> None:
        row = setting_change(admin, wanted=wish(starts_on=datetime(2099, 1, 1).date()))
        assert "Take this change back" in text(client.get(PAGE))
        client.post(reverse("practice_settings:withdraw", args=[row.public_id]))
        page = text(client.get(PAGE))
        assert "is taken back and will not begin" in page and f"Taken back by {admin.name}" in page
        assert "To come" not in page and GATHERING_DAYS.at(datetime(2099, 2, 1, tzinfo=UTC)) == 1
        assert Entry.objects.filter(verb=Verb.WITHDRAWN, subject_id=str(row.public_id)).count() == 1
        again = client.post(reverse("practice_settings:withdraw", args=[row.public_id]))
        assert again.status_code == 409 and "already" in text(again)

    def test_not_once_it_has_begun_or_is_about_to(self, admin: User) -> None:
        with time_machine.travel(NOON, tick=False) as moment:
            client = sign_in(admin)
            row = setting_change(admin, wanted=wish())
            moment.move_to(row.starts_at - LEAD + timedelta(seconds=1))
            page = text(client.get(PAGE))
            assert "Take this change back" not in page and "can't be taken back any more" in page
            with pytest.raises(Conflict, match="Change the setting again"):
                setting_withdraw(admin, value=row)


class TestAuthority:
    def test_one_authority_has_its_own_and_goes_by_the_partnership_again(
        self, client: Client, admin: User
    ) -> None:
        darlington = make_authority(DARLINGTON)
        make_agency(authorities=[darlington])
        assert "Darlington" in text(client.get(PAGE))
        own = f"{CHANGE}?authority={DARLINGTON}"
        with time_machine.travel(NOON, tick=False) as moment:
            done = post(sign_in(admin), "save", own)
            assert done["Location"] == f"{PAGE}?authority={DARLINGTON}"  # type: ignore[index]
            moment.shift(timedelta(hours=1))
            assert (GATHERING_DAYS.at(now(), darlington.pk), GATHERING_DAYS.at(now())) == (2, 1)
            assert "Darlington: 2 working days" in text(sign_in(admin).get(LIST))
            back = {
                "inherits": "on",
                "value": "",
                "version": "1",
                "key": "0b8f7c2e-5d0a-4a57-9a3f-0d7b0f0b6a13",
            }
            post(sign_in(admin), "save", own, **back)
            moment.shift(timedelta(hours=1))
            assert GATHERING_DAYS.at(now(), darlington.pk) == 1
            assert "As the whole partnership" in text(sign_in(admin).get(f"{PAGE}?authority={DARLINGTON}"))

    @pytest.mark.requirement("C2")
    def test_one_that_was_merged_goes_by_its_successor_which_inherits_nothing(self, admin: User) -> None:
        old, new = make_authority(DARLINGTON), make_authority("E06000001")
        make_agency(authorities=[old, new])
        decide_policy(GATHERING_DAYS, 4, authority_id=old.pk)
        assert GATHERING_DAYS.at(now(), old.pk) == 4
        authority_follow(admin, authority=old, successor=new, last_day=today() - timedelta(days=1))
        snapshot.keep(None)
        assert GATHERING_DAYS.at(now(), old.pk) == GATHERING_DAYS.at(now(), new.pk) == GATHERING_DAYS.default
        assert GATHERING_DAYS.at(now() - timedelta(days=2), old.pk) == 4  # what was reckoned then stands
        client = sign_in(admin)
        theirs = text(client.get(f"{PAGE}?authority={new.code}"))
        assert f"which {new.name} follows, had a value of its own: 4 working days" in theirs
        assert "None of these holds by itself" in theirs and "until somebody decides" in theirs
        gone = text(client.get(f"{PAGE}?authority={DARLINGTON}"))
        assert "What it had decided for itself holds no longer" in gone and "Change it" not in gone
        assert "Darlington: 4" not in text(client.get(LIST))
        decide_policy(GATHERING_DAYS, 3, authority_id=new.pk)
        assert GATHERING_DAYS.at(now(), old.pk) == GATHERING_DAYS.at(now(), new.pk) == 3

    @pytest.mark.requirement("C2")
    def test_nothing_is_decided_for_one_that_has_ended(self, admin: User) -> None:
        old, new = make_authority(DARLINGTON), make_authority("E06000001")
        make_agency(authorities=[old, new])
        authority_follow(admin, authority=old, successor=new, last_day=today() - timedelta(days=1))
        old.refresh_from_db()
        wanted = ProposedSetting(GATHERING_DAYS, "3", "Decided by the board", 0, authority=old)
        with pytest.raises(Invalid, match="has ended"):
            setting_change(admin, wanted=wanted)
        assert "Darlington" not in text(sign_in(admin).get(PAGE))

    def test_not_where_nobody_would_read_it(self, client: Client) -> None:
        make_authority(DARLINGTON)
        address = reverse("practice_settings:change", args=[WORKER_CAPACITY.key])
        assert client.get(f"{address}?authority={DARLINGTON}").status_code == 404
        assert client.get(f"{PAGE}?authority=E99999999").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_first_change_by_two_in_the_same_moment_is_one(admin: User) -> None:
    """Nothing is there to lock yet: the database lets one of them through."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    ready = Barrier(2)

    def change(typed: str) -> str:
        try:
            ready.wait(10)
            setting_change(admin, wanted=wish(typed))
            return "changed"
        except (Overtaken, IntegrityError) as lost:
            return type(lost).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as two:
        answers = sorted(two.map(change, ["2", "3"]))
    assert answers == ["Overtaken", "changed"] and SettingValue.objects.count() == 1


def test_close_of_business_of_today_may_be_changed(admin: User) -> None:
    with time_machine.travel(NOON, tick=False):
        setting_change(
            admin, wanted=ProposedSetting(policy=CLOSE_OF_BUSINESS, typed="16:00", why=WHY, version=0)
        )
        snapshot.keep(None)
        assert f"{CLOSE_OF_BUSINESS.on(NOON.date()):%H:%M}" == "16:00"
