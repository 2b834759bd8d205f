"""Keys of forms and sessions that are over do not pile up; those that still count stay."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session

from cems.base.idempotency import once
from cems.base.models import IdempotencyKey
from cems.base.services import expiry
from cems.base.tasks import clear_expired
from cems.base.time import now
from tests.factories.people import make_user, sign_in

pytestmark = pytest.mark.django_db


def test_what_has_had_its_time_goes_and_the_rest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    user, keys = make_user(), [uuid4() for _ in range(4)]
    for key in keys:
        once(user, key=key, action="page", body={}, perform=dict)
    IdempotencyKey.objects.filter(key__in=keys[:3]).update(at=now() - timedelta(days=31))
    client, over = sign_in(user), sign_in(make_user())
    Session.objects.filter(pk=over.session.session_key).update(expire_date=now() - timedelta(seconds=1))
    monkeypatch.setattr(expiry, "AT_ONCE", 2)
    assert [expiry.expired_clear(), expiry.expired_clear(), expiry.expired_clear()] == [3, 1, 0]
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == [keys[3]]
    assert client.get("/").status_code == 200
    assert over.get("/").status_code == 302
    ran = []
    assert once(user, key=keys[3], action="page", body={}, perform=lambda: ran.append(1) or {}) == ({}, False)
    assert ran == []


def test_beat_asks_for_it() -> None:
    from django.conf import settings

    assert clear_expired.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
