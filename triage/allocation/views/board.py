"""The allocation board, the exception list, and the worker's own children (T6)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.access_control import acting_user, requires_any_work
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import Shape
from cems.base.keyset import AFTER, next_url
from cems.base.time import now
from triage.allocation.selectors.board import board as the_board
from triage.allocation.selectors.caseload import children_of
from triage.allocation.selectors.handover import asked_now
from triage.allocation.selectors.unallocated import unallocated as the_exceptions


@requires_any_work(Shape.PAGE, Work.ALLOCATION, Work.OVERSIGHT)
def board(request: HttpRequest) -> HttpResponse:
    """Who waits for a worker, who has room, and whose worker has gone."""
    user, instant = acting_user(request), now()
    shown = the_board(user, instant)
    listed(user, what="triage.allocation", children=shown.children)
    context = {
        "board": shown,
        "may_allocate": profile_of(user).may(Work.ALLOCATION),
        "handover_until": asked_now(instant) if shown.wait else None,
    }
    return render(request, "triage/allocation/board.html", context)


@requires_any_work(Shape.PAGE, Work.ALLOCATION, Work.OVERSIGHT)
def unallocated(request: HttpRequest) -> HttpResponse:
    """Children at Significant without a worker, and why."""
    user = acting_user(request)
    page = the_exceptions(user, now(), after=request.GET.get(AFTER, ""))
    listed(user, what="triage.unallocated", children=[row.child.public_id for row in page.rows])
    context = {
        "page": page,
        "may_allocate": profile_of(user).may(Work.ALLOCATION),
        "older_url": next_url(request, page.after),
    }
    return render(request, "triage/allocation/unallocated.html", context)


@requires_any_work(Shape.PAGE, Work.DIRECT_WORK, Work.INTERVIEWS)
def my_children(request: HttpRequest) -> HttpResponse:
    """The children I have, and what of each I have still to do."""
    user = acting_user(request)
    mine = children_of(user, user, now())
    listed(user, what="triage.my_children", children=[row.child.public_id for row in mine.rows])
    return render(request, "triage/allocation/mine.html", {"mine": mine})
