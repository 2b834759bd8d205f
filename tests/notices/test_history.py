"""While a system's past is filled in, old news is neither mailed nor new (K1)."""

from datetime import timedelta

import pytest

from cems.base.time import now
from cems.notices.history import telling_history
from cems.notices.models import Mail, Notice
from cems.notices.services import notice_send
from tests.factories.people import make_user

pytestmark = pytest.mark.django_db


def test_it_mails_no_history_and_leaves_only_the_latest_unread() -> None:
    user, instant = make_user(), now()
    with telling_history(read_before=instant - timedelta(days=2)):
        for key, age in (("old", timedelta(days=3)), ("latest", timedelta(days=1))):
            assert notice_send([user.pk], kind="test", key=key, text="Something", at=instant - age) == 1
            assert notice_send([user.pk], kind="test", key=key, text="Something", at=instant - age) == 0
    assert not Mail.objects.exists()
    old, latest = Notice.objects.get(key="old"), Notice.objects.get(key="latest")
    assert old.read_at == old.at
    assert latest.read_at is None


def test_it_tells_and_mails_as_ever_afterwards_however_late_the_paper_came() -> None:
    user = make_user()
    with pytest.raises(ZeroDivisionError), telling_history(read_before=now()):
        raise ZeroDivisionError
    notice_send([user.pk], kind="test", key="paper", text="Something", at=now() - timedelta(days=9))
    assert Notice.objects.get().read_at is None
    assert Mail.objects.count() == 1
