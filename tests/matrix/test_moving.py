"""Drafts on an instrument that has moved on: shown first, then moved whole, nothing lost (M1, record-f2)."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid
from cems.base.time import now, today
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.choices import Seen
from matrix.instrument import (
    InstrumentError,
    codes_carried,
    current,
    load,
    loader,
    question,
    successor,
    versions,
)
from matrix.models import Matrix, Submission
from matrix.policy import OLD_QUESTIONS_DAYS
from matrix.rules import ChangeKind
from matrix.selectors.draft import filled
from matrix.selectors.moving import moving
from matrix.services.answers import AnswerGiven
from matrix.services.drafts import matrix_start
from matrix.services.moving import matrix_move
from matrix.services.submission import NotReady, matrix_submit
from tests.factories.children import involve, make_child
from tests.factories.instruments import (
    GONE,
    MERGED,
    MERGED_NOW,
    NAMED_NOW,
    NEW,
    RENAMED,
    first_version_alone,
    second_version,
)
from tests.factories.matrices import HARM, STRENGTH, answer, ready_matrix, seen, set_field
from tests.factories.people import make_user, sign_in
from tests.factories.policies import decide_policy

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M1")]

Publish = Callable[..., None]


@pytest.fixture(autouse=True)
def _first_version_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with first_version_alone(tmp_path_factory.mktemp("first")):
        yield


@pytest.fixture
def publish(tmp_path: Path, settings: Any) -> Publish:
    """`publish(days_ago)`: a newer version of the questions is in force since then."""

    def put(days_ago: int) -> None:
        second_version(tmp_path, today() - timedelta(days=days_ago))
        settings.MATRIX_INSTRUMENT_FOLDERS = [str(tmp_path)]

    return put


@pytest.fixture
def user() -> User:
    return make_user(name="Robin Pretend")


@pytest.fixture
def child(user: User) -> Child:
    child = make_child()
    involve(child, user)
    return child


@pytest.fixture
def matrix(user: User, child: Child) -> Matrix:
    """A draft of the first version with an answer of every fate."""
    matrix = matrix_start(user, child=child, at=now() - timedelta(days=40))
    day = today() - timedelta(days=41)
    for code, what in (
        (GONE, "Shouting."),
        (RENAMED, "A man waits."),
        (MERGED[0], "Bottles."),
        (HARM, "Told."),
    ):
        answer(user, matrix, code, seen(day, what), now() - timedelta(days=39))
    answer(user, matrix, MERGED[1], AnswerGiven(Seen.NOT_KNOWN), now() - timedelta(days=38))
    return matrix


def url(name: str, matrix: Matrix) -> str:
    return reverse(f"matrix:{name}", args=[matrix.public_id])


def held(matrix: Matrix) -> Matrix:
    return Matrix.objects.get(pk=matrix.pk)


def opened(user: User, matrix: Matrix) -> OpenChild:
    """The matrix's child as this person has opened it."""
    return OpenChild(matrix.child, access_to(user, matrix.child))


class TestVersions:
    def test_a_partnerships_own_version_stands_beside_the_first(self, publish: Publish) -> None:
        publish(5)
        assert versions() == (1, 2)
        assert current(today()).version == 2
        assert current(today() - timedelta(days=6)).version == 1

    def test_what_became_of_each_question_both_ways(self, publish: Publish) -> None:
        publish(5)
        carried = codes_carried(1, 2)
        assert carried[HARM] == HARM
        assert carried[RENAMED] == NAMED_NOW
        assert {carried[code] for code in MERGED} == {MERGED_NOW}
        assert GONE not in carried
        assert codes_carried(2, 1)[NAMED_NOW] == RENAMED
        assert codes_carried(2, 1)[MERGED_NOW] in MERGED
        assert NEW not in codes_carried(2, 1)
        assert codes_carried(1, 1) == {indicator.code: indicator.code for indicator in load(1).indicators}
        former = question(GONE, 2)
        assert former
        assert former.text == load(1).indicator(GONE).text

    def test_the_days_to_finish_run_from_the_first_version_that_came_after(self, publish: Publish) -> None:
        publish(5)
        newer = successor(1, today(), days=28)
        assert newer
        assert newer.instrument.version == 2
        assert newer.until == today() + timedelta(days=23)
        assert successor(2, today(), days=28) is None
        assert successor(1, today() - timedelta(days=6), days=28) is None

    @pytest.mark.parametrize("replaces", [["sexual-told"], ["Not a code"], "home-x"])
    def test_what_a_question_replaces_must_make_sense(self, replaces: object) -> None:
        data = json.loads((loader.FOLDER / "ce-matrix-1.json").read_text(encoding="utf-8"))
        data["groups"][0]["indicators"][0]["replaces"] = replaces
        with pytest.raises(InstrumentError):
            loader.parse(data)

    def test_a_version_has_one_file(self, tmp_path: Path, settings: Any) -> None:
        second_version(tmp_path, today(), number=1)
        settings.MATRIX_INSTRUMENT_FOLDERS = [str(tmp_path)]
        with pytest.raises(InstrumentError):
            versions()


