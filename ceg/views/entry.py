"""One child on a board: the facts and the history, and another board that takes them (G1)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ceg.forms import HandOverForm
from ceg.selectors.child import on_board
from ceg.services.entry import NOT_OF_THIS_BOARD, entry_hand_over
from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import NotAllowed
from cems.base.forms import handle_form
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page


@requires_child(Shape.PAGE, Part.DECISIONS)
def child(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Why the child is on the board, what has come since it looked, and what it agreed before."""
    shown = on_board(acting_user(request), opened)
    context = {
        **child_page(request, opened, current="children:overview"),
        "shown": shown,
        "may_allocate": opened.access.may(Work.ALLOCATION),
    }
    return render(request, "ceg/child.html", context)


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.REVIEWS, methods=FORM)
def hand_over(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Another board takes the child, by name and with the reason."""
    shown = on_board(acting_user(request), opened)
    entry = shown.entry
    form = (
        HandOverForm(acting_user(request), entry, request.POST or None)
        if entry and shown.may_review
        else None
    )
    if request.method == "POST":
        if entry is None or form is None:
            raise NotAllowed(NOT_OF_THIS_BOARD)
        if handle_form(
            request, form, lambda: entry_hand_over(acting_user(request), entry=entry, **form.values)
        ):
            board = form.cleaned_data["locality"]
            messages.success(request, f"{opened.child.name} is on the board of {board} from now on.")
            return redirect("ceg:child", public_id=opened.child.public_id)
    context = {
        **child_page(request, opened, current="children:overview"),
        "shown": shown,
        "form": form,
    }
    return render(request, "ceg/hand_over.html", context, status=form.status if form else 200)
