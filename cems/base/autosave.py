"""Saved as it is typed: what an autosaving page sends, and the answers its script expects (M6, record-f1)."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict

from cems.base.access_control import Wordless
from cems.base.errors import Invalid, Overtaken
from cems.base.form_fields import INCOMPLETE
from cems.base.idempotency import once


class Both(NamedTuple):
    """Two texts of one field in words, and the fields as they were saved, by the name each has on the page."""

    yours: str
    theirs: str
    values: Mapping[str, Any]


def handle_autosave(
    request: HttpRequest,
    perform: Callable[[], dict[str, Any]],
    *,
    body: Mapping[str, Any],
    both: Callable[[Overtaken], Both],
) -> HttpResponse:
    """Save once what is typed; `body` is what of the page is saved, `both` shows the loser of a conflict both texts.

    200 with what `perform` returns, which is {saved_at, version}; 409 {conflict}; 401 when somebody else has signed in
    since: what one user typed is never saved under the name of another. Raises what else the service refuses.
    """
    if request.POST.get("user", "") not in {"", str(request.user.pk)}:
        return Wordless({"error": "signed_out"}, status=401)
    try:
        result, _ = once(
            request.user,
            key=uuid_from(request.POST, "idempotency_key"),
            action=request.resolver_match.view_name if request.resolver_match else "autosave",
            body={"address": request.get_full_path(), **body},
            perform=perform,
        )
    except Overtaken as lost:
        shown = both(lost)
        conflict = {
            "yours": shown.yours,
            "theirs": shown.theirs,
            "theirs_by": lost.by,
            "version": lost.version,
            "theirs_values": shown.values,
        }
        return JsonResponse({"conflict": conflict}, status=409)
    return Wordless(result)


def uuid_from(post: QueryDict, name: str) -> UUID:
    """A key or public id hidden in a page. Raises Invalid where the page was not whole."""
    try:
        return UUID(post.get(name, ""))
    except ValueError:
        raise Invalid(INCOMPLETE) from None


def version_from(post: QueryDict, name: str) -> int:
    """The version the page showed; 0 where it showed none."""
    text = post.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def text_from(post: QueryDict, name: str) -> str:
    """A text as it was typed; browsers send line ends as CRLF."""
    return post.get(name, "").replace("\r\n", "\n")
