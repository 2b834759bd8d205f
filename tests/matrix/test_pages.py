"""The pages of a matrix: from start to what happens now, without JavaScript; who may open them."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.choices import MatrixState
from matrix.instrument import load
from matrix.models import Matrix, Submission
from matrix.services.drafts import matrix_start
from matrix.services.submission import matrix_submit
from tests.factories.children import involve, make_child
from tests.factories.matrices import CONCERN, HARM, answer, ready_matrix, seen, set_field, submit
from tests.factories.people import make_user, sign_in

pytestmark = pytest.mark.django_db

DRAFT_PAGES = ["tasks", "views", "judgement", "check", "profile"]


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def user(child: Child) -> User:
    person = make_user()
    involve(child, person)
    return person


@pytest.fixture
def client(user: User) -> Client:
    return sign_in(user)


def url(name: str, matrix: Matrix, *more: str) -> str:
    return reverse(f"matrix:{name}", args=[matrix.public_id, *more])


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page, as a browser would send them back."""
    return dict(re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', html))


def fill(client: Client, address: str, **fields: object) -> object:
    """Open a page, type into it, and press "Save and continue"."""
    page = client.get(address).content.decode()
    return client.post(address, {**hidden(page), "continue": "1", **fields})


def typed_answer(code: str, **fields: str) -> dict[str, str]:
    day = today()
    given = {
        "seen": "seen",
        "when": "exact",
        "day": day.day,
        "month": day.month,
        "year": day.year,
        "what": "Told a tutor",
    }
    return {f"{code}-{name}": str(value) for name, value in {**given, **fields}.items()}


@pytest.mark.requirement("M1", "M2", "M3", "M5", "C6")
def test_from_start_to_what_happens_now_without_javascript(client: Client, user: User, child: Child) -> None:
    shown = client.get(reverse("matrix:for_child", args=[child.public_id]))
    assert "Start a CE Matrix" in shown.content.decode()
    client.post(reverse("matrix:start", args=[child.public_id]), {"occasion": "missing"})
    matrix = Matrix.objects.get(child=child)

    fill(client, url("group", matrix, "sexual"), **typed_answer(HARM))
    saved = matrix.answers.get()
    assert (saved.code, saved.seen_on, saved.what) == (HARM, today(), "Told a tutor")

    after = fill(client, url("views", matrix), child_views="I want it to stop", informed="yes")
    assert after.url == url("judgement", matrix)  # type: ignore[attr-defined]
    fill(
        client,
        url("judgement", matrix),
        level="3",
        reasons="Somebody older threatens them.",
        forms=["sexual", "online"],
        contexts=["online"],
    )
    check = client.get(url("check", matrix)).content.decode()
    assert "Still wanted" not in check
    sent = client.post(
        url("submit", matrix), {**hidden(check), "call": "First Contact at 10:05"}, follow=True
    )
    html = sent.content.decode()
    submission = Submission.objects.get(child=child)
    assert sent.redirect_chain[-1][0] == reverse("matrix:submission", args=[submission.public_id])
    assert (submission.level, submission.matrix.occasion) == (RiskLevel.SIGNIFICANT, "missing")
    for expected in (
        "First Contact decides the referral",
        "Strategy meeting asked for",
        "CEVT agrees the level",
        "Make or update the safety plan",
        "I want it to stop",
        "2 working days left",
    ):
        assert expected in html


def test_an_empty_draft_is_told_what_is_wanted_and_where(client: Client, user: User, child: Child) -> None:
    matrix = matrix_start(user, child=child)
    html = client.get(url("check", matrix)).content.decode()
    assert "Still wanted" in html
    assert f"{url('judgement', matrix)}?back=check#level" in html
    assert f"{url('views', matrix)}?back=check#informed" in html
    refused = client.post(url("submit", matrix), {"key": str(uuid4())})
    assert refused.status_code == 400
    assert not Submission.objects.filter(child=child).exists()


@pytest.mark.requirement("M5")
def test_the_same_form_sent_twice_is_one_submission(client: Client, user: User, child: Child) -> None:
    matrix = ready_matrix(user, child, RiskLevel.MODERATE)
    form = {"key": str(uuid4())}
    first, second = client.post(url("submit", matrix), form), client.post(url("submit", matrix), form)
    assert first.url == second.url  # type: ignore[attr-defined]
    assert Submission.objects.filter(child=child).count() == 1
    assert client.post(url("submit", matrix), {"key": str(uuid4())}).status_code == 409


class TestGroupPage:
    def test_untouched_questions_are_left_alone(self, client: Client, user: User, child: Child) -> None:
        matrix = matrix_start(user, child=child)
        page = hidden(client.get(url("group", matrix, "sexual")).content.decode())
        answer(make_user(), matrix, CONCERN, seen(today(), "A colleague wrote this meanwhile"))
        client.post(url("group", matrix, "sexual"), {**page, **typed_answer(HARM)})
        assert dict(matrix.answers.values_list("code", "what")) == {
            CONCERN: "A colleague wrote this meanwhile",
            HARM: "Told a tutor",
        }

    def test_both_texts_are_shown_to_the_slower_of_two(
        self, client: Client, user: User, child: Child
    ) -> None:
        matrix = matrix_start(user, child=child)
        page = hidden(client.get(url("group", matrix, "sexual")).content.decode())
        answer(make_user(), matrix, HARM, seen(today(), "Their words"))
        lost = client.post(url("group", matrix, "sexual"), {**page, **typed_answer(HARM, what="My words")})
        html = lost.content.decode()
        assert lost.status_code == 400
        assert "Their words" in html
        assert "My words" in html
        again = client.post(
            url("group", matrix, "sexual"), {**hidden(html), **typed_answer(HARM, what="My words")}
        )
        assert again.status_code == 302
        assert matrix.answers.get().what == "My words"

    @pytest.mark.parametrize(
        "when",
        [
            {"day": "31", "month": "2", "year": "2026"},
            {"day": "1", "month": "", "year": "2026"},
            {"day": "1", "month": "5", "year": "26"},
            {"year": str(today().year + 1)},
            {"year": "1950"},
        ],
    )
    def test_a_date_that_cannot_be_right_keeps_what_was_typed(
        self, client: Client, user: User, child: Child, when: dict[str, str]
    ) -> None:
        matrix = matrix_start(user, child=child)
        answered = fill(client, url("group", matrix, "sexual"), **typed_answer(HARM, **when))
        html = answered.content.decode()  # type: ignore[attr-defined]
        assert answered.status_code == 400  # type: ignore[attr-defined]
        assert f'href="#{HARM}-when"' in html
        assert "Told a tutor" in html
        assert f'value="{when["year"]}"' in html
        assert not matrix.answers.exists()

    def test_a_month_by_name_is_understood(self, client: Client, user: User, child: Child) -> None:
        matrix = matrix_start(user, child=child)
        month = {"when": "month", "day": "", "month": "May", "year": str(today().year - 1)}
        fill(client, url("group", matrix, "sexual"), **typed_answer(HARM, **month))
        row = matrix.answers.get()
        assert row.seen_on is not None
        assert (row.seen_on.month, row.seen_on.day, row.when_kind) == (5, 31, "month")

    def test_the_earlier_answer_and_its_age_stand_beside_it(
        self, client: Client, user: User, child: Child
    ) -> None:
        submit(user, child, RiskLevel.MODERATE)
        matrix = matrix_start(user, child=child)
        html = client.get(url("group", matrix, "sexual")).content.decode()
        assert "Copied forward" in html
        assert "up to 1 month old" in html
        fill(client, url("group", matrix, "sexual"))
        assert "Copied forward" not in client.get(url("group", matrix, "sexual")).content.decode()

    def test_a_group_that_is_not_there(self, client: Client, user: User, child: Child) -> None:
        assert client.get(url("group", matrix_start(user, child=child), "no-such")).status_code == 404


TOO_LONG = "x" * 200_001


@pytest.mark.parametrize(
    ("page", "saved", "refused"),
    [
        ("views", {"child_views": "I want it to stop"}, {"family_views": TOO_LONG}),
        ("views", {"family_views": "We worry", "child_views": "Leave me be"}, {"informed": "perhaps"}),
        ("judgement", {"reasons": "Somebody older threatens them."}, {"level": "9"}),
        ("judgement", {"difference": "What is new weighs more"}, {"reasons": TOO_LONG}),
        ("judgement", {"reasons": "Two new signs"}, {"forms": "no-such-form"}),
    ],
)
def test_beside_a_refused_field_the_others_stand_as_they_were_saved(
    client: Client, user: User, child: Child, page: str, saved: dict[str, str], refused: dict[str, str]
) -> None:
    matrix = matrix_start(user, child=child)
    for name in saved:
        set_field(user, matrix, name, "The words of before")
    address = url(page, matrix)
    before = client.get(address).content.decode()
    answered = client.post(address, {**hidden(before), **saved, **refused, "continue": "1"})
    html = answered.content.decode()
    assert answered.status_code == 400
    matrix.refresh_from_db()
    for name, words in saved.items():
        assert getattr(matrix, name) == words and words in html
    assert "The words of before" not in html
    # sent again as the page stands, with the refused one mended, nothing is overtaken and nothing goes back
    mended = client.post(address, {**hidden(html), **saved, "continue": "1"})
    assert mended.status_code == 302
    matrix.refresh_from_db()
    assert {name: getattr(matrix, name) for name in saved} == saved


HOSTILE = "<script>alert(1)</script>{% now 'Y' %}{{ 7|add:7 }}\" onload=\"x"


def test_floor_f6_html_and_template_words_come_back_as_text_on_every_page(
    client: Client, user: User, child: Child
) -> None:
    matrix = ready_matrix(user, child, RiskLevel.SIGNIFICANT)
    answer(user, matrix, HARM, seen(today(), HOSTILE, HOSTILE))
    for name in ("reasons", "difference", "child_views", "family_views"):
        set_field(user, matrix, name, HOSTILE)
    set_field(user, matrix, "informed", "not_safe")
    set_field(user, matrix, "not_informed_why", HOSTILE)
    pages = [url(name, matrix) for name in DRAFT_PAGES] + [url("group", matrix, "sexual")]
    shown = [client.get(page).content.decode() for page in pages]
    client.post(url("submit", matrix), {"key": str(uuid4()), "call": HOSTILE})
    sent = Submission.objects.get(child=child)
    shown.append(client.get(reverse("matrix:submission", args=[sent.public_id])).content.decode())
    for html in shown:
        assert "<script>alert(1)" not in html
        assert 'onload="x' not in html
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;{% now &#x27;Y&#x27; %}{{ 7|add:7 }}&quot; onload=&quot;x"
    assert shown[-1].count(escaped) >= 7


class TestFirstPages:
    def test_a_draft_left_waits_on_the_first_page(self, client: Client, user: User, child: Child) -> None:
        matrix = matrix_start(user, child=child)
        answer(user, matrix, CONCERN, seen(today()))
        html = client.get(reverse("home")).content.decode()
        assert "1 of 15 groups begun" in html
        assert url("tasks", matrix) in html

    def test_the_overview_shows_the_newest_and_how_fresh_it_is(
        self, client: Client, user: User, child: Child
    ) -> None:
        submit(user, child, RiskLevel.MODERATE)
        html = client.get(reverse("children:overview", args=[child.public_id])).content.decode()
        assert "Newest evidence of a concern" in html and "No new evidence" not in html  # seen today
        assert "proposed, not yet agreed" in html

    def test_the_chronology_has_what_was_sent_and_no_draft(
        self, client: Client, user: User, child: Child
    ) -> None:
        sent = submit(user, child, RiskLevel.MODERATE)
        draft = matrix_start(user, child=child)
        html = client.get(reverse("children:chronology", args=[child.public_id])).content.decode()
        assert sent.reference in html
        assert draft.reference not in html


# How many reads each page may cost, whatever the number of answers and earlier matrices.
MOST_QUERIES = {"for_child": 23, "tasks": 20, "group": 21, "judgement": 20, "check": 20, "submission": 26}


@pytest.mark.parametrize("page", MOST_QUERIES)
def test_the_number_of_queries_does_not_grow(client: Client, user: User, child: Child, page: str) -> None:
    submit(user, child, RiskLevel.MODERATE)
    submit(user, child, RiskLevel.SIGNIFICANT)
    # of the level of the second look: the page to check before sending asks for words of its own at Significant
    draft = ready_matrix(user, child, RiskLevel.SIGNIFICANT)
    few = queries(client, child, page)
    for group in ("home", "sexual", "criminal", "online"):
        for indicator in load(draft.instrument_version).group(group).indicators:
            answer(user, draft, indicator.code, seen(today()))
    matrix_submit(user, matrix=draft)
    submit(user, child, RiskLevel.SIGNIFICANT)
    ready_matrix(user, child, RiskLevel.SIGNIFICANT)
    many = queries(client, child, page)
    assert many <= few
    assert many <= MOST_QUERIES[page]


def queries(client: Client, child: Child, page: str) -> int:
    """How many queries the page of the child's newest paper costs."""
    address = reverse("matrix:for_child", args=[child.public_id])
    if page == "submission":
        newest = Submission.objects.filter(child=child).order_by("-pk")[0]
        address = reverse("matrix:submission", args=[newest.public_id])
    elif page != "for_child":
        draft = Matrix.objects.get(child=child, state=MatrixState.DRAFT)
        address = url(page, draft, *(["sexual"] if page == "group" else []))
    client.get(address)  # the first look in a quarter of an hour writes its audit row
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def back_to_the_check(html: str) -> list[str]:
    """The addresses of the check page at which something is changed."""
    return re.findall(r'href="([^"]+\?back=check[^"]*)"', html)


@pytest.mark.requirement("M6")
def test_what_is_changed_from_the_check_page_leads_back_to_it(
    client: Client, user: User, child: Child
) -> None:
    matrix = ready_matrix(user, child=child, level=RiskLevel.LOW)
    check = url("check", matrix)
    links = back_to_the_check(client.get(check).content.decode())
    pages = {link.split("#")[0] for link in links}
    assert {url("judgement", matrix), url("views", matrix)} <= {page.split("?")[0] for page in pages}
    for page in sorted(pages):
        shown = client.get(page).content.decode()
        assert f'href="{check}"' in shown and "All groups</a>" not in shown
        answer = client.post(page.split("?")[0], hidden(shown))
        assert (answer.status_code, answer.headers.get("Location")) == (302, check), page


def test_what_is_refused_on_the_way_from_the_check_page_still_leads_back(
    client: Client, user: User, child: Child
) -> None:
    matrix = ready_matrix(user, child=child, level=RiskLevel.LOW)
    address = url("judgement", matrix)
    sent = hidden(client.get(f"{address}?back=check").content.decode())
    refused = client.post(address, {**sent, "level": "9"})
    assert refused.status_code == 400
    again = hidden(refused.content.decode())
    assert again["back"] == "check"


def test_the_groups_of_questions_can_be_skipped(client: Client, user: User, child: Child) -> None:
    matrix = ready_matrix(user, child=child, level=RiskLevel.LOW)
    html = client.get(url("group", matrix, load(matrix.instrument_version).groups[0].code)).content.decode()
    assert html.index('href="#questions"') < html.index("cems-matrix__groups") < html.index('id="questions"')
