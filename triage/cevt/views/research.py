"""The research list: whom an agency looks up before the meeting, with a short answer for each (T3)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, SEND, Shape
from cems.base.autosave import uuid_from, version_from
from cems.base.errors import Conflict, Invalid, Overtaken
from cems.base.time import now
from cems.base.words import counted
from cems.children.access_control import open_child
from cems.meetings.choices import Held
from triage.cevt.selectors.agenda import agenda_at
from triage.cevt.selectors.research import Line, research_list
from triage.cevt.services.contribution import contribution_write
from triage.cevt.views.contribution import in_words, save_typed, words
from triage.cevt.views.listing import audit_list


@requires_work(Shape.PAGE, Work.CONTRIBUTION, methods=FORM)
def research(request: HttpRequest) -> HttpResponse:
    """Each child on the agenda with what a search needs, and the agency's answer; prints on its own."""
    user, instant = acting_user(request), now()
    lines = research_list(user, instant)
    if request.method == "POST":
        return _save(request, lines)
    return _page(request, lines)


def _page(request: HttpRequest, lines: list[Line], status: int = 200, **more: Any) -> HttpResponse:
    audit_list(request, "triage.research", [line.row for line in lines])
    context = {
        "lines": lines,
        "agenda": agenda_at(now()),
        "choices": [(choice.value, choice.label) for choice in Held],
        "agency": acting_user(request).agency,
        "waiting": sum(line.outstanding for line in lines),
        **more,
    }
    return render(request, "triage/cevt/research.html", context, status=status)


def _save(request: HttpRequest, lines: list[Line]) -> HttpResponse:
    """The button below the list: every answer that was changed; what can't be saved stays as it was typed."""
    problems, saved = {}, 0
    for line in lines:
        suffix = f"-{line.child.public_id}"
        if f"about{suffix}" not in request.POST:
            continue  # came on the list since the page was drawn
        typed = words(request, suffix)
        if line.is_as(typed["held"], typed["text"]):
            continue
        try:
            open_child(request, line.child.public_id, parts=(Part.CONTRIBUTIONS,), work=Work.CONTRIBUTION)
            contribution_write(acting_user(request), child=line.child, **typed)
            saved += 1
        except Overtaken as lost:
            theirs = in_words(lost.theirs["held"], lost.theirs["text"])
            problems[line.child.public_id] = {
                **typed,
                "version": lost.version,
                "by": lost.by,
                "theirs": theirs,
            }
        except (Invalid, Conflict) as refusal:
            problems[line.child.public_id] = {**typed, "error": refusal.message}
    if problems:
        shown = [line.typed(problems.get(line.child.public_id)) for line in lines]
        return _page(request, shown, 409, saved=saved)
    messages.success(request, f"Saved: {counted(saved, 'answer')}.")
    return redirect("cevt:research")


@requires_work(Shape.API, Work.CONTRIBUTION, methods=SEND)
def research_say(request: HttpRequest) -> HttpResponse:
    """One answer of the list, saved as it is typed; answers as a sheet's own does."""
    public_id = uuid_from(request.POST, "answer")
    opened = open_child(request, public_id, parts=(Part.CONTRIBUTIONS,), work=Work.CONTRIBUTION)
    suffix = f"-{public_id}"
    typed = words(request, suffix)
    typed["version"] = version_from(request.POST, "version")
    return save_typed(request, opened, typed, suffix)
