"""An agency says what it knows: with a button, as it is typed, and as the others see it arrive (T3)."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import SEND, Shape
from cems.base.autosave import Both, handle_autosave, text_from, uuid_from, version_from
from cems.base.errors import Conflict, Invalid, NotAllowed, Overtaken
from cems.base.time import local, now
from cems.children.access_control import OpenChild, requires_child
from cems.meetings.choices import Held
from cems.meetings.selectors import attendance_of
from triage.cevt.selectors.live import PLACES, live_state
from triage.cevt.selectors.sheet import Sheet
from triage.cevt.services.contribution import contribution_write
from triage.cevt.views.common import asked_keys, sheet_url

NO_WORK = "Your role does not speak for an agency at CEVT."


def words(request: HttpRequest, suffix: str = "") -> dict[str, Any]:
    """What was said, as it came. Raises Invalid where the page was not whole."""
    return {
        "about": uuid_from(request.POST, f"about{suffix}"),
        "held": request.POST.get(f"held{suffix}", ""),
        "text": text_from(request.POST, f"text{suffix}"),
        "version": version_from(request.POST, f"version{suffix}"),
    }


def said_on_the_page(
    request: HttpRequest, opened: OpenChild, shown: Sheet, draw: Callable[..., HttpResponse]
) -> HttpResponse:
    """The button of the form, without JavaScript or with it."""
    if not opened.access.may(Work.CONTRIBUTION):
        raise NotAllowed(NO_WORK)
    typed = words(request)
    try:
        contribution_write(acting_user(request), child=opened.child, **typed)
    except Overtaken as lost:
        return draw(request, opened, shown, None, 409, typed=typed, theirs=lost)
    except (Invalid, Conflict) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 400
        problems = [{"text": refusal.message, "target": "say" if shown.items else ""}]
        return draw(
            request,
            opened,
            shown,
            None,
            status,
            typed=typed,
            say_error=refusal.message,
            say_problems=problems,
        )
    messages.success(request, "Saved. Everybody at the table reads it now.")
    return redirect(sheet_url(opened.child.public_id, urlencode(asked_keys(request))))


@requires_child(Shape.API, Part.CONTRIBUTIONS, work=Work.CONTRIBUTION, methods=SEND)
def say_field(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Saved as it is typed. 200 {saved_at, version}; 409 {conflict} or {message}; 400 {message}; 401."""
    return save_typed(request, opened, words(request))


def save_typed(
    request: HttpRequest, opened: OpenChild, typed: dict[str, Any], suffix: str = ""
) -> HttpResponse:
    """Save what one agency says of one child, and answer as the autosaving form expects."""

    def perform() -> dict[str, Any]:
        row = contribution_write(acting_user(request), child=opened.child, **typed)
        return {"saved_at": f"{local(now()):%H:%M}", "version": row.version}

    def both(lost: Overtaken) -> Both:
        theirs = lost.theirs
        values = {"held": theirs["held"], "text": theirs["text"], "about": str(typed["about"])}
        return Both(
            in_words(typed["held"], typed["text"]),
            in_words(theirs["held"], theirs["text"]),
            {f"{name}{suffix}": value for name, value in values.items()},
        )

    body = {"child": opened.child.public_id, **typed}
    return handle_autosave(request, perform, body=body, both=both)


def in_words(held: str, text: str) -> str:
    """An answer as two are put side by side."""
    label = Held(held).label if held in Held.values else ""
    return "\n".join(filter(None, [label, text])) or "Nothing written"


@requires_child(Shape.FRAGMENT, Part.CONTRIBUTIONS)
def live(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """What has changed on the sheet since the reader's page was drawn: 304 while nothing has.

    Asked every few seconds by everybody at the table: access is checked each time, and what colleagues have
    said meanwhile is read like the sheet itself.
    """
    place = request.GET.get("place", "")
    state = live_state(
        acting_user(request),
        opened,
        place=place if place in PLACES else "sheet",
        typing=request.GET.get("typing") == "1",
    )
    tag = f'"{hashlib.sha256(state.mark.encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == tag:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        context = {
            "state": state,
            "meeting": state.meeting,
            "table": attendance_of(state.meeting, now()),
            "child": opened.child,
            "may_decide": opened.access.may(Work.DECISIONS),
        }
        answer = render(request, "triage/cevt/live.html", context)
    answer["ETag"] = tag
    return answer
