"""One person at one browser: what they open, and what must be true of every page they see."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from allauth.mfa.totp.internal import auth as totp
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from cems.accounts.models import User
from tests.factories.people import sign_in
from tests.journeys.visited import visited

PASSWORD = "a walk along the river wear"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
AXE = Axe()


@dataclass
class Visitor:
    """A person with a fresh browser window."""

    context: BrowserContext
    address: str
    user: User | None = None
    said: list[str] = field(default_factory=list)  # what the browser complained of
    status: int = 0  # of the page now shown

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.said.append(f"script error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        # What was not found is told by `_answered`, with its address.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            self.said.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page left before all had come
            self.said.append(f"failed: {urlsplit(request.url).path} ({request.failure})")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and not request.url.startswith(self.address):
            self.said.append(f"asked another host: {parts.netloc}")

    def _answered(self, response: Response) -> None:
        if response.request.resource_type == "document":
            self.status = response.status
        elif response.status >= 400:
            self.said.append(f"{response.status}: {urlsplit(response.url).path}")

    def open(self, path: str) -> Response:
        """Go to a path of this server."""
        response = self.page.goto(f"{self.address}{path}", wait_until="load")
        assert response is not None
        return response

    def here(self) -> str:
        """The name of the address now shown; "" for none of ours."""
        try:
            return resolve(urlsplit(self.page.url).path).view_name
        except Resolver404:
            return ""

    # --- signing in -------------------------------------------------------------------------------

    def sign_in(self, user: User, password: str = PASSWORD) -> None:
        """By the real page, with password and the code of the authenticator app."""
        self.give_password(user, password)
        if self.here() == "mfa_authenticate":
            self.page.locator("input[name=code]").fill(code_of(user))
            self.page.locator("main button[type=submit]").first.click()
        self.user = user
        assert self.here() not in {"account_login", "mfa_authenticate"}, self.page.inner_text("main")

    def give_password(self, user: User, password: str = PASSWORD) -> None:
        """The first half of signing in."""
        self.open(reverse("account_login"))
        self.page.locator("input[name=login]").fill(user.email)
        self.page.locator("input[name=password]").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def is_signed_in(self, user: User) -> None:
        """Signed in beforehand, for what is not about signing in."""
        client: Client = sign_in(user)
        cookie = client.cookies["sessionid"]
        self.context.clear_cookies()
        self.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": self.address}])
        self.user = user

    # --- what must be true of every page ------------------------------------------------------------

    def looks_right(self) -> None:
        """Console, requests and width are as they should be at both widths, and axe is content with the wide page.

        The tour asks axe of every page at both (tests/journeys/test_pages.py); a journey shows states of them. What
        no tour comes to, such as a form with an error or a conflict, is asked at both here. A page made of the same
        parts as one that axe was content with in this run is not asked again: words alone change nothing for it.
        """
        toured = self._is_toured()
        parts = f"{self.here()}: {self.page.evaluate(PARTS)}"
        faults = self.faults(
            axe_at=() if toured and parts in CONTENT else (WIDE,) if toured else (NARROW, WIDE)
        )
        if not faults:
            CONTENT.add(parts)
        assert not faults, "\n".join(["", f"{self.here() or self.page.url}:", *faults])

    def faults(self, name: str = "", *, axe_at: Sequence[Mapping[str, int]] = (NARROW, WIDE)) -> list[str]:
        """What is wrong with the page now shown.

        Without fault, and with axe asked at both widths, it counts as visited, by `name` if it has several.
        """
        self.page.wait_for_load_state(
            "load"
        )  # a press returns when the next page has begun, not when it is there
        faults = []
        for size in (NARROW, WIDE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            if pictures := os.environ.get("CEMS_TEST_PICTURES"):
                self.picture(
                    Path(pictures) / str(size["width"]) / f"{(name or self.here()).replace(':', '-')}.png"
                )
            found_by_axe = self._axe(contrast=size is WIDE) if size in axe_at else ()
            faults += [f"at {size['width']} px, {fault}" for fault in (*self._too_wide(), *found_by_axe)]
        faults += self.said
        self.said = []
        if not faults and NARROW in axe_at and WIDE in axe_at:
            visited(name or self.here())
        return faults

    def _is_toured(self) -> bool:
        """Whether the tour draws the page now shown as it is shown, but for what stands in it."""
        from tests.guards.addresses import addresses

        pages = {address.name for address in addresses() if address.is_page}
        trouble = self.page.locator(TROUBLE).locator("visible=true").count()
        return self.status == 200 and self.here() in pages and not trouble

    def _too_wide(self) -> Iterator[str]:
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wide > 0:
            yield f"the page scrolls sideways by {wide} px: {self.page.evaluate(WIDEST)}"
        yield from (f"wider than its column: {field}" for field in self.page.evaluate(WIDER_THAN_ITS_COLUMN))

    def _axe(self, *, contrast: bool) -> Iterator[str]:
        # Contrast is the half of axe's time, and no colour of ours changes with the width.
        rules = {} if contrast else {"color-contrast": {"enabled": False}}
        if not self.page.evaluate("'axe' in window"):  # half a megabyte, once a page and not once a width
            self.page.evaluate(AXE.axe_script)
        for violation in self.page.evaluate(VIOLATIONS, rules):
            places = "; ".join(
                " ".join(str(part) for part in node["target"]) for node in violation["nodes"][:4]
            )
            yield f"{violation['id']}: {violation['help']} ({violation['impact']}) at {places}"

    def picture(self, path: Path) -> None:
        """The whole page as a picture."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=True)


