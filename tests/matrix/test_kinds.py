"""What version 2 asks beside "seen": the change, standing facts, how it is managed, what the plan must hold (M1–M3)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.errors import Invalid
from cems.base.time import now, today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.choices import Managed, Seen, WhenKind
from matrix.instrument import load
from matrix.models import Matrix
from matrix.services.answers import AnswerGiven
from matrix.services.drafts import matrix_start
from matrix.services.moving import matrix_move
from matrix.services.submission import matrix_submit
from tests.factories.children import involve, make_child
from tests.factories.instruments import first_version_alone
from tests.factories.matrices import CONCERN, HARM, SIGN, STRENGTH, answer, ready_matrix, seen, set_field
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M1")]
STANDING, INJURY = "wellbeing-disability", "control-injuries"


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
    return matrix_start(user, child=child)


@pytest.fixture
def client(user: User) -> Client:
    return sign_in(user)


def page(client: Client, name: str, matrix: Matrix, *more: str) -> str:
    return client.get(reverse(f"matrix:{name}", args=[matrix.public_id, *more])).content.decode()


def the_first(user: User, child: Child, folder: Path, code: str) -> Matrix:
    """A draft of version 1 with one answer, as it was before version 2 was there."""
    with first_version_alone(folder):
        matrix = matrix_start(user, child=child)
        answer(user, matrix, code, seen(today() - timedelta(days=9)))
    return matrix


class TestUsual:
    def test_a_sign_that_is_usual_for_the_child_counts_for_nothing_and_is_shown(
        self, client: Client, user: User, child: Child
    ) -> None:
        matrix = ready_matrix(user, child, RiskLevel.NONE)
        for code in (SIGN, "online-late-night"):
            answer(user, matrix, code, AnswerGiven(Seen.USUAL, what="Has been so since primary school."))
        profile = page(client, "profile", matrix)
        assert "2 signs usual for this child, counted for nothing" in profile
        assert "2 signs are usual for this child, and counted for nothing." in page(
            client, "judgement", matrix
        )
        sent = matrix_submit(user, matrix=matrix)
        assert sent.suggested == RiskLevel.NONE
        text = client.get(reverse("matrix:submission", args=[sent.public_id])).content.decode()
        assert "Usual for this child" in text
        assert "Has been so since primary school." in text

    def test_the_page_asks_whether_it_is_a_change(self, client: Client, matrix: Matrix) -> None:
        html = page(client, "group", matrix, "changes")
        assert html.count("Is this a change for this child?") == 7
        assert html.count('value="usual"') == 7
        assert "Is this a change" not in page(client, "group", matrix, "home")

    @pytest.mark.parametrize("code", [HARM, CONCERN, STRENGTH, STANDING, INJURY])
    def test_nothing_but_a_sign_can_be_usual(self, user: User, matrix: Matrix, code: str) -> None:
        with pytest.raises(Invalid, match="Only a warning sign") as refused:
            answer(user, matrix, code, AnswerGiven(Seen.USUAL))
        assert refused.value.field == "seen"

    def test_what_was_seen_loses_its_day_when_it_turns_out_to_be_usual(
        self, user: User, matrix: Matrix
    ) -> None:
        answer(user, matrix, SIGN, seen(today()))
        row = answer(user, matrix, SIGN, AnswerGiven(Seen.USUAL, WhenKind.EXACT, today(), "Always so."))
        assert row is not None
        assert (row.seen, row.seen_on, row.when_kind, row.what) == ("usual", None, "", "Always so.")

    def test_a_draft_of_the_first_version_does_not_ask_it(
        self, client: Client, user: User, child: Child, tmp_path: Path
    ) -> None:
        old = the_first(user, child, tmp_path, SIGN)
        assert "Usual for this child" not in page(client, "group", old, "changes")
        with pytest.raises(Invalid, match="Only a warning sign"):
            answer(user, old, SIGN, AnswerGiven(Seen.USUAL))


@pytest.mark.requirement("M2")
class TestStanding:
    def test_it_is_sent_without_a_day_and_has_a_band_of_its_own(
        self, client: Client, user: User, child: Child
    ) -> None:
        matrix = ready_matrix(user, child, RiskLevel.NONE)
        answer(user, matrix, STANDING, AnswerGiven(Seen.SEEN, what="Hearing in one ear."))
        group = page(client, "group", matrix, "wellbeing")
        assert f'id="{STANDING}-when"' not in group
        assert "it needs no day and does not age" in group
        sent = matrix_submit(user, matrix=matrix)
        text = client.get(reverse("matrix:submission", args=[sent.public_id])).content.decode()
        assert "a standing fact, which does not age" in text

    def test_the_day_an_older_version_asked_for_is_kept_when_the_page_is_saved(
        self, client: Client, user: User, child: Child, tmp_path: Path
    ) -> None:
        old = the_first(user, child, tmp_path, STANDING)
        matrix_move(user, matrix=old, to=2)
        html = page(client, "group", old, "wellbeing")
        assert f'<input type="hidden" name="{STANDING}-year" value="{today().year}">' in html
        assert old.answers.get(code=STANDING).seen_on == today() - timedelta(days=9)


class TestManaged:
    def test_each_worry_says_how_well_it_is_managed_and_the_plan_page_lists_it(
        self, client: Client, user: User, matrix: Matrix
    ) -> None:
        given = seen(today())
        answer(user, matrix, CONCERN, AnswerGiven(**{**given.__dict__, "managed": Managed.PARTLY}))
        assert "How well is this managed now?" in page(client, "group", matrix, "sexual")
        html = page(client, "plan", matrix)
        assert load(2).indicator(CONCERN).text in html
        assert "In part" in html

    def test_of_what_was_not_seen_nothing_is_managed(self, user: User, matrix: Matrix) -> None:
        row = answer(user, matrix, CONCERN, AnswerGiven(Seen.NOT_SEEN, managed=Managed.WELL))
        assert row is not None
        assert row.managed == ""

    @pytest.mark.parametrize(("code", "managed"), [(STRENGTH, Managed.WELL), (CONCERN, "badly")])
    def test_what_is_not_asked_is_refused(self, user: User, matrix: Matrix, code: str, managed: str) -> None:
        with pytest.raises(Invalid) as refused:
            answer(user, matrix, code, AnswerGiven(Seen.SEEN, managed=managed))
        assert refused.value.field == "managed"


class TestPlan:
    def test_strength_and_worry_of_each_part_of_life_and_the_plan_go_with_the_matrix(
        self, client: Client, user: User, child: Child
    ) -> None:
        matrix = ready_matrix(user, child, RiskLevel.NONE)
        html = page(client, "plan", matrix)
        for area in ("home", "family", "friends", "school", "community"):
            assert f'name="{area}_strength"' in html
            assert f'name="{area}_worry"' in html
        sent_values = {
            "school_strength": "A maths teacher she likes.",
            "plan_needs": "A lift home on Fridays.",
            "assessments": "cp",
            "assessments_where": "Plan of 3 May, held by Families First.",
            "continue": "1",
        }
        for name, value in sent_values.items():
            sent_values[name] = value
        versions = {f"{name}-version": "0" for name in sent_values}
        answered = client.post(reverse("matrix:plan", args=[matrix.public_id]), sent_values | versions)
        assert answered.url == reverse("matrix:views", args=[matrix.public_id])  # type: ignore[attr-defined]
        sent = matrix_submit(user, matrix=matrix)
        text = client.get(reverse("matrix:submission", args=[sent.public_id])).content.decode()
        for words in (
            "A maths teacher she likes.",
            "A lift home on Fridays.",
            "Child protection plan",
            "held by Families",
        ):
            assert words in text
        update = matrix_start(user, child=child)
        assert "A lift home on Fridays." in page(client, "plan", update)  # as the hint: it is written anew
        assert update.plan_needs == ""

    def test_the_first_version_has_no_such_page_and_takes_no_such_field(
        self, client: Client, user: User, child: Child, tmp_path: Path
    ) -> None:
        old = the_first(user, child, tmp_path, SIGN)
        assert client.get(reverse("matrix:plan", args=[old.public_id])).status_code == 404
        assert reverse("matrix:plan", args=[old.public_id]) not in page(client, "tasks", old)
        with pytest.raises(Invalid, match="not asked in the version"):
            set_field(user, old, "plan_needs", "Something")
        matrix_move(user, matrix=old, to=2)
        assert client.get(reverse("matrix:plan", args=[old.public_id])).status_code == 200

    @pytest.mark.requirement("A2")
    def test_who_does_not_reach_the_child_does_not_reach_the_page(self, matrix: Matrix) -> None:
        stranger = sign_in(make_user())
        assert stranger.get(reverse("matrix:plan", args=[matrix.public_id])).status_code == 404


@pytest.mark.requirement("M3")
class TestHarm:
    @pytest.mark.parametrize(
        ("level", "words"),
        [
            (RiskLevel.SIGNIFICANT, "Harm has happened"),
            (RiskLevel.MODERATE, "No harm recorded as having happened"),
        ],
    )
    def test_harm_is_told_from_risk_beside_the_level(
        self, client: Client, user: User, child: Child, level: RiskLevel, words: str
    ) -> None:
        matrix = ready_matrix(user, child, level)
        assert words in page(client, "judgement", matrix)
        assert words in page(client, "check", matrix)
        sent = matrix_submit(user, matrix=matrix)
        assert words in client.get(reverse("matrix:submission", args=[sent.public_id])).content.decode()
        assert words in client.get(reverse("matrix:for_child", args=[child.public_id])).content.decode()

    def test_the_judgement_page_shows_whole_definitions_and_the_rule_in_words(
        self, client: Client, matrix: Matrix
    ) -> None:
        html = page(client, "judgement", matrix)
        for definition in load(2).definitions:
            for part in definition.parts:
                assert part.replace("'", "&#x27;") in html
        assert "2 or more warning signs within 6 months" in html
        assert "1 or more reports of imminent danger within 3 months" in html


class TestFirstVersionStays:
    def test_a_submission_of_it_keeps_its_questions_rule_and_words(
        self, client: Client, user: User, child: Child, tmp_path: Path
    ) -> None:
        with first_version_alone(tmp_path):
            old = ready_matrix(user, child, RiskLevel.MODERATE, at=now() - timedelta(days=20))
            for code in (SIGN, "online-late-night", "changes-interests"):
                answer(user, old, code, seen(today() - timedelta(days=22)), now() - timedelta(days=20))
            sent = matrix_submit(user, matrix=old, at=now() - timedelta(days=20))
        assert (sent.suggested, sent.rule_version) == (RiskLevel.SIGNIFICANT, 1)
        text = client.get(reverse("matrix:submission", args=[sent.public_id])).content.decode()
        assert "Concerns: risk of harm" in text
        assert load(1).definition(RiskLevel.MODERATE).text in text
        assert "Strengths, worries and the plan" not in text
        update = matrix_start(user, child=child)
        assert update.instrument_version == 2
        assert update.answers.get(code=SIGN).seen == Seen.SEEN
        assert update.answers.filter(code=CONCERN).exists()  # the question that replaces what was asked
