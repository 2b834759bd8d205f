"""The main screens: who opens them, how, and the statements a person would write for the same rows."""

import html
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bench.byhand import ByHand
from bench.cast import Cast
from bench.timing import Timed, in_turn
from cems.accounts.models import User

LIST, FORM = "list", "form"
LIMIT_MS = {LIST: 60, FORM: 150}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Screen:
    """One page as one person sees it."""

    key: str
    title: str
    kind: str
    open: Callable[[], HttpResponse]
    by_hand: Callable[[], list[str]]


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def screens(cast: Cast) -> list[Screen]:
    """Every measured page, signed in and ready to be opened."""
    group = _group_answered(cast)
    found = []
    for who, user, wide in (("practitioner", cast.worker, False), ("First Contact", cast.wide, True)):
        client, words = signed_in(user), cast.misspelt
        hand = ByHand(cast, user, wide=wide)
        token = client.post(reverse("children:search"), {"q": words})["Location"]
        overview = reverse("children:overview", args=[cast.child.public_id])
        told = [
            ("search", "Child search, name misspelt", LIST, token, hand.search),
            ("overview", "Child overview", LIST, overview, hand.overview),
            ("home", "My work", LIST, reverse("home"), hand.home),
        ]
        if not wide:
            draft, sent = cast.draft.public_id, cast.submission.public_id
            told += [
                ("tasks", "Matrix: list of groups", LIST, reverse("matrix:tasks", args=[draft]), lambda: hand.draft(agencies=False)),
                ("group", "Matrix: one group of questions", FORM, reverse("matrix:group", args=[draft, group]), lambda: hand.draft(agencies=True)),
                ("submission", "Matrix as it was sent", LIST, reverse("matrix:submission", args=[sent]), hand.submission),
            ]  # fmt: skip
        for key, title, kind, url, by_hand in told:
            found.append(Screen(f"{key}, {who}", f"{title} ({who})", kind, _opener(client, url), by_hand))
    return found


def _opener(client: Client, url: str) -> Callable[[], HttpResponse]:
    return lambda: client.get(url)  # type: ignore[return-value]


def _group_answered(cast: Cast) -> str:
    """The group in which the draft has most answers."""
    from matrix.instrument import load

    codes = set(cast.draft.answers.values_list("code", flat=True))
    groups = load(cast.draft.instrument_version).groups
    return max(groups, key=lambda group: sum(one.code in codes for one in group.indicators)).code


def check_same(screen: Screen) -> int:
    """Whether the page shows what the statements by hand give; how many words were compared.

    Raises AssertionError where the page does not, or where nothing was there to compare.
    """
    words, page = screen.by_hand(), screen.open()
    assert page.status_code == 200, f"{screen.title}: {page.status_code}"
    text = html.unescape(page.content.decode())
    missing = [word for word in words if word not in text]
    assert words, f"{screen.title}: the statements by hand found nothing to compare"
    assert not missing, f"{screen.title}: {len(missing)} of {len(words)} not shown, such as {missing[0]}"
    return len(words)


def measure(screen: Screen, turns: int) -> Timed:
    """The page against the statements by hand."""
    return in_turn(screen.open, screen.by_hand, turns)
