"""Emergency access on its pages: asked for, refused, running out under an open page, looked at afterwards."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.errors import CommandError, Invalid
from cems.base.time import now
from cems.children.access.services import emergency_access as service
from cems.notices.models import Notice
from tests.children.access.test_emergency_access import break_it, sees
from tests.factories.children import bar, make_child, restrict
from tests.factories.people import (
    make_team,
    make_user,
    sign_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]


# --- the pages ---------------------------------------------------------------------------------------------
def test_from_the_search_to_the_record_and_out_again():
    user, child = make_user(), make_child()
    client = sign_in(user)
    results = client.post(reverse("children:search"), {"q": child.reference}, follow=True)
    link = f"{reverse('children:emergency_access')}?search={results.context['token']}"
    assert link in results.content.decode()
    page = client.get(link)
    assert (
        child.reference in page.content.decode() and page.context["form"].initial["child"] == child.reference
    )
    answer = client.post(link, {"child": child.reference, "reason": "Danger tonight"}, follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200 and "Opened with your reason until" in text
    ended = client.post(reverse("children:emergency_access_end", args=[child.public_id]), follow=True)
    assert "has ended" in ended.content.decode() and not sees(user, child)


def test_a_refusal_stands_beside_its_field():
    page = sign_in(make_user()).post(
        reverse("children:emergency_access"), {"child": "CHD-1999-00001", "reason": "Danger"}
    )
    assert page.status_code == 400 and service.NONE_FITS in page.content.decode()


def test_whoever_may_not_is_told_whom_to_ring():
    client = sign_in(make_user("head_of_service"))
    page = client.get(reverse("children:emergency_access")).content.decode()
    assert "Ring First Contact" in page and "<textarea" not in page
    answer = client.post(
        reverse("children:emergency_access"), {"child": "CHD-2026-00001", "reason": "Danger"}
    )
    assert answer.status_code == 403
    results = client.post(reverse("children:search"), {"q": "Nobody Atall"}, follow=True)
    assert reverse("children:emergency_access") not in results.content.decode()


def test_record_f8_a_page_left_open_answers_plainly_when_the_time_is_over(time_machine):
    user, child = make_user(), make_child()
    client, url = sign_in(user), reverse("children:overview", args=[child.public_id])
    emergency_access = break_it(user, child)
    assert client.get(url).status_code == 200
    note = reverse("children:note_new", args=[child.public_id])
    time_machine.move_to(emergency_access.until + timedelta(minutes=1), tick=False)
    client = sign_in(user)
    for answer in (client.get(url), client.post(note, {"text": "Typed while it ran out"})):
        text = answer.content.decode()
        assert answer.status_code == 403 and "Your emergency access to this record ended at" in text
        assert "I need to see this now" in text and child.family_name not in text
    script = client.post(note, {"text": "x"}, headers={"X-Requested-With": "cems"})
    assert script.status_code == 403 and "ended at" in script.json()["message"]
    # A stranger, and the person themselves a day after, hear nothing.
    assert sign_in(make_user()).get(url).status_code == 404
    time_machine.move_to(emergency_access.until + timedelta(hours=25), tick=False)
    assert sign_in(user).get(url).status_code == 404


def test_record_f8_somebody_barred_meanwhile_gets_no_answer_that_tells(time_machine):
    user, child = make_user(), make_child()
    emergency_access = break_it(user, child)
    bar(child, user)
    time_machine.move_to(emergency_access.until + timedelta(minutes=1), tick=False)
    assert sign_in(user).get(reverse("children:overview", args=[child.public_id])).status_code == 404


def test_record_f8_a_part_that_only_the_opening_gave_answers_plainly_too(time_machine):
    officer, child = make_user("first_contact", team=make_team()), make_child()
    url = reverse("children:chronology", args=[child.public_id])
    assert sign_in(officer).get(url).status_code == 403
    emergency_access = break_it(officer, child)
    assert sign_in(officer).get(url).status_code == 200
    time_machine.move_to(emergency_access.until, tick=False)
    answer = sign_in(officer).get(url)
    assert answer.status_code == 403 and "ended at" in answer.content.decode()


# --- looking at it afterwards ------------------------------------------------------------------------------
def test_the_manager_says_whether_it_was_right():
    team = make_team()
    user, manager, child = make_user(team=team), make_user("team_manager", team=team), make_child()
    emergency_access = break_it(user, child)
    client, url = (
        sign_in(manager),
        reverse("children:emergency_access_review", args=[emergency_access.public_id]),
    )
    assert url in client.get(reverse("home")).content.decode()
    page = client.get(reverse("children:emergency_access_reviews")).content.decode()
    assert child.reference in page and child.family_name not in page
    refused = client.post(url, {"outcome": "reported", "remark": ""})
    assert refused.status_code == 400 and "what follows" in refused.content.decode()
    client.post(url, {"outcome": "right", "remark": ""})
    emergency_access.refresh_from_db()
    assert (emergency_access.outcome, emergency_access.reviewed_by) == ("right", manager)
    assert Entry.objects.filter(verb=Verb.DECIDED, child=child.public_id, actor=manager).exists()
    assert client.get(url).status_code == 404 and url not in client.get(reverse("home")).content.decode()


def test_a_review_is_news_to_the_reviewers_no_more_and_still_to_who_keeps_the_record():
    team = make_team()
    manager, owner, child = make_user("team_manager", team=team), make_user(), make_child()
    restrict(child, owner=owner)
    emergency_access = break_it(make_user("first_contact", team=team), child)
    words = "A restricted record was opened in an emergency"
    assert words in sign_in(owner).get(reverse("notices:list")).content.decode()
    service.emergency_access_review(manager, emergency_access=emergency_access, outcome="right")
    assert not Notice.objects.filter(user=manager).unread().exists()
    assert Notice.objects.get(user=owner).read_at is None
    assert words in sign_in(owner).get(reverse("notices:list")).content.decode()


def test_nobody_looks_at_their_own_nor_at_another_teams():
    team = make_team()
    manager, other, child = (
        make_user("team_manager", team=team),
        make_user("team_manager", team=make_team()),
        make_child(),
    )
    emergency_access = break_it(manager, child)
    for person in (manager, other):
        assert (
            sign_in(person)
            .get(reverse("children:emergency_access_review", args=[emergency_access.public_id]))
            .status_code
            == 404
        )
        with pytest.raises(CommandError):
            service.emergency_access_review(person, emergency_access=emergency_access, outcome="right")
    assert (
        sign_in(manager).get(reverse("children:emergency_access_review", args=[uuid4()])).status_code == 404
    )
    auditor = make_user("auditor", agency=team.agency)
    service.emergency_access_review(
        auditor, emergency_access=emergency_access, outcome="talked", remark="Use First Contact next time"
    )
    with pytest.raises(Invalid, match="already"):
        service.emergency_access_review(auditor, emergency_access=emergency_access, outcome="right")


def test_an_opening_of_the_past_reads_as_such():
    user, child = make_user(), make_child()
    emergency_access = break_it(user, child, at=now() - timedelta(hours=5))
    assert emergency_access.until < now() and not sees(user, child)
