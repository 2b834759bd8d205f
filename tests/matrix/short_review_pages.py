"""The page of a review where nothing is new, as a user sends it."""

from html import unescape
from uuid import uuid4

from django.http import HttpResponse
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import today
from cems.children.models import Child
from matrix.choices import Managed
from tests.factories.people import sign_in
from tests.factories.short_reviews import owed


def page(child: Child) -> str:
    return reverse("matrix:short_review", args=[child.public_id])


def typed(child: Child, **more: str) -> dict[str, str]:
    day = today()
    return {
        "key": str(uuid4()),
        "review": str(owed(child).public_id),
        "step": "send",
        "on-0_0": str(day.day),
        "on-0_1": str(day.month),
        "on-0_2": str(day.year),
        "words-0": "He says he stays in at night now.",
        "managed": Managed.PARTLY,
        "managed_words": "Father fetches him from school.",
        **more,
    }


def shown(user: User, url: str) -> str:
    answer = sign_in(user).get(url)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def send(user: User, child: Child, form: dict[str, str]) -> HttpResponse:
    return sign_in(user).post(page(child), form)
