"""A review where nothing is new is one short page, and counts as the review (M6)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.models import User
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.children.choices import RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.models import Child
from cems.clocks.choices import Stage
from matrix.choices import AskedKind, Managed
from matrix.models import ShortReview
from matrix.rules.short_review import Asked
from matrix.services.short_review import short_review_send
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import make_user, sign_in
from tests.factories.short_reviews import asked_child, make_lead, owed, review_of_nothing_new
from tests.matrix.short_review_pages import page, send, shown, typed

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M6")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
SENT = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 28, 10, 0, tzinfo=UTC)


@pytest.fixture
def later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


@pytest.fixture
def lead(child: Child) -> User:
    return make_lead(child)


# --- by the page ---------------------------------------------------------------------------------------


def test_the_lead_reads_what_stands_and_sends_one_page(lead: User, child: Child) -> None:
    sent = submit(lead, child, MODERATE)
    assert page(child) in shown(lead, reverse("matrix:for_child", args=[child.public_id]))
    assert page(child) in shown(lead, reverse("children:overview", args=[child.public_id]))
    html = shown(lead, page(child))
    assert "Told their tutor about it." in html and sent.reference in html
    answer = send(lead, child, typed(child))
    row = ShortReview.objects.get()
    assert answer["Location"] == reverse("matrix:short_review_sent", args=[child.public_id, row.public_id])
    for words in ("He says he stays in at night now.", "in part", "Father fetches him", "Waits for CEVT"):
        assert words in shown(lead, answer["Location"])
    assert row.reference in shown(lead, reverse("matrix:for_child", args=[child.public_id]))
    chronology = shown(lead, reverse("children:chronology", args=[child.public_id]))
    assert f"Reviewed, nothing new ({row.reference})" in chronology


def test_the_same_page_sent_twice_is_one_review(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE)
    form = typed(child)
    first, second = send(lead, child, form), send(lead, child, form)
    assert first["Location"] == second["Location"]
    assert ShortReview.objects.count() == 1


def test_a_colleague_who_sends_it_too_is_told_who_was_first(lead: User, child: Child) -> None:
    colleague = make_lead(child, name="Robin Pretend")
    submit(lead, child, MODERATE)
    late = typed(child)
    send(colleague, child, typed(child))
    answer = send(lead, child, late)
    assert answer.status_code == 409
    assert "Robin Pretend has sent this review already" in answer.content.decode()
    assert "He says he stays in at night now." in answer.content.decode()
    assert ShortReview.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"words-0": "", "on-0_0": "", "on-0_1": "", "on-0_2": ""}, "Write what at least one person said"),
        ({"words-0": ""}, "Write what they said"),
        ({"words-2": "Nothing new."}, "Say who was asked"),
        ({"managed_words": ""}, "Say what keeps the child safe now"),
    ],
)
def test_what_is_wanted_stands_beside_its_field(
    lead: User, child: Child, change: dict[str, str], words: str
) -> None:
    submit(lead, child, MODERATE)
    answer = send(lead, child, typed(child, **change))
    assert answer.status_code == 400
    assert words in unescape(answer.content.decode())
    assert not ShortReview.objects.exists()


def test_who_does_not_work_with_the_child_reads_the_page_and_sends_nothing(lead: User, child: Child) -> None:
    submit(lead, child, SIGNIFICANT)
    manager = make_user("erase_manager")
    assert "Somebody who works with the child sends this review" in shown(manager, page(child))
    assert send(manager, child, typed(child)).status_code == 403
    assert sign_in(make_user()).get(page(child)).status_code == 404


# --- what it counts for ----------------------------------------------------------------------------------


def send_at(user: User, child: Child, at: datetime, *asked: Asked, **more: str) -> ShortReview:
    return short_review_send(
        user,
        review=owed(child),
        asked=asked or [asked_child(on=at.date())],
        managed=Managed.WELL,
        managed_words="The plan holds.",
        at=at,
        **more,
    )


@pytest.mark.usefixtures("later")
def test_it_meets_the_review_and_the_next_begins_a_month_after_it(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE, at=SENT)
    promise = owed(child)
    row = send_at(lead, child, LATER)
    promise.refresh_from_db()
    promise.clock.refresh_from_db()
    assert (promise.ended_at, promise.clock.stage, row.review) == (LATER, Stage.MET, promise)
    following = owed(child)
    assert following.clock.due_at.date().isoformat() == "2026-06-28"
    assert following.clock.owner_user == lead
    assert following.clock.explanation.startswith("reviewed Thu 28 May")


@pytest.mark.usefixtures("later")
def test_the_profile_says_when_it_was_asked_last_and_that_nothing_is_newer(lead: User, child: Child) -> None:
    sent = submit(lead, child, MODERATE, at=SENT)
    send_at(lead, child, LATER)
    sentence = "No new evidence recorded since 30 April 2026; last asked 28 May 2026."
    for url in (
        reverse("children:overview", args=[child.public_id]),
        reverse("matrix:for_child", args=[child.public_id]),
        reverse("matrix:submission", args=[sent.public_id]),
        page(child),
    ):
        assert sentence in shown(lead, url), url


@pytest.mark.usefixtures("later")
def test_nobody_asked_does_not_pass_for_asked(lead: User, child: Child) -> None:
    sent = submit(lead, child, MODERATE, at=SENT)
    with pytest.raises(Invalid) as refused:
        send_at(lead, child, LATER, Asked(AskedKind.CHILD, "", None, ""))
    assert refused.value.field == "not_asked_why"
    row = send_at(
        lead, child, LATER, Asked(AskedKind.CHILD, "", None, ""), not_asked_why="I rang three times. Away."
    )
    assert "Nobody could be asked: I rang three times. Away." in row.words
    assert "last asked 30 April 2026" in shown(lead, reverse("matrix:submission", args=[sent.public_id]))


@pytest.mark.usefixtures("later")
def test_a_day_before_the_last_matrix_or_still_to_come_is_refused(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE, at=SENT)
    for day in (SENT - timedelta(days=1), LATER + timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            send_at(lead, child, LATER, asked_child(on=day.date()))
        assert refused.value.field == "on-0"


def test_a_matrix_that_came_meanwhile_is_looked_at_first(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE)
    promise = owed(child)
    newer = submit(lead, child, MODERATE)
    with pytest.raises(Conflict, match=newer.reference):
        short_review_send(
            lead, review=promise, asked=[asked_child()], managed=Managed.WELL, managed_words="Held."
        )


def test_reviews_stop_when_low_is_agreed(lead: User, child: Child) -> None:
    submit(lead, child, MODERATE)
    promise = owed(child)
    level_agree(make_user("cevt_chair"), child=child, level=LOW, forum=Forum.CEVT, rationale="It has passed.")
    assert "No review is owed of this child now." in shown(lead, page(child))
    with pytest.raises(Conflict, match="asks for none"):
        short_review_send(
            lead, review=promise, asked=[asked_child()], managed=Managed.WELL, managed_words="Held."
        )


def test_only_who_works_with_the_child_by_a_role_that_fills_matrices(child: Child, lead: User) -> None:
    submit(lead, child, MODERATE)
    with pytest.raises(NotAllowed):
        short_review_send(
            make_user(),
            review=owed(child),
            asked=[asked_child()],
            managed=Managed.WELL,
            managed_words="Held.",
        )
    assert review_of_nothing_new(child, by=lead).sent_by == lead
