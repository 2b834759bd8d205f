"""Before days off: who holds each child that still waits, on a page and on one sheet for EDT (T6)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.access_control import acting_user, requires_any_work
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.choices import Verb
from cems.audit.services import listed, record
from cems.base.access_control import Shape
from cems.base.time import now
from cems.documents.rendering import Paper, available, pdf_response, render_pdf
from triage.allocation.selectors.handover import MOST, asked_now
from triage.allocation.selectors.handover import handover as who_holds


@requires_any_work(Shape.PAGE, Work.ALLOCATION, Work.REFERRALS)
def handover(request: HttpRequest) -> HttpResponse:
    """Each waiting child: given to a worker, or held until the next working day, by whom."""
    user, instant = acting_user(request), now()
    page = who_holds(user, instant)
    listed(user, what="triage.handover", children=[row.child.public_id for row in page.rows])
    context = {
        "page": page,
        "most": MOST,
        "asked": asked_now(instant) is not None,
        "may_allocate": profile_of(user).may(Work.ALLOCATION),
        "has_pdf": available(),
    }
    return render(request, "triage/allocation/handover.html", context)


@requires_any_work(Shape.PDF, Work.ALLOCATION, Work.REFERRALS)
def handover_pdf(request: HttpRequest) -> HttpResponse:
    """The sheet for the Emergency Duty Team: references, who holds, what is in force; no child's name."""
    user, instant = acting_user(request), now()
    page = who_holds(user, instant)
    paper = Paper("Handover", f"until {page.until:%-d %B %Y}", f"{user}, {user.agency}", instant)
    made = render_pdf("documents/handover.html", {"page": page, "most": MOST}, paper)
    # Each child's record of use tells of the sheet as of a list; that it was taken away is one row more.
    listed(
        user, what="triage.handover_sheet", children=[row.child.public_id for row in page.rows], at=instant
    )
    record(user, verb=Verb.DOWNLOADED, part="triage.handover", detail={"count": len(page.rows)}, at=instant)
    return pdf_response(made, paper)
