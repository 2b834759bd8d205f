"""Every URL declares its access rule: what it is, and who may open it (guard: no URL without one).

`public` and `requires_sign_in` mark and guard a view. `cems.children.access_control.requires_child` guards what is
about a child: it asks `visible_to` and writes the audit.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse

from cems.base.errors import NotAllowed

View = Callable[..., HttpResponse]


class Shape(StrEnum):
    """What comes out of a URL; only pages are visited by the accessibility guard."""

    PAGE = "page"
    FRAGMENT = "fragment"
    POST = "post"
    API = "api"
    PDF = "pdf"
    FEED = "feed"


# What a view takes, declared in its rule; anything else is answered 405.
READ = ("GET", "HEAD")
FORM = (*READ, "POST")
SEND = ("POST",)
_BY_SHAPE = {Shape.POST: SEND}
# What is answered without a word of what is behind the address.
_WORDLESS = frozenset({204, 304, 401, 403, 404, 405})


@dataclass(frozen=True)
class AccessRule:
    """The declared access rule of one URL.

    `part` and `work` are values of the access table, any one of `parts` is enough and `part` is what the audit names;
    what is `about_child` is walked by every role on an own, another's and a restricted child; `reason` says why an
    address is public or a person's own; `methods` are those the view takes.
    """

    shape: Shape
    public: bool = False
    part: str = ""
    work: str = ""
    about_child: bool = False
    reason: str = ""
    parts: tuple[str, ...] = ()
    methods: tuple[str, ...] = READ


class Wordless(JsonResponse):
    """An answer that tells nothing of a record, such as the time and version of what was saved: no read (A3).

    Raises ValueError for anything but a number, a code or a time.
    """

    def __init__(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        for value in data.values():
            if not isinstance(value, int) and not re.fullmatch(r"[a-z0-9_:.-]{1,20}", str(value)):
                raise ValueError("an answer without words holds numbers, codes and times only")
        super().__init__(data, **kwargs)


def methods_of(shape: Shape, methods: tuple[str, ...]) -> tuple[str, ...]:
    """The methods a view takes: those declared, else what its shape is made for."""
    return methods or _BY_SHAPE.get(shape, READ)


def not_taken(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse | None:
    """The answer to a method the view does not take: 405 with those it does."""
    return None if request.method in methods else HttpResponseNotAllowed(methods)


def tells(response: HttpResponseBase) -> bool:
    """Whether an answer has content, so that giving it is a read, whatever was asked for and how (A3)."""
    led_on = 300 <= response.status_code < 400
    return not (led_on or response.status_code in _WORDLESS or isinstance(response, Wordless))


def public(shape: Shape, *, reason: str, methods: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Mark a view that anybody may open without a sign-in, with the reason. `methods` as in `requires_sign_in`."""
    if not reason:
        raise ValueError("a public address needs its reason")
    takes = methods_of(shape, methods)

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return not_taken(request, takes) or view(request, *args, **kwargs)

        guarded.access_rule = AccessRule(shape, public=True, reason=reason, methods=takes)  # type: ignore[attr-defined]
        return guarded

    return mark


def requires_sign_in(
    shape: Shape,
    *,
    work: str = "",
    reason: str = "",
    may: Callable[[Any, str], bool] | None = None,
    methods: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """Guard a view that is not about one child.

    `methods` are those the view takes (READ, FORM, SEND), by its shape if not said. `work` is asked of
    `may(user, work)`: the accounts app gives the usual one, `cems.accounts.access_control.requires_work`.
    """
    if work and may is None:
        raise ValueError("an address for one kind of work needs the rule that answers it")
    takes = methods_of(shape, methods)

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refusal = signed_out(request, shape)
            if refusal:
                return refusal
            if work and may is not None and not may(request.user, work):
                raise NotAllowed("Your role does not include this page.")
            return not_taken(request, takes) or view(request, *args, **kwargs)

        guarded.access_rule = AccessRule(shape, work=work, reason=reason, methods=takes)  # type: ignore[attr-defined]
        return guarded

    return mark


def signed_out(request: HttpRequest, shape: Shape) -> HttpResponse | None:
    """The answer to somebody not signed in: the sign-in page, or 401 where a script asks."""
    if request.user.is_authenticated:
        return None
    if shape in {Shape.FRAGMENT, Shape.API} or request.headers.get("X-Requested-With") == "cems":
        return JsonResponse({"error": "signed_out"}, status=401)
    # A page sent its own form after the sign-in had ended: it is also what to come back to (floor-f4).
    came_back = request.method == "GET" or shape is Shape.PAGE
    return redirect_to_login(request.get_full_path() if came_back else "/")
