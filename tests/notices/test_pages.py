"""The page of what I was told."""

import pytest
from django.urls import reverse

from cems.base.time import now
from cems.notices.models import Notice
from cems.notices.services import notice_send
from tests.factories.people import make_user, sign_in

pytestmark = pytest.mark.django_db


def test_i_see_my_notices_and_mark_them_read() -> None:
    me, other = make_user(), make_user()
    notice_send([me.pk], kind="test", key="mine", text="ACT-2026-00007 is yours to do.", url="/actions/")
    notice_send([other.pk], kind="test", key="others", text="ACT-2026-00008 is yours to do.")
    client = sign_in(me)
    page = client.get(reverse("notices:list"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "ACT-2026-00007" in text
    assert "ACT-2026-00008" not in text
    answer = client.post(reverse("notices:read-all"), {"drawn_at": now().isoformat()})
    assert answer.status_code == 302
    assert not Notice.objects.filter(user=me, read_at=None).exists()
    assert Notice.objects.filter(user=other, read_at=None).exists()


@pytest.mark.parametrize("drawn", ["", "yesterday", "2026-06-01T10:00"])
def test_a_form_without_its_time_is_refused(drawn: str) -> None:
    client = sign_in(make_user())
    assert client.post(reverse("notices:read-all"), {"drawn_at": drawn}).status_code == 400


def test_a_stranger_is_sent_to_sign_in(client: object) -> None:
    assert client.get(reverse("notices:list")).status_code == 302  # type: ignore[attr-defined]


def test_an_address_that_means_nothing_is_refused() -> None:
    assert sign_in(make_user()).get(reverse("notices:list"), {"after": "x"}).status_code == 400
