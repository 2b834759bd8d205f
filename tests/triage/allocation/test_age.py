"""Somebody whose age is disputed or not known is nobody of 18 or more where work is given out (C1, T6)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import now, today
from cems.children.choices import BirthDateKnown
from cems.children.models import Child
from tests.factories.allocation import child_at, has_worker, make_manager, make_worker, waits
from tests.factories.people import sign_in
from triage.allocation.selectors.board import board

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1", "T6")]
ADULT_WORDS = "18 or more"
WORDS = {
    BirthDateKnown.DISPUTED: "age disputed: presumed under 18",
    BirthDateKnown.UNKNOWN: "age not known: presumed under 18",
    BirthDateKnown.ABOUT: "about 19 years old",
    BirthDateKnown.EXACT: "19 years old",
}
PRESUMED = [BirthDateKnown.DISPUTED, BirthDateKnown.UNKNOWN]


def child_of_nineteen(known: BirthDateKnown) -> Child:
    born = today().replace(year=today().year - 19, day=min(today().day, 28)) - timedelta(days=3)
    return child_at(date_of_birth=born, birth_date_known=known)


def page(user: User, name: str, *args: object) -> str:
    response = sign_in(user).get(reverse(f"allocation:{name}", args=args))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def manager() -> User:
    return make_manager()


@pytest.mark.parametrize("known", WORDS)
@pytest.mark.parametrize("name", ["board", "unallocated"])
def test_who_waits_is_listed_with_the_age_as_it_is_known(
    manager: User, known: BirthDateKnown, name: str
) -> None:
    child = child_of_nineteen(known)
    waits(child)
    text = page(manager, name)
    assert f"{child.reference}, {WORDS[known]}" in text
    assert ("19 years old" in text) == (known not in PRESUMED)


@pytest.mark.parametrize("known", WORDS)
def test_a_worker_is_told_that_somebody_is_grown_up_only_where_it_is_known(
    manager: User, known: BirthDateKnown
) -> None:
    child, worker = child_of_nineteen(known), make_worker()
    has_worker(child, worker, by=manager)
    for text in (page(worker, "caseload"), page(manager, "worker", worker.public_id)):
        assert f"{child.reference}, {WORDS[known]}" in text
        assert (ADULT_WORDS in text) == (known not in PRESUMED)
    [counted] = [row for team in board(manager, now()).teams for row in team.workers if row.user == worker]
    assert counted.adults == (known not in PRESUMED) and counted.load == 1
    assert ("1 aged 18 or more" in page(manager, "board")) == (known not in PRESUMED)
