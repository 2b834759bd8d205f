"""The matrices of one child, and starting one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.roles import Part, Work
from cems.base.doors import Shape
from cems.base.time import now
from cems.children.doors import OpenChild, child_door
from cems.children.shell import child_page
from cems.clocks.presentation import present
from matrix.choices import Occasion
from matrix.selectors.child import of_child
from matrix.services.drafts import matrix_start
from matrix.views.common import me


@child_door(Shape.PAGE, Part.MATRIX, Part.OWN_SUBMISSIONS)
def for_child(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """All matrices of the child, or the person's own where they see no others."""
    only_own = not opened.access.sees(Part.MATRIX)
    found = of_child(opened.child, only=me(request) if only_own else None)
    context = {
        **child_page(request, opened, current="matrix:for_child"),
        "found": found,
        "only_own": only_own,
        "may_start": opened.access.may(Work.MATRIX),
        "occasions": Occasion.choices,
        "review_clock": present(found.review.clock, now()) if found.review else None,
    }
    return render(request, "matrix/for_child.html", context)


@child_door(Shape.POST, Part.MATRIX, Part.OWN_SUBMISSIONS, work=Work.MATRIX)
def start(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Start a matrix, or go on with the one in progress: sent twice, it is one draft."""
    matrix = matrix_start(
        me(request),
        child=opened.child,
        occasion=request.POST.get("occasion", Occasion.CONCERN),
        own=not opened.access.sees(Part.MATRIX),
    )
    if matrix.started_by_id != me(request).pk:
        messages.info(
            request, f"{matrix.started_by} has a matrix in progress for this child: you join it here."
        )
    return redirect("matrix:tasks", public_id=matrix.public_id)
