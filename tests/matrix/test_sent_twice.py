"""Two people press Send at the same moment: one submission, one referral (floor-f3)."""

import threading

import pytest
from django.db import connection

from cems.base.errors import Conflict
from cems.children.choices import RiskLevel
from matrix.models import Matrix, Submission
from matrix.services.drafts import matrix_start
from matrix.services.submission import matrix_submit
from plans.models import Referral
from tests.factories.children import involve, make_child
from tests.factories.matrices import ready_matrix
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: object) -> list[object]:
    """Run each act in its own thread and connection; what each returned or raised."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: object) -> None:
        try:
            gate.wait(10)
            results[number] = act()  # type: ignore[operator]
        except Exception as error:
            results[number] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.requirement("M5")
def test_sent_by_two_at_once_is_one_submission() -> None:
    first, second, child = make_user(), make_user(), make_child()
    involve(child, second)
    matrix = ready_matrix(first, child, RiskLevel.MODERATE)
    results = at_once(
        lambda: matrix_submit(first, matrix=matrix), lambda: matrix_submit(second, matrix=matrix)
    )
    assert sorted((type(result) for result in results), key=str) == sorted([Submission, Conflict], key=str)
    assert Submission.objects.count() == 1
    assert Referral.objects.count() == 1


@pytest.mark.requirement("M1")
def test_started_by_two_at_once_is_one_draft() -> None:
    first, second, child = make_user(), make_user(), make_child()
    results = at_once(lambda: matrix_start(first, child=child), lambda: matrix_start(second, child=child))
    assert results[0] == results[1]
    assert Matrix.objects.count() == 1