CONTENT: set[str] = set()  # pages by their parts with which axe was content
# Each kind of element of a page once, with its classes and what it says of itself.
PARTS = """(() => {
  const told = (element) => [...element.attributes].filter((one) => /^(class|role|type|aria-)/.test(one.name));
  const kind = (element) => [element.tagName, ...told(element).map((one) => `${one.name}=${one.value.slice(0, 40)}`)];
  return [...new Set([...document.querySelectorAll('body *')].map((element) => kind(element).join(' ')))].sort().join();
})()"""
# What a page shows of something refused.
TROUBLE = ".govuk-error-summary, .govuk-error-message, .cems-conflict"
# Nothing of ours sounds or turns the screen, the two rules for which axe would load every style sheet again.
VIOLATIONS = """(rules) => axe.run({resultTypes: ['violations'], preload: false, rules})
  .then((answer) => answer.violations)"""
# The first element that sticks out to the right, as somebody would find it in the page.
WIDEST = """(() => {
  const edge = document.documentElement.clientWidth;
  const out = [...document.querySelectorAll('body *')].find((one) => one.getBoundingClientRect().right > edge + 1);
  return out ? out.tagName.toLowerCase() + (out.className ? '.' + out.className : '') : 'something unseen';
})()"""

# Each field that would stick out of what holds it if its content were long. Tried with an option longer than any
# screen, since how wide a field is by itself depends on the words of the day and on the browser's version.
# What is folded is left out: the browser lays out nothing anew in what is closed.
WIDER_THAN_ITS_COLUMN = """(() => {
  const selects = [...document.querySelectorAll('select')].map((select) => {
    const option = new Option('An option longer than any screen. '.repeat(12));
    select.append(option);
    return option;
  });
  const edge = document.documentElement.clientWidth;
  const fields = [...document.querySelectorAll('select, textarea, input:not([type=hidden])')];
  const out = fields.filter((field) => {
    const box = field.getBoundingClientRect();
    if (box.width === 0 || field.closest('details:not([open]), .govuk-visually-hidden')) return false;
    const holder = field.parentElement.getBoundingClientRect();
    return box.right > edge + 1 || (field.matches('select, textarea') && box.right > holder.right + 1);
  });
  const told = out.map((field) => `${field.tagName.toLowerCase()} ${field.id || field.name}`);
  selects.forEach((option) => option.remove());
  return told;
})()"""


def set_up_second_factor(user: User) -> str:
    """Give the person an authenticator app; returns its secret."""
    secret: str = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_of(user: User) -> str:
    """What the person's authenticator app shows now."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import decrypt

    row = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    return totp.format_hotp_value(totp.hotp_value(decrypt(row.data["secret"]), int(time.time()) // 30))


@contextmanager
def traced(context: BrowserContext, folder: Path, failed: Callable[[], bool]) -> Iterator[None]:
    """Keep a trace, and a picture of what was shown, of a test that failed.

    With CEMS_TEST_TRACE=1 the trace holds every page as it was, which makes a journey take twice as long.
    """
    context.tracing.start(snapshots=bool(os.environ.get("CEMS_TEST_TRACE")))
    yield
    if not failed():
        context.tracing.stop()
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(context.pages):
        page.screenshot(path=folder / f"{number}.png", full_page=True)
    context.tracing.stop(path=folder / "trace.zip")
