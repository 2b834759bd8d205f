"""What a command tells is told once, at its end, and not at all when it fails (K1)."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cems.base.time import now
from cems.notices.models import Mail, Notice
from cems.notices.services import tell, told_together
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def test_all_is_told_in_one_statement_at_the_end() -> None:
    first, second, at = make_user(), make_user(), now()
    with CaptureQueriesContext(connection) as asked, told_together():
        assert tell([first.pk], kind="example.one", key="one", text="One", at=at) == 0
        with told_together():
            tell([second.pk, first.pk], kind="example.two", key="two", text="Two", at=at)
        tell([second.pk], kind="example.one", key="one", text="One", at=at)
        assert not Notice.objects.exists()
    assert sum("INSERT INTO notices_notice" in one["sql"] for one in asked.captured_queries) == 1
    told = set(Notice.objects.values_list("user", "key"))
    assert told == {(person.pk, key) for person in (first, second) for key in ("one", "two")}
    assert Mail.objects.count() == 4
    assert tell([first.pk], kind="example.one", key="one", text="One", at=at) == 0  # told before
    assert tell([first.pk], kind="example.three", key="three", text="Three", at=at) == 1


def test_what_is_not_mailed_stays_so_and_an_error_tells_nobody() -> None:
    person = make_user()
    with told_together():
        tell([person.pk], kind="example.quiet", key="quiet", text="Quiet", mail=False)
        tell([person.pk], kind="example.loud", key="loud", text="Loud")
    assert Mail.objects.get().notice.key == "loud"
    with pytest.raises(ValueError), transaction.atomic(), told_together():
        tell([person.pk], kind="example.lost", key="lost", text="Lost")
        raise ValueError
    assert not Notice.objects.filter(key="lost").exists()
