"""Several people in one matrix, and a second matrix while the first one's steps are open (M5, M6)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.actions.models import Action
from cems.actions.services import Source, action_ask_again, action_complete, action_open
from cems.base.calendar import close_of_business
from cems.base.errors import Conflict, Invalid
from cems.base.time import now, today
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.models import Child, Submitter
from cems.notices.models import Notice
from matrix.models import Matrix
from matrix.selectors.sent import what_happens_now
from matrix.services.answers import AnswerGiven, answer_save
from matrix.services.contributors import contributor_add, contributor_end
from matrix.services.drafts import matrix_start, matrix_withdraw
from matrix.services.overtaken import Overtaken
from tests.factories.children import bar, involve, make_child, restrict
from tests.factories.matrices import CONCERN, ready_matrix, seen, set_field, submit
from tests.factories.people import DARLINGTON, make_agency, make_authority, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def user(child: Child) -> User:
    person = make_user()
    involve(child, person)
    return person


@pytest.fixture
def matrix(user: User, child: Child) -> Matrix:
    return matrix_start(user, child=child)


def url(name: str, matrix: Matrix, *more: object) -> str:
    return reverse(f"matrix:{name}", args=[matrix.public_id, *more])


@pytest.mark.requirement("M5")
class TestSentAgain:
    def test_open_steps_are_joined_and_shown_with_both(self, user: User, child: Child) -> None:
        first = submit(user, child, RiskLevel.MODERATE, at=now() - timedelta(days=1))
        plan = Action.objects.of(child).get(key="safety-plan")
        second = submit(user, child, RiskLevel.SIGNIFICANT)
        assert Action.objects.of(child).get(key="safety-plan") == plan
        opened = OpenChild(child, access_to(user, child))
        for sent in (first, second):
            assert plan.title in {step.title for step in what_happens_now(sent, opened, now())}
        assert f"Asked for again with {second.reference}" in Action.objects.get(pk=plan.pk).detail

    def test_a_sooner_time_moves_the_clock_and_a_later_one_does_not(self, user: User, child: Child) -> None:
        start = now()
        action = action_open(
            user, title="Write the plan", owner=user, child=child, deadline=close_of_business(start, 5)
        )
        source = Source("matrix.submission", "1", "CEM-2026-00042")
        for days, due in ((9, 5), (1, 1)):
            deadline = close_of_business(start, days)
            action_ask_again(user, action=action, source=source, deadline=deadline, at=start)
            stored = Action.objects.select_related("clock").get(pk=action.pk)
            assert stored.clock is not None
            assert stored.clock.due_at == close_of_business(start, due).due_at
        assert stored.detail.count("Asked for again with CEM-2026-00042") == 2

    def test_a_step_that_was_done_is_opened_anew_where_the_level_rises(
        self, user: User, child: Child
    ) -> None:
        submit(user, child, RiskLevel.MODERATE)
        action = Action.objects.of(child).get(key="safety-plan")
        action_complete(user, action=action, outcome="Done.")
        for level, count in (
            (RiskLevel.MODERATE, 1),
            (RiskLevel.SIGNIFICANT, 2),
        ):  # a review asks for nothing
            submit(user, child, level)
            assert Action.objects.of(child).filter(key=action.key).count() == count


@pytest.mark.requirement("M6")
class TestTakenBack:
    def test_a_stale_tab_does_not_win_over_an_answer_taken_back(self, user: User, matrix: Matrix) -> None:
        def save(version: int, given: AnswerGiven) -> object:
            return answer_save(user, matrix=matrix, code=CONCERN, version=version, given=given)

        save(0, seen(today()))
        assert save(1, AnswerGiven("")) is None
        with pytest.raises(Overtaken) as lost:  # the tab from before the answer was taken back
            save(0, seen(today(), what="An old tab"))
        assert (lost.value.version, lost.value.by) == (2, str(user))
        again = save(2, seen(today(), what="Known after all"))
        assert getattr(again, "version", None) == 3

    def test_the_page_and_the_save_tell_the_version_to_go_on_from(self, user: User, matrix: Matrix) -> None:
        client = sign_in(user)

        def send(version: int, seen_: str) -> dict[str, object]:
            body = {
                "answer": CONCERN,
                "version": version,
                f"{CONCERN}-seen": seen_,
                "idempotency_key": uuid4(),
            }
            response = client.post(url("answer", matrix), body)
            assert response.status_code == 200, response.content
            return dict(response.json())

        assert send(0, "not_seen")["version"] == 1
        assert send(1, "")["version"] == 2
        page = " ".join(client.get(url("group", matrix, "sexual")).content.decode().split())
        assert f'name="{CONCERN}-version" value="2"' in page
        assert send(2, "not_known")["version"] == 3


@pytest.mark.requirement("M6")
class TestContributors:
    def test_a_colleague_who_works_with_the_child_is_told_and_nothing_else_changes(
        self, user: User, child: Child, matrix: Matrix
    ) -> None:
        other = make_user()
        involve(child, other)
        client = sign_in(user)
        sent = client.post(url("contributors", matrix), {"email": other.email.upper()}, follow=True)
        assert str(other) in sent.content.decode()
        row = matrix.contributors.get()
        assert not row.brought_in
        notice = Notice.objects.get(user=other, kind="matrix.contributor")
        assert child.family_name not in notice.text
        assert matrix.reference in sign_in(other).get(reverse("home")).content.decode()
        client.post(url("contributors", matrix), {"email": other.email})
        assert matrix.contributors.count() == 1

    def test_somebody_from_outside_is_brought_in_by_the_lead_alone(
        self, user: User, child: Child, matrix: Matrix
    ) -> None:
        lead, nurse = make_user(), make_user()
        involve(child, lead, "lead_practitioner")
        refused = sign_in(make_colleague(child)).post(url("contributors", matrix), {"email": nurse.email})
        assert refused.status_code == 400
        assert "bring them in" in refused.content.decode()
        assert sign_in(lead).post(url("contributors", matrix), {"email": nurse.email}).status_code == 302
        client = sign_in(nurse)
        assert client.get(url("tasks", matrix)).status_code == 200
        assert client.get(url("contributors", matrix)).status_code == 200
        assert client.post(url("contributors", matrix), {"email": lead.email}).status_code == 403
        other = submit(lead, child, RiskLevel.LOW, own=True)
        assert client.get(reverse("matrix:submission", args=[other.public_id])).status_code == 404
        assert client.get(reverse("children:notes", args=[child.public_id])).status_code == 403

    def test_record_f6_taken_out_while_typing_is_told_plainly(
        self, user: User, child: Child, matrix: Matrix
    ) -> None:
        nurse = make_user()
        row = contributor_add(user, matrix=matrix, person=nurse, may_bring_in=True)
        client = sign_in(nurse)
        assert client.get(url("group", matrix, "sexual")).status_code == 200
        contributor_end(user, contributor=row)
        body = {"answer": CONCERN, "version": 0, f"{CONCERN}-seen": "seen", "idempotency_key": uuid4()}
        lost = client.post(url("answer", matrix), body, headers={"X-Requested-With": "cems"})
        assert lost.status_code == 403
        reply = lost.json()
        assert reply["error"] == "not_allowed"  # what the page shows beside the answer, which stays as typed
        assert "You no longer fill in" in reply["message"]
        assert str(user) in reply["message"]
        assert not matrix.answers.exists()
        assert not Submitter.objects.filter(child=child, user=nurse).exists()
        assert client.get(reverse("children:overview", args=[child.public_id])).status_code == 404
        with pytest.raises(Conflict):
            contributor_end(user, contributor=row)

    @pytest.mark.parametrize("why", ["restricted", "barred", "elsewhere", "no matrix work", "leaver"])
    def test_nobody_is_brought_in_past_a_wall(
        self, user: User, child: Child, matrix: Matrix, why: str
    ) -> None:
        person = make_user("auditor" if why == "no matrix work" else "practitioner")
        if why == "restricted":
            restrict(child)
        elif why == "barred":
            bar(child, person)
        elif why == "elsewhere":
            person = make_user(agency=make_agency(authorities=[make_authority(DARLINGTON)]))
        elif why == "leaver":
            User.objects.filter(pk=person.pk).update(is_active=False)
            person.refresh_from_db()
        stored = Matrix.objects.get(pk=matrix.pk)
        with pytest.raises(Invalid):
            contributor_add(user, matrix=stored, person=person, may_bring_in=True)
        assert not Submitter.objects.filter(child=child, user=person).exists()

    @pytest.mark.parametrize("end", ["sent", "withdrawn"])
    def test_a_closed_draft_ends_every_part(self, user: User, child: Child, end: str) -> None:
        matrix = ready_matrix(user, child, RiskLevel.LOW)
        nurse = make_user()
        contributor_add(user, matrix=matrix, person=nurse, may_bring_in=True)
        if end == "sent":
            submit(user, child, RiskLevel.LOW)
        else:
            matrix_withdraw(user, matrix=matrix, why="Begun by mistake.")
        assert not matrix.contributors.filter(ended_at=None).exists()
        refused = sign_in(nurse).get(url("tasks", matrix))
        assert refused.status_code == 403
        assert "It was sent or withdrawn." in refused.content.decode()

    def test_the_mothers_words_are_marked_as_hers(self, user: User, child: Child) -> None:
        matrix = ready_matrix(user, child, RiskLevel.LOW)
        set_field(user, matrix, "mother_views", "She wants him home by nine.")
        page = " ".join(sign_in(user).get(url("check", matrix)).content.decode().split())
        assert page.index("The mother’s own words") < page.index("She wants him home by nine.")
        assert "The father’s own words" not in page


def make_colleague(child: Child) -> User:
    """A colleague who works with the child and leads nothing."""
    person = make_user()
    involve(child, person, "health")
    return person
