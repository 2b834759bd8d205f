"""A statement that is turned into SQL once answers every time as the query it was made of."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from cems.accounts.models import Appointment
from cems.accounts.profile import _POSTS, _posts
from cems.base.statements import Statement
from cems.base.time import today
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def of(user: int, day: date) -> QuerySet[Any, Any]:
    return (
        Appointment.objects.filter(user=user, starts_on__lte=day).order_by("pk").values_list("pk", "role_key")
    )


def test_it_is_asked_anew_with_the_values_of_each_time() -> None:
    asked = Statement(of, user=int, day=date)
    first, second = make_user("cevt_chair"), make_user("practitioner")
    for user in (first, second, first):
        assert asked.rows(user=user.pk, day=today()) == list(of(user.pk, today()))
        assert len(asked.rows(user=user.pk, day=today())) == 1
    assert asked.rows(user=first.pk, day=date(1990, 1, 1)) == []


def test_a_value_that_is_worked_on_is_refused() -> None:
    def worked_on(user: int, day: date) -> QuerySet[Any, Any]:
        return of(user, day - timedelta(days=1))

    with pytest.raises(TypeError, match="works on"):
        Statement(worked_on, user=int, day=date).rows(user=1, day=today())


def test_a_value_that_changes_the_statement_or_is_left_out_is_refused() -> None:
    def shaped(user: int, day: date) -> QuerySet[Any, Any]:
        rows = of(user, day)
        return rows if day.year == 1 else rows.filter(team=None)

    def without(user: int, day: date) -> QuerySet[Any, Any]:
        return Appointment.objects.filter(user=user).values_list("pk")

    for build, why in ((shaped, "changes with"), (without, "does without")):
        with pytest.raises(TypeError, match=why):
            Statement(build, user=int, day=date).rows(user=1, day=today())


def test_a_persons_standing_is_what_its_query_says() -> None:
    user = make_user("cevt_chair")
    for day in (today(), today() - timedelta(days=3000)):
        values = {"user": user.pk, "agency": user.agency_id, "day": day}
        assert _POSTS.rows(**values) == list(_posts(**values))
