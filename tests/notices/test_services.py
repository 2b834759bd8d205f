"""Telling people, once each (K1)."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connections, transaction

from cems.base.time import now
from cems.notices.models import Mail, Notice
from cems.notices.selectors import page, unread_count
from cems.notices.services import notice_send, notices_read
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("K1")
def test_it_tells_each_person_once_and_mails_it() -> None:
    first, second = make_user(), make_user()
    say = {"kind": "test", "key": "one", "text": "ACT-1 is yours to do.", "url": "/x/", "reference": "ACT-1"}
    assert notice_send([first.pk, first.pk], **say) == 1
    assert notice_send([first.pk, second.pk], **say) == 1
    assert Notice.objects.filter(key="one").count() == 2
    notice = Notice.objects.get(user=first)
    assert Mail.objects.get(notice=notice).message_id == f"<notice-{notice.public_id}@cems>"


def test_it_need_not_be_mailed_and_leavers_are_told_nothing() -> None:
    here, left = make_user(), make_user(is_active=False)
    assert notice_send([here.pk, left.pk], kind="test", key="two", text="x", mail=False) == 1
    assert not Mail.objects.exists()


def test_it_is_untold_with_the_command_that_failed() -> None:
    user = make_user()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        notice_send([user.pk], kind="test", key="three", text="x")
        _ = 1 / 0
    assert (Notice.objects.count(), Mail.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("K1")
def test_two_telling_the_same_at_once_mail_it_once() -> None:
    users = [make_user().pk for _ in range(20)]
    counts: list[int] = []

    def run() -> None:
        try:
            counts.append(notice_send(users, kind="test", key="race", text="x"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(counts) == Notice.objects.count() == Mail.objects.count() == len(users)


def test_reading_all_leaves_what_came_since_and_what_is_others() -> None:
    user, other = make_user(), make_user()
    drawn = now()
    notice_send([user.pk, other.pk], kind="test", key="old", text="x", at=drawn - timedelta(minutes=1))
    notice_send([user.pk], kind="test", key="new", text="x", at=drawn + timedelta(minutes=1))
    assert notices_read(user, before=drawn) == 1
    assert (unread_count(user), unread_count(other)) == (1, 1)


def test_a_page_has_the_unread_first_and_goes_on_by_key() -> None:
    user = make_user()
    for number in range(53):
        notice_send([user.pk], kind="test", key=f"{number}", text=f"{number}", mail=False)
    notices_read(user)
    notice_send([user.pk], kind="test", key=str(uuid.uuid4()), text="new", mail=False)
    first = page(user)
    assert ([n.text for n in first.new], first.earlier[0].text, len(first.earlier)) == (["new"], "52", 50)
    second = page(user, first.after)
    assert ([n.text for n in second.earlier], second.new, second.after) == (["2", "1", "0"], [], "")
