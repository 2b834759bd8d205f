"""The access rule of an address of the API: a key of an agency's system, or a person who is signed in (O1)."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cems.accounts.access_control import acting_user
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.base.access_control import READ, SEND, AccessRule, View
from cems.base.errors import Invalid, NotAllowed


class ApiView(APIView):
    """An address of the API. `access_rule` says who may ask, the scopes what a key must be made for."""

    access_rule: AccessRule
    read_scope = ""
    write_scope = ""
    http_method_names = ["get", "head", "post"]

    def check_permissions(self, request: Request) -> None:
        """Signed in, the scope of the key, then the work of the role (any one of it). Raises NotAllowed without.

        What is about a child asks for the work behind the child's own access rule: a stranger learns nothing there.
        """
        super().check_permissions(request)
        if self.access_rule.about_child:
            return
        works = [Work(word) for word in self.access_rule.work.split("|") if word]
        if works and not any(profile_of(acting_user(request)).may(work) for work in works):
            raise NotAllowed("Your role does not include this.")

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> Response:
        """What is about people is kept by nobody on the way."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        answer["Cache-Control"] = "no-store"
        return answer


def opened(view: type[ApiView]) -> View:
    """The address for `urls.py`, with its access rule where the guards look for it."""
    handler: Any = view.as_view()
    handler.access_rule = replace(view.access_rule, methods=methods_taken(view))
    return handler


def methods_taken(view: type[APIView]) -> tuple[str, ...]:
    """The methods an address of the API has an answer to."""
    read = READ if hasattr(view, "get") else ()
    return (*read, *(SEND if hasattr(view, "post") else ()))


def key_of(request: Request) -> UUID:
    """The key under which something is taken once (floor-f3). Raises Invalid without one."""
    try:
        return UUID(request.headers.get("Idempotency-Key", ""))
    except ValueError:
        raise Invalid("Send an Idempotency-Key header: a UUID made for what you send.") from None
