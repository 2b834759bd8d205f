"""What an agency says at CEVT is saved as typed, and the others see it while they talk."""

from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cems.accounts.models import AgencyKind, User
from cems.audit.models import Entry
from cems.base.models import Presence
from cems.children.models import Child
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.models import Contribution
from cems.meetings.services.contribution import contribution_save
from cems.meetings.services.meeting import meeting_start
from tests.factories.children import restrict
from tests.factories.people import (
    make_authority,
    make_user,
    sign_in,
)
from tests.factories.triage import ruling, waiting_child
from tests.triage.cevt.test_meeting import make_member, text
from triage.cevt.services.decision import decision_make
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T3")]


def say(client: Client, child: Child, **typed: object) -> HttpResponse:
    """A save as the browser sends it while somebody types."""
    item = Item.objects.get(child=child)
    body = {"about": item.public_id, "idempotency_key": uuid4(), "version": 0, "answer": "said", **typed}
    return client.post(  # type: ignore[return-value]
        reverse("cevt:contribution_save", args=[child.public_id]), body, headers={"X-Requested-With": "cems"}
    )


class TestSaying:
    def test_saved_as_typed_and_again_only_when_it_changed(self, child: Child) -> None:
        waiting_child(child)
        client = sign_in(make_member())
        first = say(client, child, held="", text="Seen at the clinic")
        assert first.json()["version"] == 1
        assert Contribution.objects.get().held == Held.WRITTEN
        assert (
            say(client, child, held="written", text="Seen at the clinic twice", version=1).json()["version"]
            == 2
        )
        refused = say(client, child, held="", text="", version=2)
        assert refused.status_code == 400 and "Choose what your agency holds" in refused.json()["message"]

    def test_cevt_f7_a_browser_ten_minutes_offline_sees_both_texts(self, child: Child) -> None:
        item = waiting_child(child)
        nurse = make_member()
        colleague = make_user("cevt_member", agency=nurse.agency, name="Example Colleague")
        client = sign_in(nurse)
        assert say(client, child, held="written", text="Before the tunnel").status_code == 200
        # Ten minutes without a connection; meanwhile a colleague of the same agency writes.
        contribution_save(
            colleague,
            child=child,
            forum=MeetingForum.CEVT,
            about=item.public_id,
            held=Held.WRITTEN,
            text="Written meanwhile",
            version=1,
        )
        late = say(client, child, held="written", text="Typed in the tunnel", version=1)
        conflict = late.json()["conflict"]
        assert late.status_code == 409
        assert "Typed in the tunnel" in conflict["yours"] and "Written meanwhile" in conflict["theirs"]
        assert conflict["theirs_by"] == "Example Colleague" and conflict["version"] == 2
        assert Contribution.objects.get().text == "Written meanwhile"
        # Kept by choice, by the version it was shown.
        assert say(client, child, held="written", text="Typed in the tunnel", version=2).status_code == 200
        # The same without JavaScript: both are on the page.
        page = client.post(
            reverse("cevt:sheet", args=[child.public_id]),
            {"step": "say", "about": item.public_id, "held": "written", "text": "An old tab", "version": 1},
        )
        html = unescape(page.content.decode())
        assert page.status_code == 409 and "An old tab" in html and "Typed in the tunnel" in html

    def test_what_comes_after_the_decision_is_refused_and_stays_on_the_page(
        self, chair: User, child: Child
    ) -> None:
        item = waiting_child(child)
        client = sign_in(make_member())
        decision_make(chair, child=child, ruling=ruling(item))
        late = say(client, child, held="written", text="Too late")
        assert late.status_code == 409 and "CEVT has finished with this" in late.json()["message"]
        assert not Contribution.objects.exists()

    def test_nothing_is_saved_under_the_name_of_another_who_signed_in(self, child: Child) -> None:
        waiting_child(child)
        late = say(sign_in(make_member()), child, held="nothing", user="999999")
        assert late.status_code == 401 and not Contribution.objects.exists()


class TestLive:
    def poll(self, client: Client, child: Child, tag: str = "", **query: str) -> HttpResponse:
        url = reverse("cevt:sheet_live", args=[child.public_id])
        headers = {"X-CEMS-Polling": "1", "X-Requested-With": "cems", "If-None-Match": tag}
        return client.get(url, query, headers=headers)  # type: ignore[return-value]

    def test_304_until_somebody_writes_and_the_own_agencys_text_is_never_sent(self, child: Child) -> None:
        item = waiting_child(child)
        nurse, officer = make_member(), make_member(AgencyKind.POLICE)
        client = sign_in(nurse)
        first = self.poll(client, child)
        tag = first["ETag"]
        assert self.poll(client, child, tag).status_code == 304
        say(client, child, held="written", text="The nurse's own words")
        assert self.poll(client, child, tag).status_code == 304
        say(sign_in(officer), child, held="written", text="Stopped in a car")
        news = self.poll(client, child, tag)
        html = text(news)
        assert "Stopped in a car" in html and "own words" not in html
        assert f'data-items="{item.pk}"' in html and news["ETag"] != tag

    def test_a_decision_a_newer_matrix_and_somebody_coming_change_it(self, chair: User, child: Child) -> None:
        item = waiting_child(child)
        client = sign_in(make_member())
        tags = [self.poll(client, child)["ETag"]]
        meeting_start(chair, forum=MeetingForum.CEVT, authority=make_authority(), url="/")
        tags.append(self.poll(client, child)["ETag"])
        decision_make(chair, child=child, ruling=ruling(item))
        tags.append(self.poll(client, child)["ETag"])
        assert len(set(tags)) == 3

    @pytest.mark.requirement("A2")
    def test_access_is_checked_each_time_words_are_a_read_and_304_is_none(self, child: Child) -> None:
        waiting_child(child)
        nurse = make_member()
        client = sign_in(nurse)
        before = Entry.objects.count()
        tag = self.poll(client, child)["ETag"]
        assert Entry.objects.count() == before + 1
        before = Entry.objects.count()
        self.poll(client, child, tag)
        assert Entry.objects.count() == before
        restrict(child, owner=make_user())
        assert self.poll(client, child, tag).status_code == 404
        User.objects.filter(pk=nurse.pk).update(is_active=False)
        assert self.poll(client, child, tag).status_code in {401, 403}

    def test_who_is_typing_where_is_told_to_the_others(self, child: Child) -> None:
        waiting_child(child)
        nurse, officer = make_member(name="Example Nurse"), make_member()
        self.poll(sign_in(nurse), child, place="say", typing="1")
        assert "Example Nurse is typing what their agency knows" in text(self.poll(sign_in(officer), child))
        self.poll(sign_in(nurse), child, place="somewhere else")
        assert "Example Nurse has this sheet open" in text(self.poll(sign_in(officer), child))
        assert set(Presence.objects.values_list("place", flat=True)) == {"sheet"}

    def test_an_idle_poll_costs_few_queries(self, child: Child) -> None:
        waiting_child(child)
        client = sign_in(make_member())
        for _ in range(2):
            tag = self.poll(client, child)["ETag"]
        asked: list[str] = []

        def count(execute: object, sql: str, *rest: object) -> object:
            asked.append(sql)
            return execute(sql, *rest)  # type: ignore[operator]

        with connection.execute_wrapper(count):
            assert self.poll(client, child, tag).status_code == 304
        assert len(asked) <= 12, "\n".join(asked)
