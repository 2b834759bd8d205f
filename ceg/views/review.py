"""The board's chair records what the board agreed of a child: typed, checked, done (G2)."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ceg.forms import ReviewForm, hidden, next_day
from ceg.models import BoardEntry, BoardReview
from ceg.selectors.child import OnBoard, on_board
from ceg.selectors.review_preview import preview
from ceg.services.entry import NOT_OF_THIS_BOARD
from ceg.services.review import may_be_agreed, review_record
from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError, Conflict, Invalid, NotAllowed
from cems.base.forms import handle_form
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.practice_lists import HARM_FORMS

NOT_SENT_ON = ("csrfmiddlewaretoken", "step", "submit")


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.REVIEWS, methods=FORM)
def review(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The form beside what the board reads; what it does is shown before it is done."""
    shown = on_board(acting_user(request), opened)
    if request.method != "POST":
        return _page(request, opened, shown, _empty(opened, shown))
    if request.POST.get("step") == "change":
        return _page(request, opened, shown, ReviewForm(initial=_typed(request), named=_named(opened)))
    form = ReviewForm(request.POST, named=_named(opened))
    if not form.is_valid():
        return _page(request, opened, shown, form, 400)
    if request.POST.get("step") != "agree":
        try:
            return _check(request, opened, shown, form)
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
            return _refused(request, opened, form, refusal)
    recorded = handle_form(request, form, lambda: _record(request, shown, form))
    if recorded is None:
        return _refused(request, opened, form, form.refusal)
    stays = next_day(form)
    came = f"stays on the board until {stays:%-d %B %Y}" if stays else "is stepped out; the note is sent"
    messages.success(request, f"{recorded.reference}: {opened.child.name} {came}.")
    return redirect("ceg:board")


def _check(request: HttpRequest, opened: OpenChild, shown: OnBoard, form: ReviewForm) -> HttpResponse:
    """What this will do and who is told. Raises as the review would."""
    entry, user, agreement = _entry(shown), acting_user(request), form.agreement()
    may_be_agreed(user, opened.child, entry, agreement, opened.at)
    context = {
        **child_page(request, opened, current="children:overview"),
        "entry": entry,
        "agreement": agreement,
        "harms": [HARM_FORMS.label(harm) for harm in agreement.forms],
        "contexts": [context.label for context in agreement.contexts],
        "preview": preview(
            user, opened.child, entry, level=agreement.level, next_on=agreement.next_on, at=opened.at
        ),
        "sent": hidden(request.POST, NOT_SENT_ON),
    }
    return render(request, "ceg/check.html", context)


def _record(request: HttpRequest, shown: OnBoard, form: ReviewForm) -> BoardReview:
    return review_record(acting_user(request), entry=_entry(shown), agreement=form.agreement())


def _entry(shown: OnBoard) -> BoardEntry:
    """The entry that is reviewed. Raises Conflict where no board has the child now, NotAllowed for another's chair."""
    if shown.entry is None:
        raise Conflict("The child is on no board any more. Their page says how they left.")
    if not shown.may_review:
        raise NotAllowed(NOT_OF_THIS_BOARD)
    return shown.entry


def _refused(
    request: HttpRequest, opened: OpenChild, form: ReviewForm, refusal: CommandError | None
) -> HttpResponse:
    """The page as it is by now, with what was typed: what came meanwhile is on it, and counts as seen."""
    shown = on_board(acting_user(request), opened)
    again = form
    if isinstance(refusal, Conflict):
        sent = ReviewForm.seeing(request.POST, shown.seen, opened.child.current_level)
        again = ReviewForm(sent, named=_named(opened))
        again.is_valid()
        again.refuse(refusal)
    return _page(request, opened, shown, again, again.status)


def _named(opened: OpenChild) -> Collection[str]:
    """The forms of harm that are agreed now."""
    return opened.child.current_level.forms if opened.child.current_level else ()


def _empty(opened: OpenChild, shown: OnBoard) -> ReviewForm:
    return ReviewForm.begin(shown.seen, opened.child.current_level)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed, given back to be changed."""
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in ReviewForm.base_fields}
    typed |= {name: request.POST.getlist(name) for name in ("harms", "contexts")}
    day = ReviewForm.base_fields["next_on"]
    parts = [request.POST.get(f"next_on_{part}", "") for part in range(3)]
    return {**typed, "next_on": day.compress(parts) if all(parts) else None}  # type: ignore[attr-defined] # a DayField


def _page(
    request: HttpRequest, opened: OpenChild, shown: OnBoard, form: ReviewForm, status: int = 200
) -> HttpResponse:
    context = {
        **child_page(request, opened, current="children:overview"),
        "shown": shown,
        "form": form if shown.entry and shown.may_review else None,
    }
    return render(request, "ceg/review.html", context, status=status)
