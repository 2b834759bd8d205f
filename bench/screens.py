"""The main screens: who opens them, how, and the statements a person would write for the same rows."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bench.cast import Cast
from bench.reference_sql_pages import ByHand
from bench.reference_sql_triage import ByHandTriage
from bench.table import Table
from bench.timing import Timed, in_turn
from cems.accounts.models import User

LIST, FORM = "list", "form"
LIMIT_MS = {LIST: 60, FORM: 150}
Told = tuple[str, str, str, str, Callable[[], list[str]]]
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
    all_pages = []
    for who, user, wide in (("practitioner", cast.worker, False), ("First Contact", cast.wide, True)):
        client, hand = signed_in(user), ByHand(cast, user, wide=wide)
        pages = _pages(cast, client, hand) + ([] if wide else _papers(cast, group, hand))
        all_pages += [
            Screen(f"{key}, {who}", f"{title} ({who})", kind, _opener(client, url), by_hand)
            for key, title, kind, url, by_hand in pages
        ]
    return all_pages


def _pages(cast: Cast, client: Client, hand: ByHand) -> list[Told]:
    """What a practitioner and First Contact both open."""
    results = client.post(reverse("children:search"), {"q": cast.misspelt})["Location"]
    overview = reverse("children:overview", args=[cast.child.public_id])
    return [
        ("search", "Child search, name misspelt", LIST, results, hand.search),
        ("overview", "Child overview", LIST, overview, hand.overview),
        ("home", "My work", LIST, reverse("home"), hand.home),
    ]


def _papers(cast: Cast, group: str, hand: ByHand) -> list[Told]:
    """The pages of a matrix."""
    draft = cast.draft.public_id
    tasks, questions = reverse("matrix:tasks", args=[draft]), reverse("matrix:group", args=[draft, group])
    sent = reverse("matrix:submission", args=[cast.submission.public_id])
    return [
        ("tasks", "Matrix: list of groups", LIST, tasks, partial(hand.draft, agencies=False)),
        ("group", "Matrix: one group of questions", FORM, questions, partial(hand.draft, agencies=True)),
        ("submission", "Matrix as it was sent", LIST, sent, hand.submission),
    ]


def triage_screens(cast: Cast, table: Table) -> list[Screen]:
    """The pages of triage, each as the person opens it whose work it is."""
    sheet = reverse("cevt:sheet", args=[cast.child.public_id])
    pages = []
    for key, title, kind, url, user, who in (
        ("cevt", "CEVT's list", LIST, reverse("cevt:list"), table.chair, "chair"),
        ("sheet", "CEVT: a child's sheet", FORM, sheet, table.chair, "chair"),
        ("allocation", "Allocation board", LIST, reverse("allocation:board"), table.manager, "manager"),
        (
            "first_contact",
            "First Contact's queue",
            LIST,
            reverse("first_contact:queue"),
            cast.wide,
            "First Contact",
        ),
    ):
        client = signed_in(user)
        hand = ByHandTriage(cast, user, wide=user == cast.wide)
        opened = _opener(client, url)
        pages.append(Screen(f"{key}, {who}", f"{title} ({who})", kind, opened, getattr(hand, key)))
    return pages


def _opener(client: Client, url: str) -> Callable[[], HttpResponse]:
    def opened() -> HttpResponse:
        answer = client.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"  # a refusal is quick, and no page
        return answer  # type: ignore[return-value]

    return opened


def _group_answered(cast: Cast) -> str:
    """The group in which the draft has most answers."""
    from matrix.instrument import load

    codes = set(cast.draft.answers.values_list("code", flat=True))
    groups = load(cast.draft.instrument_version).groups
    return max(groups, key=lambda group: sum(indicator.code in codes for indicator in group.indicators)).code


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
