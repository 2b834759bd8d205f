"""Who is where, and typing: noted sparingly, forgotten soon (M6)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cems.accounts.models import User
from cems.base.models import Presence
from cems.base.services.presence import Present, here, others
from cems.base.time import now
from tests.factories.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M6")]

SUBJECT = "paper:1"


@pytest.fixture
def robin() -> User:
    return make_user(name="Robin Pretend")


@pytest.fixture
def sam() -> User:
    return make_user(name="Sam Madeup")


def test_each_sees_the_other_and_not_themselves(robin: User, sam: User) -> None:
    assert here(robin, subject=SUBJECT, place="front") == []
    assert here(sam, subject=SUBJECT, place="back", typing=True) == [Present("Robin Pretend", "front", False)]
    assert others(robin, subject=SUBJECT) == [Present("Sam Madeup", "back", True)]
    assert others(robin, subject="paper:2") == []


def test_a_person_is_in_the_place_they_were_last_at(robin: User, sam: User) -> None:
    here(robin, subject=SUBJECT, place="front", typing=True)
    here(robin, subject=SUBJECT, place="back")
    assert others(sam, subject=SUBJECT) == [Present("Robin Pretend", "back", False)]


def test_after_half_a_minute_without_a_sign_nobody_is_there(robin: User, sam: User) -> None:
    start = now()
    here(robin, subject=SUBJECT, place="front", at=start)
    assert others(sam, subject=SUBJECT, at=start + timedelta(seconds=29))
    assert others(sam, subject=SUBJECT, at=start + timedelta(seconds=30)) == []
    assert Presence.objects.filter(user=robin).exists()


def test_looking_is_not_being_there(robin: User, sam: User) -> None:
    assert others(robin, subject=SUBJECT) == []
    assert others(sam, subject=SUBJECT) == []
    assert not Presence.objects.exists()


def test_it_is_written_when_something_changed_and_else_now_and_then(robin: User) -> None:
    start = now()

    def queries(seconds: int, *, typing: bool = False) -> int:
        with CaptureQueriesContext(connection) as caught:
            here(robin, subject=SUBJECT, place="front", typing=typing, at=start + timedelta(seconds=seconds))
        # Without the begin and commit of the command, a savepoint here, where the test has a transaction.
        return len([query for query in caught if "SAVEPOINT" not in query["sql"]])

    here(robin, subject=SUBJECT, place="front", at=start)
    assert queries(4) == 1
    assert queries(8) == 1
    assert queries(10) == 2
    assert queries(14) == 1
    assert queries(15, typing=True) == 2
    assert Presence.objects.get().at == start + timedelta(seconds=15)


def test_whoever_arrives_clears_away_those_who_left_long_ago(robin: User, sam: User) -> None:
    start = now()
    here(robin, subject="paper:2", place="front", at=start - timedelta(hours=2))
    here(sam, subject="paper:2", place="front", at=start - timedelta(minutes=50))
    here(sam, subject=SUBJECT, place="front", at=start)
    assert set(Presence.objects.values_list("user", "subject")) == {(sam.pk, "paper:2"), (sam.pk, SUBJECT)}
