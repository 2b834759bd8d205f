"""CEVT notes reviews where nothing was new in one sitting, as a list; none is ever on nobody's list (M6)."""

from html import unescape
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base.calendar import say_day
from cems.base.errors import Conflict
from cems.base.time import today
from cems.children.choices import MatterKind, RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.models import Child, Matter
from cems.notices.models import Notice
from tests.factories.children import make_child, make_matter, restrict
from tests.factories.people import (
    DARLINGTON,
    make_agency,
    make_authority,
    make_locality,
    make_user,
    sign_in,
)
from tests.factories.short_reviews import SAID, make_lead, review_of_nothing_new
from tests.factories.triage import QUORATE, make_chair, ruling, sitting, waiting_child
from triage.cevt.services.decision import decision_make
from triage.cevt.services.short_review import review_discuss
from triage.choices import ItemKind, ReviewEnd
from triage.models import Item, ReviewToNote

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M6")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
LIST = reverse("cevt:reviews")


def shown(user: User, url: str = LIST) -> str:
    answer = sign_in(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def post(user: User, **form: object) -> HttpResponse:
    return sign_in(user).post(LIST, {"key": str(uuid4()), **form})


def followed(chair: User, name: str = "Marnie") -> tuple[Child, User]:
    """A child whose level CEVT has agreed at Moderate, and who is led."""
    child = make_child(given_name=name, family_name="Madeup", locality=make_locality("east"))
    lead = make_lead(child)
    item = waiting_child(child, level=MODERATE, by=lead)
    decision_make(chair, child=child, ruling=ruling(item, MODERATE))
    return child, lead


def reviewed(chair: User, name: str = "Marnie") -> tuple[Child, User, ReviewToNote]:
    child, lead = followed(chair, name)
    row = review_of_nothing_new(child, by=lead)
    return child, lead, ReviewToNote.objects.get(short_review=row)


def test_the_list_says_child_level_who_asked_whom_and_how_old_the_evidence_is(chair: User) -> None:
    child, lead, row = reviewed(chair)
    assert LIST in shown(chair, reverse("cevt:list"))
    assert "1 review to note at CEVT" in shown(chair, reverse("home"))
    html = shown(chair)
    for words in (child.name, "Moderate", str(lead), SAID, "0 days ago", row.short_review.reference):
        assert words in html, words
    assert Entry.objects.filter(verb=Verb.LISTED, part="triage.reviews").exists()


def test_several_are_noted_once_for_the_lot_and_the_lead_reads_who_noted(chair: User) -> None:
    first, lead, one = reviewed(chair)
    _, _, other = reviewed(chair, "Robin")
    _, _, left = reviewed(chair, "Alex")
    post(chair, reviews=[str(one.public_id), str(other.public_id)])
    html = shown(chair)
    assert "Marnie" not in html and "Robin" not in html and "Alex" in html
    left.refresh_from_db()
    assert left.ended_at is None
    sent = reverse("matrix:short_review_sent", args=[first.public_id, one.short_review.public_id])
    assert f"Noted by CEVT on {say_day(today(), True)}: {chair}" in shown(lead, sent)
    assert f"{chair}" in shown(lead, reverse("matrix:for_child", args=[first.public_id]))
    told = shown(lead, reverse("children:chronology", args=[first.public_id]))
    assert f"CEVT noted the review {one.short_review.reference}" in told
    assert not Matter.objects.filter(child=first, kind=MatterKind.CEVT, closed_at__isnull=True).exists()
    assert "1 review to note at CEVT" in shown(chair, reverse("home"))


def test_noted_a_second_time_changes_nothing(chair: User) -> None:
    _, _, row = reviewed(chair)
    _, _, other = reviewed(chair, "Robin")
    form = {"reviews": [str(row.public_id)], "key": str(uuid4())}
    assert post(chair, **form).status_code == 302
    row.refresh_from_db()
    noted_at = row.ended_at
    assert post(chair, reviews=[str(other.public_id)]).status_code == 302
    assert post(chair).status_code == 400
    again = sign_in(chair).post(LIST, form, follow=True)
    assert "Noted for 1 child." in unescape(again.content.decode())
    row.refresh_from_db()
    assert row.ended_at == noted_at


def test_what_a_colleague_noted_meanwhile_keeps_nobody_from_noting_the_rest(chair: User) -> None:
    _, _, one = reviewed(chair)
    _, _, other = reviewed(chair, "Robin")
    colleague = make_chair()
    post(colleague, reviews=[str(one.public_id)])
    form = {"reviews": [str(one.public_id), str(other.public_id)], "key": str(uuid4())}
    answer = sign_in(chair).post(LIST, form, follow=True)
    assert "Noted for 1 child. 1 of what was ticked waited no longer." in unescape(answer.content.decode())
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.ended_by, other.ended_by) == (colleague, chair)
    late = post(chair, discuss=str(one.public_id))
    assert late.status_code == 409 and "This review waits no longer" in late.content.decode()
    assert post(chair, discuss="no-id").status_code == 400
    assert not Item.objects.filter(kind=ItemKind.RAISED).exists()


