"""What a command tells is told once, at its end, and not at all when it fails (K1)."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cems.accounts.models import User
from cems.base.command import command
from cems.base.time import now
from cems.notices.models import Mail, Notice
from cems.notices.services import notice_send
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@command
def says_two_things(user: None, *, first: User, second: User, at: datetime) -> None:
    assert notice_send([first.pk], kind="example.one", key="one", text="One", at=at) == 0
    says_another(None, first=first, second=second, at=at)
    notice_send([second.pk, first.pk], kind="example.one", key="one", text="Said again in other words", at=at)
    assert not Notice.objects.exists()


@command
def says_another(user: None, *, first: User, second: User, at: datetime) -> None:
    notice_send([second.pk, first.pk], kind="example.two", key="two", text="Two", at=at)


def test_all_is_told_in_one_statement_at_the_end() -> None:
    first, second, at = make_user(), make_user(), now()
    with CaptureQueriesContext(connection) as asked:
        says_two_things(None, first=first, second=second, at=at)
    assert sum("INSERT INTO notices_notice" in query["sql"] for query in asked) == 1
    notices = set(Notice.objects.values_list("user", "key", "text"))
    assert notices == {
        (first.pk, "one", "One"),  # what was said first stands
        (second.pk, "one", "Said again in other words"),
        (first.pk, "two", "Two"),
        (second.pk, "two", "Two"),
    }
    assert Mail.objects.count() == 4
    assert notice_send([first.pk], kind="example.one", key="one", text="One", at=at) == 0  # told before
    assert notice_send([first.pk], kind="example.three", key="three", text="Three", at=at) == 1


def test_what_is_not_mailed_stays_so_and_an_error_tells_nobody() -> None:
    person = make_user()

    @command
    def says(user: None) -> None:
        notice_send([person.pk], kind="example.quiet", key="quiet", text="Quiet", mail=False)
        notice_send([person.pk], kind="example.loud", key="loud", text="Loud")

    @command
    def fails(user: None) -> None:
        notice_send([person.pk], kind="example.lost", key="lost", text="Lost")
        raise ValueError

    says(None)
    assert Mail.objects.get().notice.key == "loud"
    with pytest.raises(ValueError):
        fails(None)
    assert not Notice.objects.filter(key="lost").exists()
