"""What the child and the family say (C6), and the history of agreed levels (C4)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from cems.base.errors import Invalid
from cems.base.time import now, today
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.chronology.selectors import chronology_entries
from cems.children.history.services.feedback import feedback_record
from cems.children.history.services.level import level_agree
from cems.children.models import Feedback
from tests.factories.children import involve, make_child
from tests.factories.people import make_team, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    return make_user(team=make_team())


@pytest.fixture
def child(worker):
    child = make_child()
    involve(child, worker)
    return child


def sent(day, **kw):
    return {
        "whose": "child",
        "about": "help",
        "words": "Nobody asked me before.",
        "changed": "",
        "key": str(uuid4()),
        "happened_on_0": day.day,
        "happened_on_1": day.month,
        "happened_on_2": day.year,
        **kw,
    }


@pytest.mark.requirement("C6")
def test_their_words_are_kept_marked_as_theirs_and_told_in_the_chronology(worker, child):
    client, address = sign_in(worker), reverse("children:feedback_new", args=[child.public_id])
    words = sent(today(), changed="We meet after school now.")
    assert [client.post(address, words).status_code for _ in range(2)] == [302, 302]  # a double click
    assert Feedback.objects.count() == 1
    page = client.get(reverse("children:feedback", args=[child.public_id])).content.decode()
    assert "Nobody asked me before." in page and f"Their words, typed by {worker}" in page
    (entry,) = [
        row
        for row in chronology_entries(OpenChild(child, access_to(worker, child)))
        if row.kind == "Feedback"
    ]
    assert entry.title == "The child, about the help they get"
    assert "Nobody asked me before." in entry.text and "We meet after school now." in entry.text


@pytest.mark.requirement("C6")
def test_nothing_said_and_days_to_come_are_refused(worker, child):
    client, address = sign_in(worker), reverse("children:feedback_new", args=[child.public_id])
    assert client.post(address, sent(today(), words=" ")).status_code == 400
    page = client.post(address, sent(today() + timedelta(days=1)))
    assert page.status_code == 400 and "Nobody asked me before." in page.content.decode()
    given = {"child": child, "whose": "child", "about": "help"}
    with pytest.raises(Invalid):
        feedback_record(worker, words="", happened_at=now(), **given)
    with pytest.raises(Invalid):
        feedback_record(worker, words="Yes", happened_at=now() + timedelta(hours=1), **given)
    assert not Feedback.objects.exists()


@pytest.mark.requirement("C6")
def test_a_school_does_not_read_them(child):
    lead = make_user("school_lead")
    involve(child, lead, "school")
    client = sign_in(lead)
    for name in ("feedback", "feedback_new"):
        assert client.get(reverse(f"children:{name}", args=[child.public_id])).status_code == 403


@pytest.mark.requirement("C4")
def test_the_levels_stand_with_their_forms_and_contexts_newest_first(worker, child):
    chair = make_user("cevt_chair")
    for level, days, forms, contexts in [
        (1, 9, [], []),
        (3, 2, ["sexual", "online"], ["peers", "transport"]),
    ]:
        level_agree(
            chair,
            child=child,
            level=level,
            forum="cevt",
            rationale=f"Agreed as {level}",
            forms=forms,
            contexts=contexts,
            at=now() - timedelta(days=days),
        )
    client = sign_in(worker)
    text = client.get(reverse("children:levels", args=[child.public_id])).content.decode()
    assert text.index("Agreed as 3") < text.index("Agreed as 1")
    assert "Sexual exploitation, Online harm" in text and "Among peers, Public transport" in text
    assert sign_in(make_user()).get(reverse("children:levels", args=[child.public_id])).status_code == 404
