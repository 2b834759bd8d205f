"""CEVT's meeting: it starts, people come and go, themes are noted, it ends (T3)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from cems.accounts.access_control import acting_user, requires_any_work, requires_work
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import local, now
from cems.meetings.models import Meeting
from cems.meetings.selectors import attendance_of, notes_of
from cems.meetings.services.meeting import (
    attendance_end,
    attendance_start,
    meeting_end,
    note_add,
)
from triage.cevt.forms.meeting import NoteForm
from triage.cevt.selectors.meeting import authority_met_for, open_meeting_of
from triage.cevt.selectors.meeting_end import meeting_end_page
from triage.cevt.selectors.seats import has_seat, seats
from triage.cevt.services.attendance import Place, attendance_set
from triage.cevt.services.meeting_day import meeting_day_start
from triage.cevt.views.common import seated, the_meeting


@requires_work(Shape.POST, Work.DECISIONS)
def start(request: HttpRequest) -> HttpResponse:
    """Start the meeting with this person in the chair, and go to its table."""
    user = seated(request)
    code = request.POST.get("authority", "")
    place = authority_met_for(user, code)
    if place is None and not code:
        raise NotAllowed("Your agency works for no authority that has a CEVT.")
    try:
        row = meeting_day_start(user, authority=or_404(place))
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("cevt:list")
    messages.success(request, f"{row.reference} has started. Tick who is here.")
    return redirect("cevt:attendance", meeting_id=row.public_id)


@requires_any_work(Shape.PAGE, Work.DECISIONS, Work.CONTRIBUTION, methods=FORM)
def table(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Who is at the table, who sent an apology, for whom somebody stands in; the chair ticks, who sits there reads.

    Who contributes to a board, and has no seat here, is led to what the minutes tell them.
    """
    meeting = the_meeting(request, meeting_id)
    if request.method == "POST":
        seated(request)
    elif not has_seat(profile_of(acting_user(request))):
        return redirect("cevt:minutes", meeting_id=meeting.public_id)
    may_chair = _may_chair(request)
    if request.method == "POST":
        if not may_chair:
            raise NotAllowed("The chair says who is here. Say “I’m here” for yourself.")
        attendance_set(acting_user(request), meeting=meeting, places=_places(request))
        messages.success(request, "The table is saved.")
        return redirect("cevt:attendance", meeting_id=meeting.public_id)
    context = {**_context(request, meeting), "may_chair": may_chair}
    return render(request, "triage/cevt/table.html", context)


def _places(request: HttpRequest) -> list[Place]:
    keys = [name.removeprefix("place_") for name in request.POST if name.startswith("place_")]
    return [
        Place(key, request.POST.get(f"place_{key}", ""), request.POST.get(f"for_{key}", "")) for key in keys
    ]


def _may_chair(request: HttpRequest) -> bool:
    profile = profile_of(acting_user(request))
    return profile.may(Work.DECISIONS) and has_seat(profile)


def _context(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    people = seats([meeting.authority_id]).people
    attendance = attendance_of(meeting, now())
    rows = {row.user_id: row for row in attendance.rows}
    return {
        "meeting": meeting,
        "table": attendance,
        "rows": [
            (
                user,
                rows.get(user.pk),
                [other for other in people if other.agency_id == user.agency_id and other != user],
            )
            for user in people
        ],
        "me": rows.get(acting_user(request).pk),
        "note_form": NoteForm(),
        "notes": notes_of(meeting),
        "sits": has_seat(profile_of(acting_user(request))),
    }


@requires_any_work(Shape.POST, Work.DECISIONS, Work.CONTRIBUTION)
def here(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The person says that they are here, or that they leave."""
    meeting, user = the_meeting(request, meeting_id), seated(request)
    if request.POST.get("leave"):
        attendance_end(user, meeting=meeting, person=user)
        messages.success(request, f"You have left {meeting.reference}.")
    else:
        attendance_start(user, meeting=meeting, person=user)
        messages.success(request, f"You are at the table of {meeting.reference}, for {user.agency}.")
    return _back(request, meeting)


@requires_any_work(Shape.POST, Work.DECISIONS, Work.CONTRIBUTION)
def note(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Note a theme or a place as it appears, from wherever one is."""
    meeting, user = the_meeting(request, meeting_id), seated(request)
    form = NoteForm(request.POST)
    if handle_form(request, form, lambda: note_add(user, meeting=meeting, **form.values)):
        messages.success(request, "Noted for the minutes.")
    elif isinstance(form.refusal, Conflict):
        return _too_late(request, meeting, form)
    elif set(form.errors) <= {"text"}:
        messages.error(request, str(form.errors["text"][0]))
    else:
        name, problems = next(iter(form.errors.items()))
        raise Invalid(str(problems[0]), field=name)
    return _back(request, meeting)


def _too_late(request: HttpRequest, meeting: Meeting, form: NoteForm) -> HttpResponse:
    """The meeting ended while somebody typed: their words stay, to be noted in the meeting that is open by now."""
    open_now = open_meeting_of(meeting.authority_id)
    context = {
        "meeting": meeting,
        "open_meeting": open_now,
        "refusal": form.refusal,
        "typed": form.cleaned_data,
        "key": NoteForm()["key"],
    }
    return render(request, "triage/cevt/note_late.html", context, status=409)


@requires_work(Shape.PAGE, Work.DECISIONS, methods=FORM)
def end(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """What is undecided and what is provisional, then the end, also for another chair; minutes are there at once."""
    meeting, user = the_meeting(request, meeting_id), seated(request)
    if request.method == "POST" or meeting.ended_at:
        row = meeting_end(user, meeting=meeting) if request.method == "POST" else meeting
        _say_it_ended(request, row)
        return redirect("cevt:minutes", meeting_id=row.public_id)
    page = meeting_end_page(user, meeting, now())
    listed(user, what="cevt.meeting_end", children=[child.public_id for child in page.children])
    return render(request, "triage/cevt/meeting_end.html", {"meeting": meeting, "page": page})


def _say_it_ended(request: HttpRequest, row: Meeting) -> None:
    """Whoever comes second is told who ended it, and that what agencies typed of a child stays with the child."""
    if row.ended_at and row.ended_by_id != acting_user(request).pk:
        messages.info(
            request,
            f"{row.ended_by} ended {row.reference} at {local(row.ended_at):%H:%M}. What anybody typed of a child"
            " is kept with the child, and can be gone on with.",
        )
    else:
        messages.success(request, f"{row.reference} has ended. These are its minutes.")


def _back(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """To the page somebody came from, or to the table."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return redirect(wanted)
    return redirect("cevt:attendance", meeting_id=meeting.public_id)
