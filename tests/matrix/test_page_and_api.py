"""The pages and the API give the same submission."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from rest_framework.test import APIClient

from cems.actions.models import Action
from cems.base.time import today
from cems.clocks.models import Clock
from matrix.models import Matrix, Submission
from plans.models import Referral, Request
from tests.factories.children import involve, make_child
from tests.factories.matrices import HARM
from tests.factories.people import make_authority, make_user, sign_in
from tests.matrix.test_api import send, whole

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M7", "O1")]


@pytest.fixture(autouse=True)
def _ready() -> None:
    cache.clear()
    make_authority()


def test_the_page_and_the_api_give_the_same_submission_and_follow_ups():
    """Parity: one child answered on the pages, one by API; what is kept and what follows is the same."""
    outcomes = []
    for way in (_by_pages, _by_api):
        user, child = make_user(), make_child()
        involve(child, user)
        sent = way(user, child)
        kept = Submission.objects.values(
            "level", "reasons", "suggested", "suggested_because", "harm_happened", "receipt", "call"
        ).get(pk=sent.pk)
        names = ("code", "seen", "when_kind", "seen_on", "what", "source", "agency")
        fields = ("occasion", "own", "forms", "contexts", "child_views", "informed", "instrument_version")
        outcomes.append(
            {
                "kept": kept,
                "matrix": Matrix.objects.values(*fields).get(pk=sent.matrix_id),
                "answers": list(sent.matrix.answers.order_by("code").values(*names)),
                "actions": sorted(Action.objects.of(child).values_list("title", "key")),
                "clocks": sorted(Clock.objects.filter(child=child.public_id).values_list("kind", flat=True)),
                "papers": (Referral.objects.of(child).count(), Request.objects.of(child).count()),
            }
        )
    assert outcomes[0] == outcomes[1]
    assert outcomes[0]["actions"] and outcomes[0]["papers"] == (1, 1)


def _by_api(user, child):
    body = whole(child_id=str(child.public_id), forms=["sexual"], contexts=["online"])
    del body["child"]
    answer = send(sign_in(user, APIClient()), body)
    assert answer.status_code == 201, answer.json()
    return Submission.objects.get(public_id=answer.json()["id"])


def _by_pages(user, child):
    client, day = sign_in(user), today()
    client.post(reverse("matrix:start", args=[child.public_id]), {"occasion": "missing"})
    matrix = Matrix.objects.get(child=child)

    def fill(name, *more, **fields):
        address = reverse(f"matrix:{name}", args=[matrix.public_id, *more])
        page = client.get(address).content.decode()
        kept = dict(re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', page))
        target = reverse("matrix:submit", args=[matrix.public_id]) if name == "check" else address
        assert client.post(target, {**kept, "continue": "1", **fields}).status_code == 302

    typed = {"seen": "seen", "when": "exact", "day": day.day, "month": day.month, "year": day.year}
    typed |= {"what": "Told a tutor", "source": "Tutor"}
    fill("group", "sexual", **{f"{HARM}-{name}": value for name, value in typed.items()})
    fill("views", child_views="I want it to stop", informed="yes")
    fill(
        "judgement",
        level="3",
        reasons="Somebody older threatens them.",
        forms=["sexual"],
        contexts=["online"],
    )
    fill("check", call="First Contact at 10:05")
    return Submission.objects.get(matrix=matrix)
