"""CEVT notes the reviews where nothing was new, in one sitting (M6)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.time import now
from cems.base.words import counted
from triage.cevt.forms.short_review import NoteReviewsForm
from triage.cevt.selectors.short_review import reviews_to_note
from triage.cevt.services.short_review import review_discuss, reviews_note


@requires_work(Shape.PAGE, Work.DECISIONS, methods=FORM)
def reviews(request: HttpRequest) -> HttpResponse:
    """Each child whose review brought nothing new: tick several and note them once, or take one out to discuss."""
    user, instant = acting_user(request), now()
    waiting = reviews_to_note(user, instant)
    names = {line.row.public_id: line.child.name for line in waiting.lines}
    form = NoteReviewsForm(request.POST or None)
    done = handle_form(request, form, lambda: _perform(request, form))
    if done and "noted" in done.result:
        messages.success(request, _noted_words(**done.result))
        return redirect("cevt:reviews")
    if done:
        who = names.get(form.cleaned_data["discuss"], "The child")
        messages.success(request, f"{who} is on CEVT’s list for the next meeting.")
        return redirect("cevt:reviews")
    listed(user, what="triage.reviews", children=[line.child.public_id for line in waiting.lines], at=instant)
    context = {
        "lines": waiting.lines,
        "more": waiting.more,
        "cut": waiting.cut,
        "form": form,
        "ticked": {str(value) for value in request.POST.getlist("reviews")},
    }
    return render(request, "triage/cevt/reviews.html", context, status=form.status)


def _perform(request: HttpRequest, form: NoteReviewsForm) -> dict[str, Any]:
    user, data = acting_user(request), form.cleaned_data
    if data["discuss"]:
        review_discuss(user, review=data["discuss"])
        return {"discussed": True}
    noted = reviews_note(user, reviews=data["reviews"])
    return {"noted": noted, "left": len(set(data["reviews"])) - noted}


def _noted_words(noted: int, left: int) -> str:
    """For how many children reviews were noted, and how many of what was ticked waited no longer."""
    words = f"Noted for {counted(noted, 'child')}."
    return f"{words} {left} of what was ticked waited no longer." if left else words
