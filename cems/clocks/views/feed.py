"""A person's clocks in their own calendar program: the key, and the feed it opens (K1)."""

import base64
import binascii

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from rest_framework.throttling import SimpleRateThrottle

from cems.accounts.access_control import acting_user
from cems.accounts.tokens import FailedTokens
from cems.base.access_control import Shape, public, requires_sign_in
from cems.base.time import now
from cems.clocks import selectors
from cems.clocks.feed import calendar_of, etag_of
from cems.clocks.models import CalendarFeed
from cems.clocks.services import feed as services_feed

OWN = "everybody looks after their own calendar key"


class FeedThrottle(SimpleRateThrottle):
    """So many readings a minute of each feed: a program asks once an hour."""

    scope = "calendar"
    rate = "20/min"

    def get_cache_key(self, request: HttpRequest, view: CalendarFeed) -> str:  # type: ignore[override]
        return self.cache_format % {"scope": self.scope, "ident": view.pk}


@requires_sign_in(Shape.PAGE, reason=OWN)
def settings_page(request: HttpRequest) -> HttpResponse:
    """Whether I have a key, when it was last used; make one, take it back."""
    return _page(request)


@requires_sign_in(Shape.POST, reason=OWN)
def make(request: HttpRequest) -> HttpResponse:
    """Make a key; the answer shows its password, once. One I had stops."""
    _, password = services_feed.feed_make(acting_user(request))
    return _page(request, password)


@requires_sign_in(Shape.POST, reason=OWN)
def revoke(request: HttpRequest) -> HttpResponse:
    """Take my key back this minute."""
    services_feed.feed_revoke(acting_user(request))
    messages.success(request, "Your calendar no longer gets anything from CEMS.")
    return redirect("clocks:feed_settings")


@public(Shape.FEED, reason="a calendar program can't sign in as a person: its key opens it")
def feed(request: HttpRequest) -> HttpResponse:
    """The open clocks of whom the key belongs to, and of their teams, as iCalendar.

    The key comes as name and password (HTTP Basic), which calendar programs know, and not as a part of the
    address: addresses are written into access logs, proxies' logs and browsers' histories. A sign-in opens
    nothing here. A program that has the clocks as they stand is told so (304). Without a key that holds the
    answer is 401; after too many, 429.
    """
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    used_feed = services_feed.feed_used(*_sent(request))
    if used_feed is None:
        failed = FailedTokens()
        if not failed.allow_request(request, None):  # type: ignore[arg-type] # a plain request does
            return _too_many(failed.wait())
        return _plain(
            401, "This calendar key is not valid, or not any more. Make a new one in CEMS, under Clocks."
        )
    throttle = FeedThrottle()
    if not throttle.allow_request(request, used_feed):  # type: ignore[arg-type] # a plain request does
        return _too_many(throttle.wait())
    instant = now()
    body = calendar_of(selectors.clocks_of_calendar(used_feed.user), instant)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="cems-clocks.ics"'
    answer["Cache-Control"] = "no-store"
    answer["ETag"] = etag_of(body)
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


def _sent(request: HttpRequest) -> tuple[str, str]:
    """Name and password of the request; both empty, which no key has, where there are none."""
    scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(coded.strip(), validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    # A NUL can't be asked of the database.
    return ("", "") if "\0" in name else (name, password)


def _plain(status: int, words: str) -> HttpResponse:
    answer = HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    if status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="CEMS calendar", charset="UTF-8"'
    return answer


def _too_many(seconds: float | None) -> HttpResponse:
    answer = _plain(429, "That was tried too often. Wait a minute, then try again.")
    answer["Retry-After"] = str(int(seconds or 60) + 1)
    return answer


def _page(request: HttpRequest, password: str = "") -> HttpResponse:
    address = f"{settings.BASE_URL}{reverse('clocks:feed')}"
    context = {
        "feed": selectors.calendar_feed(acting_user(request)),
        "address": address,
        "most": selectors.CALENDAR,
        "password": password,
    }
    answer = render(request, "clocks/feed_settings.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
