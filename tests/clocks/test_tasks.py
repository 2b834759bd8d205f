"""What beat asks for exists and does its work."""

import pytest
from django.conf import settings
from django.core import mail

from cems.celery import app
from cems.clocks.tasks import sweep
from cems.notices.models import Notice
from cems.notices.tasks import send_outbox
from tests.factories.clocks import london, make_clock
from tests.factories.people import make_user


@pytest.mark.django_db
@pytest.mark.requirement("K1")
def test_beats_two_tasks_warn_and_mail(time_machine: object) -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {sweep.name, send_outbox.name} <= scheduled & set(app.tasks)
    owner = make_user()
    clock = make_clock(owner)
    time_machine.move_to(london("2026-06-02T09:00"))  # type: ignore[attr-defined]
    sweep.apply(throw=True)
    send_outbox.apply(throw=True)
    assert Notice.objects.get(user=owner).reference == clock.reference
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
