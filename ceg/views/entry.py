"""One child on a board: the facts and the history, and another board that takes them (G1)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ceg.forms import HandOverForm
from ceg.models import BoardEntry
from ceg.selectors.child import on_board
from ceg.services.entry import NOT_OF_THIS_BOARD, entry_hand_over
from cems.accounts.access_control import person
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import NotAllowed
from cems.base.idempotency import once
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.view_helpers import taken


@requires_child(Shape.PAGE, Part.DECISIONS)
def child(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Why the child is on the board, what has come since it looked, and what it agreed before."""
    shown = on_board(person(request), opened)
    context = {
        **child_page(request, opened, current="children:overview"),
        "shown": shown,
        "may_allocate": opened.access.may(Work.ALLOCATION),
    }
    return render(request, "ceg/child.html", context)


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.REVIEWS, methods=FORM)
def hand_over(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Another board takes the child, by name and with the reason."""
    shown = on_board(person(request), opened)
    entry = shown.entry
    form = HandOverForm(entry, request.POST or None) if entry and shown.may_review else None
    if request.method == "POST":
        if entry is None or form is None:
            raise NotAllowed(NOT_OF_THIS_BOARD)
        if taken(form, lambda: _hand_over(request, entry, form)):
            board = form.cleaned_data["locality"]
            messages.success(request, f"{opened.child.name} is on the board of {board} from now on.")
            return redirect("ceg:child", public_id=opened.child.public_id)
    context = {
        **child_page(request, opened, current="children:overview"),
        "shown": shown,
        "form": form,
    }
    return render(request, "ceg/hand_over.html", context, status=400 if form and form.errors else 200)


def _hand_over(request: HttpRequest, entry: BoardEntry, form: HandOverForm) -> None:
    data = form.cleaned_data

    def perform() -> dict[str, Any]:
        entry_hand_over(person(request), entry=entry, locality=data["locality"], why=data["why"])
        return {}

    body = {"entry": entry.public_id, "locality": data["locality"].pk, "why": data["why"]}
    once(person(request), key=data["key"], action="ceg.hand_over", body=body, perform=perform)
