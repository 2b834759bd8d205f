"""A list in a condition is one parameter, and finds what a list of conditions would."""

import uuid
from datetime import date
from typing import Any

import pytest
from django.db.models import F, Q

from cems.accounts.models import Authority, User
from cems.children.models import Child
from tests.factories.children import make_child
from tests.factories.people import make_authority

pytestmark = pytest.mark.django_db


def found(condition: Q) -> set[int]:
    return set(Child.objects.unscoped("a test").filter(condition).values_list("pk", flat=True))


def any_of(field: str, values: list[Any]) -> Q:
    """The slow and obvious way."""
    condition = Q(pk__in=[])
    for value in values:
        condition |= Q(**{field: value})
    return condition


@pytest.fixture
def children() -> list[Child]:
    return [
        make_child(family_name=name, date_of_birth=date(2011, 3, day))
        for day, name in enumerate(("Able", "O'Brien", 'Quote"d', "Sla\\sh, {brace}", "NULL"), 1)
    ]


@pytest.mark.parametrize(
    "field", ["pk", "public_id", "family_name", "date_of_birth", "authority", "authority__code"]
)
@pytest.mark.parametrize("size", [0, 1, 2, 4])
def test_a_list_finds_what_its_values_find_one_by_one(children: list[Child], field: str, size: int) -> None:
    values = [
        Child.objects.unscoped("a test").values_list(field, flat=True).get(pk=child.pk)
        for child in children[:size]
    ]
    assert found(Q(**{f"{field}__in": values})) == found(any_of(field, values))
    assert found(~Q(**{f"{field}__in": values})) == found(~any_of(field, values))


def test_nothing_and_the_same_twice_change_nothing(children: list[Child]) -> None:
    first, second, *_ = (child.pk for child in children)
    assert found(Q(pk__in=[first, None, second, first])) == {first, second}
    assert found(Q(school__in=[None, None])) == set()


def test_a_longer_word_than_the_column_holds_matches_nobody() -> None:
    """The list has the type of the column without its length, else its values would be cut to fit."""
    short = Authority.objects.create(code="E0699999", name="Example")
    length = Authority._meta.get_field("code").max_length
    short.code = "E" * length
    short.save()
    assert not Authority.objects.filter(code__in=["E" * (length + 1), "F" * (length + 1)]).exists()


def test_numbers_no_column_holds_match_nobody(children: list[Child]) -> None:
    first, second, *_ = (child.pk for child in children)
    for huge in (10**20, -(10**20), 2**63):
        assert found(Q(pk__in=[first, huge])) == {first}
        assert found(Q(pk__in=[first, second, huge])) == found(Q(pk__in=[first, second])) == {first, second}
        assert found(Q(authority__in=[huge, huge + 1])) == set()


def test_rows_and_expressions_may_stand_in_the_list(children: list[Child]) -> None:
    authority, other = children[0].authority, make_authority("elsewhere")
    assert found(Q(authority__in=[authority, other])) == {child.pk for child in children}
    assert found(Q(family_name__in=[F("given_name"), "Able"])) == {children[0].pk}
    assert found(Q(pk__in=Child.objects.unscoped("a test").filter(family_name="NULL").values("pk"))) == {
        children[4].pk
    }


def test_what_is_no_value_of_the_column_is_refused(children: list[Child]) -> None:
    with pytest.raises(ValueError, match="expected a number"):
        found(Q(pk__in=["x", "y"]))
    assert not found(Q(public_id__in=[uuid.uuid4(), uuid.uuid4()]))


def test_however_many_values_there_are_it_is_one_parameter() -> None:
    compiled = User.objects.filter(pk__in=range(1, 1000), agency__in=range(1, 500)).query.sql_with_params()
    assert len(compiled[1]) == 2
    assert list(User.objects.filter(pk__in=range(10**9, 10**9 + 1000))) == []
