"""What the matrix hangs on the child's record: the child's own copy, merging, the identity bar (C1, C4, A4)."""

from datetime import datetime, timedelta

import pytest

from cems.base.time import now, today
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.own_copy import own_copy
from matrix.child_content import merge_blockers, submitted_level
from matrix.services.drafts import matrix_start
from tests.factories.children import make_child
from tests.factories.matrices import CONCERN, answer, seen, submit
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def test_the_childs_own_copy_marks_who_said_so_as_a_third_party() -> None:
    user, child = make_user(), make_child()
    draft = matrix_start(user, child=child)
    answer(user, draft, CONCERN, seen(today(), "Messages late at night", source="An aunt"))
    rows = list(own_copy([child.pk]))
    (given,) = [row for row in rows if row["kind"] == "Answer in a CE Matrix"]
    assert (given["what"], given["third_party"]) == ("Messages late at night", "An aunt")
    assert [row["reference"] for row in rows if row["kind"] == "CE Matrix"] == [draft.reference]


def test_two_drafts_stand_in_the_way_of_a_merge_and_one_does_not() -> None:
    user, first, second = make_user(), make_child(), make_child()
    matrix_start(user, child=first)
    assert list(merge_blockers([first.pk, second.pk])) == []
    matrix_start(user, child=second)
    (line,) = merge_blockers([first.pk, second.pk])
    assert line.startswith("2 matrices are in progress")


@pytest.mark.requirement("C4")
def test_the_highest_submitted_level_that_waits_is_told_to_the_identity_bar() -> None:
    user, child = make_user(), make_child()

    def shown_level() -> tuple[int, datetime] | None:
        return submitted_level(OpenChild(child, access_to(user, child)))

    assert shown_level() is None
    then = now() - timedelta(days=9)
    submit(user, child, RiskLevel.LOW, at=then)
    higher = submit(user, child, RiskLevel.SIGNIFICANT, at=then + timedelta(days=2))
    submit(user, child, RiskLevel.LOW, at=then + timedelta(days=5))
    assert shown_level() == (RiskLevel.SIGNIFICANT, higher.received_at)
