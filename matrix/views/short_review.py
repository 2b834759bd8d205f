"""A review where nothing is new: the short page that sends it, and one that was sent (M6)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict
from cems.base.forms import gives_back, handle_form
from cems.base.not_found import or_404
from cems.base.time import now, today
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.clocks.presentation import present
from matrix.choices import Seen
from matrix.models import Matrix, ShortReview
from matrix.selectors.draft import Filled, filled
from matrix.selectors.sent import newest_of_child
from matrix.selectors.short_review import owed_review, owed_review_at, short_review_at
from matrix.services.short_review import short_review_send, update_from_review, works_with
from matrix.short_review_form import ShortReviewForm
from matrix.slots import SHORT_REVIEW_STATE
from matrix.views.shown import Shown
from plans.selectors.meeting import meetings_of_review


@gives_back(ShortReviewForm)
@requires_child(Shape.PAGE, Part.MATRIX, Part.OWN_SUBMISSIONS, work=Work.MATRIX, methods=FORM)
def send(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The open concerns and standing facts, and whom one asked; with something new an update is begun instead."""
    user, owed = acting_user(request), owed_review(opened)
    reads = opened.access.sees(Part.MATRIX)
    may_send = reads and works_with(user, opened.child)
    form = ShortReviewForm(request.POST or None, initial={"review": owed.public_id if owed else None})
    perform = _update if form.begins_update else _send
    sent = handle_form(request, form, lambda: perform(request, opened, form))
    if sent and form.begins_update:
        messages.info(
            request,
            f"What you typed is in {sent.reference}: the child's and the family's words on the page of what they say,"
            " all else in your reasons. Answer what is new, then send it.",
        )
        return redirect("matrix:tasks", public_id=sent.public_id)
    if sent:
        messages.success(request, f"{sent.reference} is sent. The next review is on the child's page.")
        return redirect("matrix:short_review_sent", opened.child.public_id, sent.public_id)
    context = {
        **child_page(request, opened, current="matrix:for_child"),
        "form": form if (may_send and owed) or form.is_bound else None,
        "owed": owed,
        "clock": present(owed.clock, now()) if owed else None,
        "reads": reads,
        "meetings": meetings_of_review(opened, owed.clock) if owed else [],
        **(_standing(opened) if reads else {}),
    }
    return render(request, "matrix/short_review.html", context, status=form.status)


def _update(request: HttpRequest, opened: OpenChild, form: ShortReviewForm) -> Matrix:
    """Begin the update: in the child's draft, or in the user's own where they read only what they sent themselves."""
    return update_from_review(
        acting_user(request),
        child=opened.child,
        words=form.for_update,
        own=not opened.access.sees(Part.MATRIX),
    )


def _send(request: HttpRequest, opened: OpenChild, form: ShortReviewForm) -> ShortReview:
    data = form.cleaned_data
    review = owed_review_at(opened, data["review"])
    if review is None:
        raise Conflict("This review is not of this child. Open the page again.")
    return short_review_send(
        acting_user(request),
        review=review,
        asked=form.asked,
        managed=data["managed"],
        managed_words=data["managed_words"],
        not_asked_why=data["not_asked_why"],
    )


def _standing(opened: OpenChild) -> dict[str, Any]:
    """What the last matrix says that still stands: concerns seen, and facts that do not age."""
    submission = newest_of_child(opened)
    if submission is None:
        return {"submission": None}
    state = filled(opened, submission.matrix, today(), only=None, submission=submission)
    return {
        "submission": submission,
        "state": state,
        "concerns": _shown(state, standing=False),
        "facts": _shown(state, standing=True),
    }


def _shown(state: Filled, *, standing: bool) -> list[Shown]:
    return [
        Shown(indicator, answer, state.seen_words(answer), False)
        for indicator in state.instrument.indicators
        if (indicator.standing if standing else indicator.kind.is_concern)
        and (answer := state.answers.get(indicator.code))
        and answer.seen == Seen.SEEN
    ]


@requires_child(Shape.PAGE, Part.MATRIX)
def sent(request: HttpRequest, opened: OpenChild, review_id: UUID) -> HttpResponse:
    """A review where nothing was new, and what became of it."""
    row = or_404(short_review_at(opened, review_id))
    context = {
        **child_page(request, opened, current="matrix:for_child"),
        "row": row,
        "meetings": meetings_of_review(opened, row.review.clock),
        "became": SHORT_REVIEW_STATE.get()(acting_user(request), opened, [row]).get(row.pk),
    }
    return render(request, "matrix/short_review_sent.html", context)
