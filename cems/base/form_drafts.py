"""Gives back, with a page that has a form, what its reader typed there before and did not send (K2).

It is put into the page after the view has let its reader in, so that nothing of a record shows which has been shut
since; `static/cems/drafts.js` fills it in. A form that was taken ends its draft.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.messages import ERROR
from django.http import HttpRequest, HttpResponse
from django.utils.html import json_script

from cems.base.middleware import FORMS
from cems.base.models import FormDraft
from cems.base.services.form_draft import form_draft_discard, form_drafts_at, form_drafts_sent
from cems.base.time import local

FIELD = "draft"  # the hidden field by which a form says which draft it is
SCRIPT = "cems-drafts"
_TYPED = (b"<textarea", b"<select", b'type="text"', b'type="radio"', b'type="checkbox"')


class FormDrafts:
    """The middleware that does both."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return response
        if request.method == "POST" and response.status_code in {302, 303}:
            if not _is_refused(request):
                _sent(request, user)
        elif _asks_for_words(response):
            _give_back(request, user, response)
        return response


def _is_refused(request: HttpRequest) -> bool:
    """Whether the page that follows says what was wrong: the words are wanted again."""
    said = getattr(request, "_messages", None)
    # What this request said, which the storage itself tells only by forgetting it.
    return any(message.level >= ERROR for message in getattr(said, "_queued_messages", ()))


def _sent(request: HttpRequest, user: Any) -> None:
    if request.content_type not in FORMS:
        return
    key = _uuid(request.POST.get(FIELD, ""))
    if key:
        form_draft_discard(user, keys=[key])
    else:
        form_drafts_sent(user, form=request.path)


def _asks_for_words(response: HttpResponse) -> bool:
    """Whether it is a page somebody types into: not one of those where a form only presses a button."""
    if response.streaming or response.status_code not in {200, 400, 409}:
        return False
    if not response.get("Content-Type", "").startswith("text/html"):
        return False
    page = response.content
    return b'id="main-content"' in page and any(sign in page for sign in _TYPED)


def _give_back(request: HttpRequest, user: Any, response: HttpResponse) -> None:
    drafts = form_drafts_at(user, request.path)
    if not drafts:
        return
    sent = request.POST.get(FIELD, "") if request.method == "POST" else ""
    found = {"sent": sent, "drafts": [_told(draft) for draft in drafts]}
    before, end, after = response.content.rpartition(b"</body>")
    if end:
        response.content = (
            before + json_script(found, SCRIPT, encoder=json.JSONEncoder).encode() + end + after
        )


def _told(draft: FormDraft) -> dict[str, Any]:
    day = local(draft.saved_at)
    return {
        "key": str(draft.key),
        "version": draft.version,
        "form": draft.form,
        "when": f"{day:%-d %B at %H:%M}",
        "fields": draft.fields,
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
