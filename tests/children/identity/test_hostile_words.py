"""HTML and template words typed into every field of the record come back as text on every page (floor-f6)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.involvement import involvement_end
from cems.children.history.services.level import level_agree
from cems.children.history.services.note import note_write
from cems.children.identity.services.record import name_add
from tests.factories.children import involve, make_child
from tests.factories.people import make_team, make_user, sign_in

HOSTILE = "<script>alert(1)</script>{% now 'Y' %}{{ 7|add:7 }}\" onload=\"x"
SHORT = HOSTILE[:78]
PAGES = [
    "overview",
    "identity_change",
    "involvements",
    "chronology",
    "notes",
    "statuses",
    "levels",
    "feedback",
]

pytestmark = pytest.mark.django_db


def test_floor_f6_the_record_shows_what_was_typed_as_text() -> None:
    team = make_team(name=HOSTILE)
    worker = make_user(team=team, name=HOSTILE, job_title=HOSTILE)
    child = make_child(given_name=SHORT, family_name=SHORT, preferred_name=SHORT, address=HOSTILE)
    involve(child, worker)
    involvement_end(make_user("first_contact"), involvement=involve(child, team), reason=HOSTILE)
    name_add(worker, child=child, name=HOSTILE)
    note_write(
        worker, child=child, happened_at=now() - timedelta(hours=1), text=HOSTILE, who=HOSTILE, done=HOSTILE
    )
    level_agree(worker, child=child, level=RiskLevel.LOW, forum=Forum.CEVT, rationale=HOSTILE)
    client = sign_in(worker)
    addresses = [reverse(f"children:{page}", args=[child.public_id]) for page in PAGES]
    results = client.post(reverse("children:search"), {"q": HOSTILE}, follow=True)
    shown = [client.get(address) for address in ["/", *addresses]] + [results]
    for response in shown:
        html = response.content.decode()
        assert response.status_code == 200
        assert "<script>alert(1)" not in html
        assert 'onload="x' not in html
        assert "{{ 14 }}" not in html
    notes = shown[1 + PAGES.index("notes")].content.decode()
    assert notes.count("&lt;script&gt;alert(1)&lt;/script&gt;{% now &#x27;Y&#x27; %}{{ 7|add:7 }}") >= 3