class TestMove:
    def test_record_f2_the_preview_says_what_would_happen_and_does_nothing(
        self, user: User, matrix: Matrix, publish: Publish
    ) -> None:
        publish(5)
        move = moving(filled(opened(user, matrix), held(matrix), today(), only=None))
        assert move
        assert move.same == 1
        assert {after.code for _, after in move.renamed} == {NAMED_NOW, MERGED_NOW}
        assert {row.answer.code for row in move.gone} == {GONE, MERGED[1]}
        assert [indicator.code for indicator in move.new] == [NEW]
        page = sign_in(user).get(url("move", matrix)).content.decode()
        for words in ("Shouting.", "Somebody befriends the child for harm", "An invented question"):
            assert words in page
        assert held(matrix).instrument_version == 1
        assert set(matrix.answers.values_list("code", flat=True)) == {GONE, RENAMED, *MERGED, HARM}

    def test_record_f2_moving_keeps_every_answer_with_who_and_when(
        self, user: User, matrix: Matrix, publish: Publish
    ) -> None:
        publish(5)
        before = {
            row.pk: (row.what, row.seen_on, row.answered_by_id, row.answered_at)
            for row in matrix.answers.all()
        }
        colleague = make_user()
        matrix_move(colleague, matrix=matrix, to=2)
        after = {
            row.pk: (row.what, row.seen_on, row.answered_by_id, row.answered_at)
            for row in matrix.answers.all()
        }
        assert after == before
        assert set(matrix.answers.values_list("code", "version")) == {
            (GONE, 1), (NAMED_NOW, 2), (MERGED_NOW, 2), (MERGED[1], 1), (HARM, 1),
        }  # fmt: skip
        assert held(matrix).instrument_version == 2
        entry = Entry.objects.filter(actor=colleague, subject_id=str(matrix.public_id)).latest("pk")
        assert entry.detail == {"instrument": [1, 2]}

    def test_record_f2_confirmed_on_the_page_and_twice_is_once(
        self, user: User, matrix: Matrix, publish: Publish
    ) -> None:
        publish(5)
        client = sign_in(user)
        tasks = client.get(url("tasks", matrix)).content.decode()
        assert url("move", matrix) in tasks
        for _ in range(2):
            sent = client.post(url("move", matrix), {"to": 2}, follow=True)
            assert sent.redirect_chain[-1][0] == url("tasks", matrix)
        page = sent.content.decode()
        assert url("move", matrix) not in page
        assert "no longer asked" in page
        assert "Shouting." in page
        assert matrix.answers.get(code=NAMED_NOW).version == 2
        assert "nothing to move" in client.get(url("move", matrix)).content.decode()

    def test_record_f2_what_was_confirmed_is_what_is_done(
        self, user: User, matrix: Matrix, publish: Publish
    ) -> None:
        publish(5)
        with pytest.raises(Conflict):
            matrix_move(user, matrix=matrix, to=3)
        refused = sign_in(user).post(url("move", matrix), {"to": 3})
        assert refused.url == url("move", matrix)  # type: ignore[attr-defined]
        assert held(matrix).instrument_version == 1

    def test_record_f2_an_open_page_of_the_old_questions_saves_what_is_still_asked(
        self, user: User, matrix: Matrix, publish: Publish
    ) -> None:
        publish(5)
        matrix_move(user, matrix=matrix, to=2)
        answer(user, matrix, HARM, seen(today(), "Told again."))
        assert matrix.answers.get(code=HARM).what == "Told again."
        with pytest.raises(Invalid):
            answer(user, matrix, RENAMED, seen(today(), "From an old tab"))

    def test_what_is_no_longer_asked_counts_for_nothing_and_goes_with_the_matrix(
        self, user: User, child: Child, publish: Publish
    ) -> None:
        matrix = ready_matrix(user, child, RiskLevel.LOW, at=now() - timedelta(days=9))
        assert matrix.answers.get().code == GONE
        publish(5)
        matrix_move(user, matrix=matrix, to=2)
        with pytest.raises(NotReady) as wanted:
            matrix_submit(user, matrix=matrix)
        assert "Answer at least one question" in wanted.value.problems[0].message
        answer(user, matrix, STRENGTH, seen(today()))
        sent = matrix_submit(user, matrix=matrix)
        assert sent.suggested == RiskLevel.NONE
        page = sign_in(user).get(reverse("matrix:submission", args=[sent.public_id])).content.decode()
        assert load(1).indicator(GONE).text in page


