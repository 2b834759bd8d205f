"""Twelve people with one sheet open: what asking every few seconds costs, beside streams that are held open (T3).

The figures in docs/adr/0005 come from here: `pytest tests/bench/test_live.py -s`.
"""

import sys
import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import reverse

from bench.timing import CALIBRATION_MS, calibrate
from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.access_control import open_child
from cems.meetings.choices import Held, MeetingForum
from cems.meetings.services.contribution import contribution_save
from tests.factories.children import make_child
from tests.factories.people import make_locality, make_team, make_user, sign_in
from tests.factories.triage import QUORATE, make_chair, sitting, waiting_child
from triage.cevt.selectors.live import live_state

PARTICIPANTS = 12
LIMIT = 5.0  # per cent of one core for a whole meeting


def _milliseconds(act: Callable[[], object], turns: int = 15) -> float:
    """Processor time of one act when nothing else is in its way, as the machine of the limits would have taken."""
    act()
    taken = []
    for _ in range(turns):
        scale = CALIBRATION_MS / calibrate()
        begun = time.process_time()
        act()
        taken.append((time.process_time() - begun) * 1000 * scale)
    return min(taken)


@pytest.mark.requirement("T3")
@pytest.mark.django_db
def test_twelve_people_at_one_meeting_cost_less_than_a_twentieth_of_a_core() -> None:
    child = make_child(locality=make_locality("east"))
    item = waiting_child(child)
    sitting(make_chair(), *QUORATE)
    people = [make_user("cevt_member", team=make_team()) for _ in range(PARTICIPANTS)]
    for user in people[:6]:
        words = {"held": Held.WRITTEN, "text": "Something known of the child. " * 20}
        contribution_save(user, child=child, forum=MeetingForum.CEVT, about=item.public_id, **words)  # type: ignore[arg-type]
    client, url = sign_in(people[0]), reverse("cevt:sheet_live", args=[child.public_id])
    polling = {"X-CEMS-Polling": "1", "X-Requested-With": "cems"}
    client.get(url, headers=polling)
    tag = client.get(url, headers=polling)["ETag"]

    def poll() -> None:
        assert client.get(url, headers={**polling, "If-None-Match": tag}).status_code == 304

    def stream() -> None:
        """What a stream held open would have to ask for its person each time, without a request round it."""
        request = RequestFactory().get(url, headers=polling)
        request.user = User.objects.get(pk=people[0].pk)
        opened = open_child(request, child.public_id, parts=(Part.CONTRIBUTIONS,))
        assert live_state(request.user, opened, place="sheet", typing=False).mark

    asked, streamed = _milliseconds(poll), _milliseconds(stream)
    every = settings.CEVT_LIVE_SECONDS
    share = PARTICIPANTS / every / 10  # from milliseconds an act to per cent of a core
    sys.stdout.write(
        f"\nevery {every} s, {PARTICIPANTS} people: polling {asked:.1f} ms, {asked * share:.1f} %;"
        f" streams {streamed:.1f} ms, {streamed * share:.1f} %\n"
    )
    assert asked * share < LIMIT
