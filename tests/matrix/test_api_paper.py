"""A matrix that came on paper, entered by API for its author (T2, M7)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from rest_framework.test import APIClient

from cems.base.time import now, today
from cems.children.models import Child
from matrix.models import Submission
from tests.factories.children import make_child, make_matter
from tests.factories.matrices import HARM
from tests.factories.people import make_authority, make_locality, make_user, sign_in
from tests.matrix.api_bodies import identity, whole

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M7", "O1")]


@pytest.fixture(autouse=True)
def _ready() -> None:
    cache.clear()
    make_authority()


@pytest.mark.requirement("T2", "M7")
class TestOnPaper:
    def paper(self, **more: Any) -> dict[str, Any]:
        return {
            "author_name": "Robin Pretend",
            "author_role": "school nurse",
            "author_contact": "1 Invented Road",
            "agency_name": "Invented Academy",
            "came_by": "post",
            "received_at": (now() - timedelta(days=1)).isoformat(),
            **more,
        }

    def send(self, client: APIClient, **body: Any) -> Any:
        return client.post(
            reverse("api:matrices"), whole(**body), format="json", headers={"Idempotency-Key": str(uuid4())}
        )

    def test_first_contact_enters_one_for_its_author_and_reads_it_back(self) -> None:
        client = sign_in(make_user("first_contact"), APIClient())
        seen = {"seen": "seen", "when_kind": "exact", "day": (today() - timedelta(days=2)).isoformat()}
        paper = self.paper()
        sent = self.send(client, paper=paper, answers={HARM: {**seen, "what": "Told a tutor"}})
        assert sent.status_code == 201, sent.json()
        back = client.get(reverse("api:submission", args=[sent.json()["id"]])).json()
        assert back["paper"]["author_name"] == "Robin Pretend"
        assert back["paper"]["agency"] == "Invented Academy"
        assert datetime.fromisoformat(back["submission"]["received_at"]) == datetime.fromisoformat(
            paper["received_at"]
        )
        assert back["recorded_at"] > back["submission"]["received_at"]

    def test_it_is_refused_in_the_future_and_to_who_enters_none(self, api: APIClient) -> None:
        client = sign_in(make_user("first_contact"), APIClient())
        refused = self.send(client, paper=self.paper(received_at=(now() + timedelta(hours=1)).isoformat()))
        assert refused.status_code == 400 and "still to come" in refused.content.decode()
        assert self.send(api, paper=self.paper()).status_code == 403
        assert not Submission.objects.exists()

    def about(self, client: APIClient, child: Child, **body: Any) -> Any:
        """Sent about a child with a record; what was seen was seen before the paper was received."""
        day = (today() - timedelta(days=2)).isoformat()
        seen = {"seen": "seen", "when_kind": "exact", "day": day, "what": "Told a tutor"}
        known = {"child_id": str(child.public_id), "answers": {HARM: seen}, **body}
        whole_body = {name: value for name, value in whole(**known).items() if name != "child"}
        return client.post(
            reverse("api:matrices"), whole_body, format="json", headers={"Idempotency-Key": str(uuid4())}
        )

    def test_the_chair_enters_one_of_a_child_on_the_list_for_its_author(self) -> None:
        child = make_child(locality=make_locality("east"))
        make_matter(child, "cevt")
        chair, author = make_user("cevt_chair"), make_user()
        client = sign_in(chair, APIClient())
        paper = self.paper(author_email=author.email, agency=author.agency.code, agency_name="")
        sent = self.about(client, child, paper=paper)
        assert sent.status_code == 201, sent.json()
        row = Submission.objects.get(public_id=sent.json()["id"])
        assert (row.child, row.submitted_by, row.matrix.on_paper.entered_by) == (child, author, chair)
        back = client.get(reverse("api:submission", args=[row.public_id])).json()
        assert back["paper"]["author_name"] == "Robin Pretend"

    def test_the_chair_names_a_child_on_the_list_and_makes_no_record(self) -> None:
        who = identity(given_name="Marnie", family_name="Madeup")
        born = date.fromisoformat(who["date_of_birth"])
        child = make_child(
            given_name="Marnie", family_name="Madeup", date_of_birth=born, locality=make_locality("east")
        )
        make_matter(child, "cevt")
        client = sign_in(make_user("cevt_chair"), APIClient())
        day = (today() - timedelta(days=2)).isoformat()
        seen = {"seen": "seen", "when_kind": "exact", "day": day, "what": "Told a tutor"}
        sent = self.send(client, paper=self.paper(), child=who, answers={HARM: seen})
        assert sent.status_code == 201, sent.json()
        assert Submission.objects.get().child == child
        unknown = self.send(client, paper=self.paper(), answers={HARM: seen})
        assert unknown.status_code == 403 and Child.objects.unscoped("all there are").count() == 1

    def test_the_chair_sends_none_of_their_own_and_enters_none_out_of_reach(self) -> None:
        child, stranger, overseen = (make_child(locality=make_locality("east")) for _ in range(3))
        make_matter(child, "cevt")
        make_matter(overseen, "low")
        client = sign_in(make_user("cevt_chair"), APIClient())
        own = self.about(client, child)
        assert own.status_code == 403 and "sends none of its own" in own.content.decode()
        for other, status in ((stranger, 404), (overseen, 403)):
            assert self.about(client, other, paper=self.paper()).status_code == status
        member = sign_in(make_user("cevt_member"), APIClient())
        assert self.about(member, child, paper=self.paper()).status_code == 403
        assert not Submission.objects.exists()
