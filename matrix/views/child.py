"""The matrices of one child, and starting one."""

from collections.abc import Sequence
from datetime import datetime, time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.time import LONDON, now
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.view_helpers import form_page
from cems.clocks.presentation import present
from matrix.choices import Occasion
from matrix.forms import DueForm
from matrix.models import ShortReview
from matrix.practice_lists import OCCASIONS
from matrix.selectors.child import Further, of_child
from matrix.services.drafts import matrix_start
from matrix.services.due import matrix_due_raise
from matrix.slots import SHORT_REVIEW_STATE, Became

LISTS = ("sent", "withdrawn", "reviews")  # of matrices, each read by pages of its own


@requires_child(Shape.PAGE, Part.MATRIX, Part.OWN_SUBMISSIONS)
def for_child(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """All matrices of the child, or the person's own where they see no others."""
    only_own = not opened.access.sees(Part.MATRIX)
    at = Further(**{name: request.GET.get(f"{name}_{AFTER}", "") for name in LISTS})
    page = of_child(opened, only=acting_user(request) if only_own else None, at=at)
    context = {
        **child_page(request, opened, current="matrix:for_child"),
        "found": page,
        "only_own": only_own,
        "may_enter": opened.access.may(Work.PAPER_MATRIX),
        "may_begin": not (page.drafts if only_own else page.in_common),
        "may_start": opened.access.may(Work.MATRIX),
        "occasions": OCCASIONS.choices(),
        "review_clock": present(page.review.clock, now()) if page.review else None,
        "short_reviews": _became(acting_user(request), opened, page.short_reviews),
        "further": {
            name: next_url(request, getattr(page.further, name), f"{name}_{AFTER}") for name in LISTS
        },
        "dues": [(row, present(row.clock, now())) for row in page.dues],
        "why_now": page.dues[0].occasion if page.dues else "",
    }
    return render(request, "matrix/for_child.html", context)


def _became(
    user: User, opened: OpenChild, rows: Sequence[ShortReview]
) -> list[tuple[ShortReview, Became | None]]:
    """Each review where nothing was new, with what became of it."""
    states = SHORT_REVIEW_STATE.get()(user, opened, rows) if rows else {}
    return [(row, states.get(row.pk)) for row in rows]


@requires_child(Shape.PAGE, Part.MATRIX, Part.OWN_SUBMISSIONS, work=Work.MATRIX, methods=FORM)
def due(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record something that requires a matrix (M4): a clock starts for the lead."""
    form = DueForm(request.POST or None)
    if handle_form(request, form, lambda: _raise(request, opened, form)):
        messages.success(request, "It is recorded. A CE Matrix is due, and its clock is running.")
        return redirect("matrix:for_child", public_id=opened.child.public_id)
    return form_page(
        request,
        opened,
        form,
        title="Record why a matrix is due",
        text="The next matrix that is sent meets it. If the same is recorded twice, it is one.",
        current="matrix:for_child",
    )


def _raise(request: HttpRequest, opened: OpenChild, form: DueForm) -> None:
    data = form.cleaned_data
    matrix_due_raise(
        acting_user(request),
        child=opened.child,
        occasion=data["occasion"],
        happened_at=datetime.combine(data["happened_on"], time(), tzinfo=LONDON),
        source=data["source"],
    )


@requires_child(Shape.POST, Part.MATRIX, Part.OWN_SUBMISSIONS, work=Work.MATRIX)
def start(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Start a matrix, or go on with the one in progress: sent twice, it is one draft."""
    matrix = matrix_start(
        acting_user(request),
        child=opened.child,
        occasion=request.POST.get("occasion", Occasion.CONCERN),
        own=not opened.access.sees(Part.MATRIX),
    )
    if matrix.started_by_id != acting_user(request).pk:
        messages.info(
            request, f"{matrix.started_by} has a matrix in progress for this child: you join it here."
        )
    return redirect("matrix:tasks", public_id=matrix.public_id)
