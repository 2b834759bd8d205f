"""The minutes of CEVT's meetings, on the page and on paper (T3)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.access_control import acting_user, requires_any_work, requires_work
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.choices import Verb
from cems.audit.services import listed, record
from cems.base.access_control import Shape
from cems.base.errors import Conflict
from cems.base.keyset import AFTER, next_url
from cems.base.time import now
from cems.documents.rendering import Paper, available, pdf_response, render_pdf
from cems.meetings.choices import NoteKind
from triage.cevt.selectors.decision import READS_MINUTES
from triage.cevt.selectors.meeting import Minutes, meetings_of, notes_over_time
from triage.cevt.selectors.meeting import minutes as minutes_of
from triage.cevt.views.common import the_meeting


@requires_any_work(Shape.PAGE, *READS_MINUTES)
def meetings(request: HttpRequest) -> HttpResponse:
    """CEVT's meetings, the newest first; one that was never ended is said to be so."""
    page = meetings_of(acting_user(request), request.GET.get(AFTER, ""))
    context = {
        "rows": page.rows,
        "older_url": next_url(request, page.after),
        "may_decide": profile_of(acting_user(request)).may(Work.DECISIONS),
    }
    return render(request, "triage/cevt/meetings.html", context)


@requires_work(Shape.PAGE, Work.THEMES)
def notes(request: HttpRequest) -> HttpResponse:
    """The themes and places that meetings noted, over time (T3).

    They are about no child in particular, but free words: they are read by few, and who read them is kept.
    """
    user, kind = acting_user(request), request.GET.get("kind", "")
    page = notes_over_time(user, kind, request.GET.get(AFTER, ""))
    listed(user, what="triage.notes", children=[])
    context = {
        "rows": page.rows,
        "older_url": next_url(request, page.after),
        "kinds": NoteKind.choices,
        "kind": kind,
    }
    return render(request, "triage/cevt/notes.html", context)


@requires_any_work(Shape.PAGE, *READS_MINUTES)
def minutes(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """What a meeting decided: by reference, of children open to the reader."""
    meeting_minutes = _read(request, meeting_id)
    return render(
        request,
        "triage/cevt/minutes.html",
        {
            "minutes": meeting_minutes,
            "on_paper": available(),
            "may_decide": profile_of(acting_user(request)).may(Work.DECISIONS),
        },
    )


@requires_any_work(Shape.PDF, *READS_MINUTES)
def minutes_pdf(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """The minutes on paper, from the moment the meeting ends; taking them away is audited."""
    meeting_minutes, user, instant = _read(request, meeting_id), acting_user(request), now()
    meeting = meeting_minutes.meeting
    if meeting.ended_at is None:
        raise Conflict(f"{meeting.reference} has not ended, so it has no minutes yet.")
    paper = Paper("CEVT minutes", meeting.reference, f"{user}, {user.agency}", instant)
    made = render_pdf("documents/minutes.html", {"minutes": meeting_minutes}, paper)
    record(user, verb=Verb.DOWNLOADED, subject=meeting, part="minutes", at=instant)
    return pdf_response(made, paper)


def _read(request: HttpRequest, meeting_id: UUID) -> Minutes:
    meeting_minutes = minutes_of(acting_user(request), the_meeting(request, meeting_id), now())
    if meeting_minutes.children or meeting_minutes.undecided:
        listed(
            acting_user(request),
            what="triage.minutes",
            children=[
                *(row.child.public_id for row in meeting_minutes.children),
                *(row.child.public_id for row in meeting_minutes.undecided),
            ],
        )
    return meeting_minutes
