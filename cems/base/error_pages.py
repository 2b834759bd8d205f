"""One plain answer for each way a request is refused: a page, or JSON where a script asks.

Nothing of what went wrong inside is shown, only a sentence and a reference to quote.
"""

import logging
import sys
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist, loader

from cems.base.errors import CommandError, Conflict, Invalid, NotAllowed, TooMany, Unavailable
from cems.base.slots import ERROR_PAGE_DESKS

log = logging.getLogger(__name__)

TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
DATABASE_AWAY = (OperationalError, InterfaceError)
RETRY_SECONDS = 15
API = "/api/v"  # every version of it

CODES = {
    400: "invalid",
    403: "not_allowed",
    404: "not_found",
    409: "conflict",
    413: "too_large",
    429: "too_many",
    500: "failed",
    503: "unavailable",
}
SENTENCES = {
    400: "We could not read what was sent. Go back, check it and try again.",
    403: "Your role does not include this.",
    404: "There is no such page, or it is not open to you.",
    409: "Someone else was quicker. Reload the page and check before you send again.",
    413: "What was sent is too large. Shorten it or send it in parts.",
    429: "That was tried too often. Wait a minute, then try again.",
    500: "Something went wrong on our side. What you saw saved is saved.",
    503: "CEMS can't reach its database just now. Wait a moment, then try again.",
}
STATUS: list[tuple[type[CommandError], int]] = [
    (Invalid, 400),
    (NotAllowed, 403),
    (Conflict, 409),
    (TooMany, 429),
    (Unavailable, 503),
]
# These must not ask the database who is signed in: it may be what failed.
STANDALONE = {500, 503}


def wants_json(request: HttpRequest) -> bool:
    """Whether a script or a system asked, so that a page would be no use to it."""
    if request.path.startswith(API):  # whatever it says it would like, and before the API itself is reached
        return True
    return request.headers.get("X-Requested-With") == "cems" or (
        request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def refuse(
    request: HttpRequest, status: int, message: str = "", *, field: str | None = None, code: str = ""
) -> HttpResponse:
    """The answer with this status.

    `message` is a plain sentence made for the person; without one, the usual sentence of the status.
    """
    reference = getattr(request, "reference", "")
    sentence = message or SENTENCES[status]
    if wants_json(request):
        body = {"error": code or CODES[status], "message": sentence, "field": field, "reference": reference}
        return JsonResponse(body, status=status)
    context = {"message": message, "reference": reference, "request": request, "status": status}
    desks = _desks() if status in STANDALONE else ()
    try:
        template = loader.get_template(f"{status}.html")
        html = (
            template.render({**context, "desks": desks})
            if status in STANDALONE
            else template.render(context, request)
        )
    except TemplateDoesNotExist:
        html = ""
    except Exception:
        log.exception("the page for a refusal could not be drawn")
        html = ""
    if not html:
        title = HTTPStatus(status).phrase
        numbers = "".join(f"{desk.name}, {desk.authority}: {desk.phone}\n" for desk in desks)
        words = f"{title}\n\n{sentence}\n\n{numbers}Reference: {reference}\n"
        return HttpResponse(words, status=status, content_type="text/plain")
    return HttpResponse(html, status=status)


def _desks() -> Sequence[Any]:
    """Who is rung while CEMS can't be used; nobody where even that can't be read."""
    try:
        return ERROR_PAGE_DESKS.get()()
    except Exception:
        log.exception("the numbers of the desks could not be read")
        return ()


def refuse_for(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """The answer to an error we know, or None."""
    if isinstance(error, TOO_BIG):
        return refuse(request, 413)
    for kind, status in STATUS:
        if isinstance(error, kind):
            response = refuse(request, status, error.message, field=error.field)
            if isinstance(error, TooMany):
                response["Retry-After"] = str(error.seconds)
            return response
    return None


def database_away(request: HttpRequest) -> HttpResponse:
    """503, with the broken connection thrown away so that the next request makes a new one (floor-f11)."""
    log.error("the database could not be reached", exc_info=sys.exc_info()[1] is not None)
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
    response = refuse(request, 503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


# --- what Django calls for errors outside views (see cems/urls.py) ---------------------------------------


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse_for(request, exception) or refuse(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(request, 404)


def too_many(request: HttpRequest) -> HttpResponse:
    response = refuse(request, 429)
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database is what failed: middlewares' errors arrive only here."""
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, DATABASE_AWAY):
            return database_away(request)
        error = error.__cause__
    return refuse(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form older than the sign-in: nothing is lost, the page says how to go on."""
    sentence = "This page had been open too long. Go back, reload it and send again."
    if wants_json(request):
        return refuse(request, 403, sentence, code="stale_page")
    try:
        html = loader.get_template("403_csrf.html").render(
            {"message": sentence, "reference": getattr(request, "reference", ""), "request": request}, request
        )
    except TemplateDoesNotExist:
        return refuse(request, 403, sentence)
    return HttpResponse(html, status=403)
