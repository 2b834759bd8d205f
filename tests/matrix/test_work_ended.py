"""Sent by somebody whose work with the child ended a second ago (A2, M5, record-f10)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.base.errors import NotAllowed
from cems.base.time import now, today
from cems.children.choices import RiskLevel
from cems.children.history.services.involvement import involvement_end
from cems.children.models import Child, Involvement
from matrix.models import Matrix, Submission
from matrix.services.contributors import contributor_add
from matrix.services.submission import matrix_submit
from plans.models import Referral
from tests.factories.children import bar, involve, make_child, restrict
from tests.factories.matrices import HARM, answer, ready_matrix, seen
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2", "M5")]


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def starter(child: Child) -> User:
    person = make_user(name="Robin Pretend")
    involve(child, person)
    return person


@pytest.fixture
def nurse(child: Child) -> User:
    person = make_user(name="Sam Madeup")
    involve(child, person, "health")
    return person


@pytest.fixture
def matrix(starter: User, nurse: User, child: Child) -> Matrix:
    """Ready to be sent, and the nurse wrote in it."""
    matrix = ready_matrix(starter, child, RiskLevel.MODERATE)
    answer(nurse, matrix, HARM, seen(today()))
    return Matrix.objects.get(pk=matrix.pk)


def ends(user: User) -> None:
    involvement_end(user, involvement=Involvement.objects.get(user=user), reason="Moved on")


def send(user: User, matrix: Matrix):  # type: ignore[no-untyped-def]
    body = {"key": str(uuid4()), "call": "Rang at ten."}
    return sign_in(user).post(reverse("matrix:submit", args=[matrix.public_id]), body)


def nothing_was_sent(matrix: Matrix) -> None:
    assert not Submission.objects.exists()
    assert not Referral.objects.exists()
    assert Matrix.objects.get(pk=matrix.pk).state == "draft"


def test_record_f10_the_pages_door_refuses_and_says_why(nurse: User, matrix: Matrix) -> None:
    ends(nurse)
    refused = send(nurse, matrix)
    assert refused.status_code == 403
    page = refused.content.decode()
    assert "Your work with this child has ended" in page
    assert "Robin Pretend can go on with it" in page
    nothing_was_sent(matrix)


def test_record_f10_the_service_asks_again_where_the_work_ended_after_the_door(
    nurse: User, matrix: Matrix
) -> None:
    passed = Matrix.objects.get(pk=matrix.pk)  # the access rule let them in with this
    ends(nurse)
    with pytest.raises(NotAllowed, match="Your work with this child has ended"):
        matrix_submit(nurse, matrix=passed)
    nothing_was_sent(matrix)


def test_record_f10_while_the_work_goes_on_it_is_sent(nurse: User, matrix: Matrix) -> None:
    assert send(nurse, matrix).status_code == 302
    assert Submission.objects.get().submitted_by == nurse


def test_record_f10_somebody_brought_in_may_send_until_their_part_ends(
    starter: User, child: Child, matrix: Matrix
) -> None:
    helper = make_user()
    contributor_add(starter, matrix=matrix, person=helper, may_bring_in=True)
    assert matrix_submit(helper, matrix=matrix).submitted_by == helper


def test_record_f10_whoever_began_it_keeps_what_they_submit(starter: User, matrix: Matrix) -> None:
    ends(starter)
    assert send(starter, matrix).status_code == 302
    assert Submission.objects.get().submitted_by == starter


@pytest.mark.parametrize("shut", ["barred", "restricted", "long ago", "wrote nothing"])
def test_record_f10_where_the_record_was_shut_since_nothing_is_told(
    nurse: User, child: Child, matrix: Matrix, shut: str
) -> None:
    ends(nurse)
    if shut == "barred":
        bar(child, nurse)
    elif shut == "restricted":
        restrict(child)
    elif shut == "long ago":
        Involvement.objects.filter(user=nurse).update(
            started_at=now() - timedelta(days=9), ended_at=now() - timedelta(days=2)
        )
    else:
        matrix.answers.filter(answered_by=nurse).delete()
    assert send(nurse, matrix).status_code == 404
    nothing_was_sent(matrix)
