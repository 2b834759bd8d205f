"""The browser of the journeys: real Chromium on a live server, one fresh window a person."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from cems.accounts.models import User
from tests.factories.people import make_user
from tests.journeys.browser import PASSWORD, WIDE, Visitor, set_up_second_factor, traced

# Playwright's loop lives in the thread of the tests, where Django would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
HERE = Path(__file__).parent
KEPT = HERE.parents[1] / "screenshots" / "failures"  # not in version control
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Open = Callable[[], Visitor]
Person = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and "workers" not in item.path.name:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; a missing one is a fault of the machine, never a skip."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("Chromium is missing. Install it: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def window(browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[Open]:
    """`window()` is somebody's fresh browser window, signed out; what fails leaves its trace behind."""
    with ExitStack() as stack:

        def open_one() -> Visitor:
            context = browser.new_context(viewport=WIDE, locale="en-GB", timezone_id="Europe/London")  # type: ignore[arg-type]
            stack.callback(context.close)
            number = len(contexts)
            contexts.append(context)
            context.set_default_timeout(10_000)
            name = re.sub(r"\W+", "-", request.node.name)
            stack.enter_context(traced(context, KEPT / f"{name}-{number}", lambda: failed(request.node)))
            return Visitor(context, live_server.url)

        contexts: list[object] = []
        yield open_one


def failed(node: pytest.Item) -> bool:
    """Whether the test's own body failed."""
    return bool(getattr(node, "body_failed", False))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.body_failed = report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture
def person(window: Open) -> Person:
    """`person(role="practitioner", …)` makes somebody, who signs in by the real page with both factors."""

    def sign_in(role: str | None = "practitioner", *, user: User | None = None, **kw: object) -> Visitor:
        somebody = user or make_user(role, password=PASSWORD, **kw)  # type: ignore[arg-type]
        set_up_second_factor(somebody)
        visitor = window()
        visitor.sign_in(somebody)
        return visitor

    return sign_in
