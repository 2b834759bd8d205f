"""What happens around every request: its reference, its size, and plain answers when something is refused."""

import secrets
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError

from cems.base.error_pages import DATABASE_AWAY, database_away, refuse, refuse_for
from cems.base.logs import current_reference

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

GetResponse = Callable[[HttpRequest], HttpResponse]

# Read out on the phone without doubt: no vowels (no words), nothing that looks or sounds like another.
LETTERS = "2346789CFGHJKMPQRTVWX"


def new_reference() -> str:
    """A reference such as 7K2F-9QXM."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


class ProxyHeaders:
    """Believes what a proxy says of a request, such as that it came by https, only from where proxies are.

    A stranger who reaches the web server itself could else say so too. A socket of this machine has no address.
    """

    NAMES = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.networks = [ip_network(network, strict=False) for network in settings.PROXY_NETWORKS]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_proxy(request.META.get("REMOTE_ADDR", "")):
            for name in self.NAMES:
                request.META.pop(name, None)
        return self.get_response(request)

    def _is_proxy(self, address: str) -> bool:
        try:
            return not address or any(ip_address(address) in network for network in self.networks)
        except ValueError:
            return False


class RequestReference:
    """Gives each request a reference: on the page, in the logs, in the audit, in a header."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reference = new_reference()
        request.reference = reference  # type: ignore[attr-defined]
        token = current_reference.set(reference)
        try:
            response = self.get_response(request)
        finally:
            current_reference.reset(token)
        response["X-CEMS-Reference"] = reference
        return response


class DatabaseAway:
    """Turns a lost database into a plain 503 that mends itself (floor-f11); refuses giant bodies (floor-f7).

    Errors of views come to `process_exception`; those of other middlewares to `error_pages.server_error`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Before anything reads it: files in a form would otherwise be written to disk whatever their size.
        try:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return refuse(request, 400)
        if size > settings.REQUEST_MAX_BYTES:
            return refuse(request, 413)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return database_away(request) if isinstance(exception, DATABASE_AWAY) else None


class Legible:
    """Takes NUL out of what was sent: nobody types it, it comes with a paste, and PostgreSQL keeps none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The stubs take what was sent for unchangeable; Django keeps what is put there.
        request.GET = _legible(request.GET)  # type: ignore[assignment]
        if request.method == "POST" and request.content_type in FORMS:
            try:
                request.POST = _legible(request.POST)  # type: ignore[assignment]
            except UnreadablePostError:  # whoever sent it has gone
                return refuse(request, 400)
        return self.get_response(request)


def _legible(sent: QueryDict) -> QueryDict:
    if not any("\0" in word for name, values in sent.lists() for word in (name, *values)):
        return sent
    clean = QueryDict(mutable=True)
    for name, values in sent.lists():
        clean.setlist(name.replace("\0", ""), [value.replace("\0", "") for value in values])
    clean._mutable = False
    return clean


class PlainRefusals:
    """Turns what services raise into one plain answer each."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refuse_for(request, exception)