def test_a_review_taken_out_by_a_double_click_is_taken_out_once(chair: User) -> None:
    _, _, row = reviewed(chair)
    form = {"discuss": str(row.public_id), "key": str(uuid4())}
    assert [sign_in(chair).post(LIST, form).status_code for _ in range(2)] == [302, 302]
    assert Item.objects.filter(kind=ItemKind.RAISED).count() == 1


def test_a_review_taken_out_is_an_item_of_the_next_meeting(chair: User) -> None:
    child, lead, row = reviewed(chair)
    post(chair, discuss=str(row.public_id))
    item = Item.objects.get(kind=ItemKind.RAISED, closed_at__isnull=True)
    assert (item.child, row.short_review.reference in item.why) == (child, True)
    assert child.name in shown(chair, reverse("cevt:list")) and child.name not in shown(chair)
    notice = Notice.objects.get(user=lead, kind="triage.review")
    assert child.name not in notice.text and row.short_review.reference in notice.text
    assert "CEVT discusses the child" in shown(lead, notice.url)
    with pytest.raises(Conflict):
        review_discuss(chair, review=row.public_id)
    assert Item.objects.filter(kind=ItemKind.RAISED).count() == 1


def test_a_level_agreed_answers_it_and_low_ends_the_reviews(chair: User) -> None:
    child, lead, row = reviewed(chair)
    level_agree(chair, child=child, level=LOW, forum=Forum.CEVT, rationale="It has passed.")
    row.refresh_from_db()
    assert row.ended_how == ReviewEnd.LEVEL
    assert child.name not in shown(chair)
    sent = reverse("matrix:short_review_sent", args=[child.public_id, row.short_review.public_id])
    assert "Answered by the level that was agreed" in shown(lead, sent)


def test_members_do_not_note_and_a_restricted_child_is_not_shown(chair: User) -> None:
    child, _, _ = reviewed(chair)
    assert sign_in(make_user("cevt_member")).get(LIST).status_code == 403
    restrict(child)
    assert child.name not in shown(chair)


def test_another_child_s_review_is_not_noted_by_its_number_alone(chair: User) -> None:
    child, _, row = reviewed(chair)
    _, _, other = reviewed(chair, "Robin")
    restrict(child)
    assert post(chair, reviews=[str(row.public_id), str(other.public_id)]).status_code == 302
    assert post(chair, discuss=str(row.public_id)).status_code == 409
    row.refresh_from_db()
    other.refresh_from_db()
    assert row.ended_at is None and other.ended_by == chair
    elsewhere = make_user("cevt_chair", agency=make_agency(authorities=[make_authority(DARLINGTON)]))
    with pytest.raises(Conflict):
        review_discuss(elsewhere, review=row.public_id)


@pytest.mark.requirement("T3")
def test_what_is_noted_while_cevt_meets_leads_to_the_minutes_and_back(chair: User) -> None:
    child, lead, row = reviewed(chair)
    _, _, before = reviewed(chair, "Robin")
    post(chair, reviews=[str(before.public_id)])
    meeting = sitting(chair, *QUORATE)
    for _ in range(2):  # the second time it waits no longer
        post(chair, reviews=[str(row.public_id)])
    row.refresh_from_db()
    before.refresh_from_db()
    assert (row.meeting, before.meeting) == (meeting, None)
    minutes = reverse("cevt:minutes", args=[meeting.public_id])
    paper = reverse("matrix:short_review_sent", args=[child.public_id, row.short_review.public_id])
    # the chair's reach ended with the noting: the minutes still name it, by reference
    html = shown(chair, minutes)
    assert row.short_review.reference in html and child.name not in html
    assert before.short_review.reference not in html
    make_matter(child, MatterKind.CEVT)
    assert f'href="{paper}"' in shown(chair, minutes)
    assert f'href="{minutes}">Minutes of {meeting.reference}</a>' in shown(chair, paper)
    sent = shown(lead, paper)  # who reads no minutes is led nowhere
    assert "Noted by CEVT" in sent and minutes not in sent


def test_what_cevt_discussed_leads_to_the_meeting_that_decided(chair: User) -> None:
    child, _, row = reviewed(chair)
    item = review_discuss(chair, review=row.public_id)
    meeting = sitting(chair, *QUORATE)
    seen = row.short_review.submission.public_id
    decision_make(chair, child=child, meeting=meeting, ruling=ruling(item, MODERATE, seen=seen))
    make_matter(child, MatterKind.CEVT)
    paper = reverse("matrix:short_review_sent", args=[child.public_id, row.short_review.public_id])
    assert reverse("cevt:minutes", args=[meeting.public_id]) in shown(chair, paper)
