"""A matrix in progress: one draft, several people, nothing lost (M1, M2, M6)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now, today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.choices import MatrixState, Seen, WhenKind
from matrix.instrument import current
from matrix.models import Answer, Matrix
from matrix.services.answers import AnswerGiven, answer_save, answers_save
from matrix.services.drafts import matrix_start, matrix_withdraw
from matrix.services.judgement import field_save
from matrix.services.overtaken import Overtaken
from tests.factories.children import make_child
from tests.factories.matrices import CONCERN, STRENGTH, VULNERABILITY, answer, seen, submit
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db

# A hundred kilobytes each: Latin, Arabic and Hebrew from right to left, Chinese, combining marks, emoji.
SCRIPTS = {
    "latin": "Straße, naïve, O’Brien. " * 4200,
    "arabic": "كانت خائفة من العودة إلى البيت. " * 1800,
    "hebrew": "היא פחדה לחזור הביתה. " * 2600,
    "chinese": "她害怕回家。" * 5600,
    "combining": "Z̷̈a̴͐l̵̀g̶̚o̸͠ " * 4500,
    "emoji": "👩‍👧‍👦🏳️‍🌈😢 " * 2800,
}


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def matrix(user: User, child: Child) -> Matrix:
    return matrix_start(user, child=child)


@pytest.mark.requirement("M1")
class TestStart:
    def test_two_colleagues_meet_in_one_draft(self, child: Child) -> None:
        first = matrix_start(make_user(), child=child)
        second = matrix_start(make_user(), child=child)
        assert first == second
        assert Matrix.objects.filter(child=child).count() == 1

    def test_somebody_who_sees_only_their_own_gets_a_draft_of_their_own(self, child: Child) -> None:
        shared = matrix_start(make_user(), child=child)
        teacher = make_user("school_lead")
        own = matrix_start(teacher, child=child, own=True)
        assert own != shared
        assert matrix_start(teacher, child=child, own=True) == own
        assert matrix_start(make_user("school_lead"), child=child, own=True) != own

    def test_it_keeps_the_instrument_of_the_day_and_has_a_reference(self, matrix: Matrix) -> None:
        assert matrix.instrument_version == current(today()).version == 2
        assert matrix.reference.startswith(f"CEM-{today().year}-")

    def test_an_unknown_occasion_is_refused(self, user: User, child: Child) -> None:
        with pytest.raises(Invalid) as refused:
            matrix_start(user, child=child, occasion="because")
        assert refused.value.field == "occasion"
        assert not Matrix.objects.filter(child=child).exists()

    def test_starting_is_audited(self, user: User, matrix: Matrix) -> None:
        assert Entry.objects.filter(
            actor=user, verb="created", subject_id=str(matrix.public_id), child=matrix.child.public_id
        ).exists()


@pytest.mark.requirement("M6")
class TestUpdate:
    def test_answers_are_copied_forward_with_their_dates_and_who_asked(
        self, user: User, child: Child
    ) -> None:
        then = now() - timedelta(days=40)
        submit(user, child, RiskLevel.MODERATE, at=then)
        update = matrix_start(make_user(), child=child)
        copied = update.answers.get()
        assert (copied.code, copied.seen_on, copied.answered_by) == (CONCERN, local_date(then), user)
        assert copied.answered_at == then

    def test_this_week_does_not_stay_this_week_in_a_copy(self, user: User, child: Child) -> None:
        then = now() - timedelta(days=40)
        draft = matrix_start(user, child=child, at=then)
        answer(user, draft, VULNERABILITY, AnswerGiven(Seen.SEEN, WhenKind.THIS_WEEK, None, "Shouting"), then)
        submit(user, child, RiskLevel.LOW, at=then)
        copied = matrix_start(user, child=child).answers.get(code=VULNERABILITY)
        assert (copied.when_kind, copied.seen_on) == (WhenKind.EXACT, local_date(then))

    def test_a_copy_saved_again_counts_as_asked_again(self, user: User, child: Child) -> None:
        then = now() - timedelta(days=40)
        submit(user, child, RiskLevel.MODERATE, at=then)
        update, colleague = matrix_start(user, child=child), make_user()
        copied = update.answers.get()
        refused = answers_save(colleague, matrix=update, given={}, still={copied.code: copied.version})
        copied.refresh_from_db()
        assert refused == {}
        assert copied.answered_by == colleague
        assert copied.answered_at >= update.started_at
        assert copied.seen_on == local_date(then)

    def test_an_own_draft_copies_nothing_that_others_wrote(self, user: User, child: Child) -> None:
        submit(user, child, RiskLevel.MODERATE, at=now() - timedelta(days=40))
        teacher = make_user("school_lead")
        assert not matrix_start(teacher, child=child, own=True).answers.exists()
        submit(teacher, child, RiskLevel.LOW, own=True)
        assert matrix_start(teacher, child=child, own=True).answers.filter(code=VULNERABILITY).exists()


@pytest.mark.requirement("M2", "M6")
class TestAnswers:
    def test_an_answer_is_kept_as_given(self, user: User, matrix: Matrix) -> None:
        row = answer(user, matrix, CONCERN, seen(today() - timedelta(days=3)))
        assert row is not None
        assert (row.seen, row.version, row.answered_by) == (Seen.SEEN, 1, user)

    def test_each_answer_has_its_own_version(self, user: User, matrix: Matrix) -> None:
        answer(user, matrix, CONCERN, seen(today()))
        answer(make_user(), matrix, STRENGTH, AnswerGiven(Seen.NOT_KNOWN))
        assert dict(matrix.answers.values_list("code", "version")) == {CONCERN: 1, STRENGTH: 1}

    def test_the_same_answer_again_is_harmless(self, user: User, matrix: Matrix) -> None:
        given = seen(today())
        first = answer_save(user, matrix=matrix, code=CONCERN, version=0, given=given)
        again = answer_save(user, matrix=matrix, code=CONCERN, version=0, given=given)
        assert first is not None
        assert again is not None
        assert (first.version, again.version) == (1, 1)

    def test_the_slower_of_two_is_shown_what_the_other_wrote(self, user: User, matrix: Matrix) -> None:
        colleague = make_user()
        answer_save(colleague, matrix=matrix, code=CONCERN, version=0, given=seen(today(), "Theirs"))
        with pytest.raises(Overtaken) as lost:
            answer_save(user, matrix=matrix, code=CONCERN, version=0, given=seen(today(), "Mine"))
        assert (lost.value.theirs["what"], lost.value.version, lost.value.by) == ("Theirs", 1, colleague.name)
        kept = answer_save(user, matrix=matrix, code=CONCERN, version=1, given=seen(today(), "Mine"))
        assert kept is not None
        assert (kept.what, kept.version) == ("Mine", 2)

    def test_a_page_saves_what_it_can_and_tells_the_rest(self, user: User, matrix: Matrix) -> None:
        answer_save(make_user(), matrix=matrix, code=CONCERN, version=0, given=seen(today(), "Theirs"))
        refused = answers_save(
            user,
            matrix=matrix,
            given={
                CONCERN: (0, seen(today(), "Mine")),
                VULNERABILITY: (0, seen(today() + timedelta(days=1))),
                STRENGTH: (0, AnswerGiven(Seen.NOT_SEEN)),
            },
        )
        assert isinstance(refused[CONCERN], Overtaken)
        assert refused[VULNERABILITY].field == "when"
        assert set(refused) == {CONCERN, VULNERABILITY}
        assert matrix.answers.get(code=STRENGTH).seen == Seen.NOT_SEEN

    def test_an_answer_can_be_taken_back(self, user: User, matrix: Matrix) -> None:
        answer(user, matrix, CONCERN, seen(today()))
        assert answer(user, matrix, CONCERN, AnswerGiven("")) is None
        assert not matrix.answers.exists()

    def test_words_without_a_choice_are_not_thrown_away(self, user: User, matrix: Matrix) -> None:
        with pytest.raises(Invalid) as refused:
            answer(user, matrix, CONCERN, AnswerGiven("", what="Typed before choosing"))
        assert refused.value.field == "seen"

    def test_not_seen_has_no_date(self, user: User, matrix: Matrix) -> None:
        row = answer(user, matrix, CONCERN, AnswerGiven(Seen.NOT_SEEN, WhenKind.EXACT, today()))
        assert row is not None
        assert (row.when_kind, row.seen_on) == ("", None)

    def test_half_an_answer_is_kept(self, user: User, matrix: Matrix) -> None:
        row = answer(user, matrix, CONCERN, AnswerGiven(Seen.SEEN, WhenKind.EXACT, None, "When, I will ask"))
        assert row is not None
        assert row.seen_on is None

    def test_a_comma_put_right_does_not_make_evidence_newer(self, user: User, matrix: Matrix) -> None:
        monday, friday = datetime(2026, 5, 11, 9, tzinfo=UTC), datetime(2026, 5, 15, 9, tzinfo=UTC)
        this_week = AnswerGiven(Seen.SEEN, WhenKind.THIS_WEEK, None, "Seen at the bus stop")
        answer(user, matrix, CONCERN, this_week, monday)
        mended = AnswerGiven(Seen.SEEN, WhenKind.THIS_WEEK, None, "Seen, at the bus stop")
        row = answer(user, matrix, CONCERN, mended, friday)
        assert row is not None
        assert row.seen_on == date(2026, 5, 11)

    def test_an_unknown_question_is_refused(self, user: User, matrix: Matrix) -> None:
        with pytest.raises(Invalid):
            answer(user, matrix, "no-such-question", seen(today()))

    @pytest.mark.parametrize("given", [AnswerGiven("perhaps"), AnswerGiven(Seen.SEEN, "soon")])
    def test_what_is_not_on_the_list_is_refused(self, user: User, matrix: Matrix, given: AnswerGiven) -> None:
        with pytest.raises(Invalid):
            answer(user, matrix, CONCERN, given)

    def test_saving_is_audited_without_the_words(self, user: User, matrix: Matrix) -> None:
        answer(user, matrix, CONCERN, seen(today(), "Private words"))
        entry = Entry.objects.get(actor=user, verb="changed", subject_id=str(matrix.public_id))
        assert entry.detail == {"fields": [CONCERN]}


class TestWhatCannotBeRight:
    """Refused or kept, never half."""

    def test_floor_f1_evidence_from_before_the_birth_is_refused(self, user: User, matrix: Matrix) -> None:
        with pytest.raises(Invalid) as refused:
            answer(user, matrix, CONCERN, seen(matrix.child.date_of_birth - timedelta(days=1)))
        assert refused.value.field == "when"
        assert not matrix.answers.exists()

    def test_evidence_on_the_day_of_birth_is_taken(self, user: User, matrix: Matrix) -> None:
        assert answer(user, matrix, VULNERABILITY, seen(matrix.child.date_of_birth))

    def test_floor_f1_evidence_from_the_future_is_refused(self, user: User, matrix: Matrix) -> None:
        with pytest.raises(Invalid) as refused:
            answer(user, matrix, CONCERN, seen(today() + timedelta(days=1)))
        assert refused.value.field == "when"
        assert not matrix.answers.exists()

    @pytest.mark.parametrize("script", SCRIPTS)
    def test_floor_f5_a_hundred_kilobytes_in_any_script_come_back_whole(
        self, user: User, matrix: Matrix, script: str
    ) -> None:
        text = SCRIPTS[script]
        assert len(text.encode()) > 90_000
        answer(user, matrix, CONCERN, seen(today(), text))
        field_save(user, matrix=matrix, name="child_views", version=0, value=text)
        assert Answer.objects.get(matrix=matrix).what == text
        assert Matrix.objects.get(pk=matrix.pk).child_views == text

    def test_nul_is_left_out_and_the_rest_kept(self, user: User, matrix: Matrix) -> None:
        answer(user, matrix, CONCERN, seen(today(), "be\x00fore", source="tu\x00tor"))
        row = matrix.answers.get()
        assert (row.what, row.source) == ("before", "tutor")

    def test_more_than_that_is_refused_with_the_field(self, user: User, matrix: Matrix) -> None:
        with pytest.raises(Invalid) as refused:
            answer(user, matrix, CONCERN, seen(today(), "x" * 200_001))
        assert refused.value.field == "what"


@pytest.mark.requirement("M3", "C6")
class TestFields:
    def test_each_field_has_its_own_version(self, user: User, matrix: Matrix) -> None:
        colleague = make_user()
        assert field_save(user, matrix=matrix, name="reasons", version=0, value="Mine") == 1
        assert field_save(colleague, matrix=matrix, name="child_views", version=0, value="I am fine") == 1
        assert field_save(user, matrix=matrix, name="reasons", version=1, value="Mine, longer") == 2

    def test_the_slower_of_two_is_shown_what_the_other_wrote(self, user: User, matrix: Matrix) -> None:
        colleague = make_user()
        field_save(colleague, matrix=matrix, name="reasons", version=0, value="Theirs")
        with pytest.raises(Overtaken) as lost:
            field_save(user, matrix=matrix, name="reasons", version=0, value="Mine")
        assert (lost.value.theirs, lost.value.version, lost.value.by) == (
            {"reasons": "Theirs"},
            1,
            colleague.name,
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("level", "4"),
            ("level", "high"),
            ("forms", ["unheard_of"]),
            ("contexts", ["moon"]),
            ("informed", "maybe"),
            ("occasion", ""),
            ("state", "submitted"),
        ],
    )
    def test_what_is_not_on_the_list_is_refused(
        self, user: User, matrix: Matrix, name: str, value: object
    ) -> None:
        with pytest.raises(Invalid):
            field_save(user, matrix=matrix, name=name, version=0, value=value)
        assert Matrix.objects.get(pk=matrix.pk).state == MatrixState.DRAFT

    def test_several_forms_are_kept_once_each(self, user: User, matrix: Matrix) -> None:
        field_save(user, matrix=matrix, name="forms", version=0, value=["sexual", "online", "sexual"])
        assert Matrix.objects.get(pk=matrix.pk).forms == ["online", "sexual"]


class TestWithdraw:
    def test_it_needs_a_reason(self, user: User, matrix: Matrix) -> None:
        with pytest.raises(Invalid) as refused:
            matrix_withdraw(user, matrix=matrix, why="  ")
        assert refused.value.field == "why"

    def test_afterwards_nothing_is_saved_and_another_can_start(self, user: User, matrix: Matrix) -> None:
        matrix_withdraw(user, matrix=matrix, why="Another child was meant.")
        with pytest.raises(Conflict):
            answer(user, matrix, CONCERN, seen(today()))
        with pytest.raises(Conflict):
            field_save(user, matrix=matrix, name="reasons", version=0, value="Late")
        assert matrix_start(user, child=matrix.child) != matrix
