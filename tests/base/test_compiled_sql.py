"""A statement that is turned into SQL once answers every time as the query it was made of."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Exists, OuterRef, QuerySet

from cems.accounts.models import Appointment, Team
from cems.accounts.profile import _POSTS, _posts
from cems.base.compiled_sql import Condition, Statement
from cems.base.time import today
from tests.factories.people import make_team, make_user

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


def test_a_value_that_changes_the_statement_is_refused() -> None:
    def shaped(user: int, day: date) -> QuerySet[Any, Any]:
        rows = of(user, day)
        return rows if day.year == 1 else rows.filter(team=None)

    with pytest.raises(TypeError, match="changes with"):
        Statement(shaped, user=int, day=date).rows(user=1, day=today())


def test_a_persons_standing_is_what_its_query_says() -> None:
    user = make_user("cevt_chair")
    for day in (today(), today() - timedelta(days=3000)):
        values = {"user": user.pk, "agency": user.agency_id, "day": day}
        assert _POSTS.rows(**values) == list(_posts(**values))


# --- conditions -----------------------------------------------------------------------------------------------------


def teams_of(user: int, day: date) -> QuerySet[Any, Any]:
    """Teams in which somebody has a post, and a colleague of theirs has one too: a row asked about within a row."""
    own = Appointment.objects.filter(team=OuterRef("pk"), user=user, starts_on__lte=day)
    others = Appointment.objects.filter(team=OuterRef("team"), starts_on__lte=day).exclude(
        user=OuterRef("user")
    )
    return Team.objects.filter(Exists(own.filter(Exists(others))))


TEAMS_OF = Condition(teams_of, user=int, day=date)


def test_a_condition_holds_of_the_same_rows_wherever_it_is_asked() -> None:
    """At the top of a statement, within another, and within one that names its tables as the condition did its own."""
    shared, alone = make_team(), make_team()
    first, second, third = make_user(team=shared), make_user(team=shared), make_user(team=alone)
    for user, day in ((first, today()), (second, today()), (third, today()), (first, date(1990, 1, 1))):
        of, rows = TEAMS_OF.of(user=user.pk, day=day), set(teams_of(user.pk, day))
        assert rows == ({shared} if user != third and day == today() else set())
        assert set(Team.objects.filter(of)) == rows
        assert not rows & set(Team.objects.exclude(of))
        assert set(Team.objects.filter(pk__in=Team.objects.filter(of).values("pk"))) == rows
        appointments = Appointment.objects.filter(Exists(Team.objects.filter(of, pk=OuterRef("team"))))
        assert {row.team for row in appointments.select_related("team")} == rows
        twice = Team.objects.filter(Exists(appointments.filter(team=OuterRef("pk")).filter(user=user)))
        assert set(twice) == rows
        assert set(Team.objects.filter(of) | Team.objects.filter(pk=alone.pk)) == rows | {alone}


def test_a_condition_that_joins_is_refused() -> None:
    def joined(user: int) -> QuerySet[Any, Any]:
        return Appointment.objects.filter(team__agency__name="x", user=user)

    with pytest.raises(TypeError, match="joins"):
        Condition(joined, user=int).of(user=1)