class TestTime:
    def test_record_f2_the_old_questions_may_be_sent_for_some_weeks_and_then_no_more(
        self, user: User, child: Child, publish: Publish
    ) -> None:
        matrix = ready_matrix(user, child, RiskLevel.LOW, at=now() - timedelta(days=40))
        publish(29)
        with pytest.raises(NotReady) as wanted:
            matrix_submit(user, matrix=matrix)
        (problem,) = wanted.value.problems
        assert problem.field == "instrument"
        page = sign_in(user).get(url("check", matrix)).content.decode()
        assert url("move", matrix) in page
        decide_policy(OLD_QUESTIONS_DAYS, 29)
        sent = matrix_submit(user, matrix=matrix)
        assert sent.matrix.instrument_version == 1

    def test_a_draft_begun_before_the_newer_version_reached_its_user_keeps_its_days(
        self, user: User, child: Child, matrix: Matrix, publish: Publish
    ) -> None:
        Matrix.objects.filter(pk=matrix.pk).update(started_at=now() - timedelta(days=3))
        publish(200)
        newer = filled(opened(user, matrix), held(matrix), today(), only=None).successor
        assert newer
        assert newer.until == today() + timedelta(days=25)
        sent = _send(user, matrix, now())
        assert sent.matrix.instrument_version == 1

    def test_old_submissions_keep_theirs_and_an_update_carries_on_by_code(
        self, user: User, child: Child, matrix: Matrix, publish: Publish
    ) -> None:
        sent = _send(user, matrix, now() - timedelta(days=30))
        publish(5)
        update = matrix_start(user, child=child)
        assert update.instrument_version == 2
        assert set(update.answers.values_list("code", flat=True)) == {NAMED_NOW, MERGED_NOW, HARM}
        assert Submission.objects.get(pk=sent.pk).matrix.instrument_version == 1
        page = sign_in(user).get(reverse("matrix:submission", args=[sent.public_id])).content.decode()
        assert load(1).indicator(RENAMED).text in page

    def test_a_comparison_across_versions_goes_by_code_and_by_what_replaced_it(
        self, user: User, child: Child, matrix: Matrix, publish: Publish
    ) -> None:
        _send(user, matrix, now() - timedelta(days=30))
        publish(5)
        update = matrix_start(user, child=child)
        answer(user, update, NAMED_NOW, seen(today(), "The man came back."))
        kinds = {
            indicator.code: change.kind
            for indicator, change in filled(opened(user, update), update, today(), only=None).changed()
        }
        assert kinds[NAMED_NOW] == ChangeKind.NEWER_EVIDENCE
        assert kinds[GONE] == ChangeKind.NO_LONGER_ASKED
        assert RENAMED not in kinds
        page = sign_in(user).get(url("compare", update)).content.decode()
        assert "No longer asked" in page


def _send(user: User, matrix: Matrix, at: Any) -> Submission:
    for name, value in {
        "level": "3",
        "reasons": "Told.",
        "difference": "All of it.",
        "informed": "yes",
    }.items():
        set_field(user, matrix, name, value, at)
    return matrix_submit(user, matrix=held(matrix), at=at)
