"""Every URL has a door: what it is, and who may come through (guard: no URL without one).

`door` marks and guards a view. Doors that open a child's record are made by
`cems.children.doors.child_door`, which asks `visible_to` and writes the audit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

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


@dataclass(frozen=True)
class Door:
    """The declared access rule of one URL.

    `part` and `work` are values of the access table, any one of `parts` opens the door and `part` is
    what the audit names; `about_child` doors are walked by every
    role on an own, another's and a restricted child; `reason` says why a door is public or own.
    """

    shape: Shape
    public: bool = False
    part: str = ""
    work: str = ""
    about_child: bool = False
    reason: str = ""
    parts: tuple[str, ...] = ()


def door(
    shape: Shape,
    *,
    public: bool = False,
    work: str = "",
    reason: str = "",
    may: Callable[[Any, str], bool] | None = None,
) -> Callable[[View], View]:
    """Guard a view that is not about one child.

    `public` needs a `reason`. `work` is asked of `may(user, work)`: the accounts app gives
    the usual one, `cems.accounts.doors.work_door`.
    """
    if public and not reason:
        raise ValueError("a public door needs its reason")
    if work and may is None:
        raise ValueError("a door for one kind of work needs the rule that answers it")

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refusal = None if public else signed_out(request, shape)
            if refusal:
                return refusal
            if work and may is not None and not may(request.user, work):
                raise NotAllowed("Your role does not include this page.")
            if shape is Shape.POST and request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(request, *args, **kwargs)

        guarded.door = Door(shape, public=public, work=work, reason=reason)  # type: ignore[attr-defined]
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
