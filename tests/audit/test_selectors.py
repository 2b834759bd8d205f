"""Who has looked at this record (A3)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from cems.audit.choices import Verb
from cems.audit.selectors import ORDER, record_use, sign_ins
from cems.audit.services import listed, read, record
from tests.factories.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A3")]
NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)


def test_each_line_says_who_when_why_and_what() -> None:
    user, child = make_user(), uuid4()
    read(user, child=child, part="matrix", reason="CEVT 12 May", at=NOON)
    listed(user, what="triage.today", children=[uuid4(), child], at=NOON + timedelta(hours=1))
    listed(user, what="search", children=[uuid4()], verb=Verb.SEARCHED, at=NOON)
    read(user, child=uuid4(), part="matrix", at=NOON)
    lists, looked = record_use(child).rows
    assert (looked.who, looked.agency, looked.did) == (user.name, user.agency.name, "looked at it")
    assert (looked.part, looked.reason, looked.at) == ("matrix", "CEVT 12 May", NOON)
    assert (lists.did, lists.part) == ("had it in a list", "triage.today")


def test_pages_by_key_show_every_line_once_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ORDER, "size", 5)
    user, child, joined = make_user(), uuid4(), uuid4()
    written = []
    for step in range(12):
        at = NOON + timedelta(minutes=step // 3)  # several at one instant
        about = child if step % 2 else joined
        if step % 4 == 0:
            written.append(listed(user, what="triage.today", children=[about], at=at).pk)
        else:
            written.append(record(user, verb=Verb.CHANGED, child=about, at=at).pk)
    seen: list[int] = []
    after = ""
    for _ in range(10):
        page = record_use([child, joined], after=after)
        seen += [row.pk for row in page.rows]
        after = page.after
        if not after:
            break
    assert seen == sorted(written, reverse=True)


@pytest.mark.parametrize("lines", [1, 30])
def test_two_queries_whatever_the_number_of_lines(
    lines: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    child = uuid4()
    for _ in range(lines):
        record(make_user(), verb=Verb.CHANGED, child=child)
    with django_assert_num_queries(2):
        assert len(record_use(child).rows) == lines


def test_own_sign_ins_are_nobody_elses() -> None:
    ann, ben = make_user(), make_user()
    record(ann, verb=Verb.SIGNED_IN, at=NOON)
    record(ann, verb=Verb.SIGN_IN_FAILED, at=NOON + timedelta(minutes=1))
    record(ann, verb=Verb.CHANGED, at=NOON)
    record(ben, verb=Verb.SIGNED_IN, at=NOON)
    page = sign_ins(ann.pk)
    assert [row.verb for row in page.rows] == ["sign_in_failed", "signed_in"]
    assert not page.after
