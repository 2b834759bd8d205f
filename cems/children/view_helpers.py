"""What the pages of a child share."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.base.forms import Difference, PlainForm
from cems.children.access_control import OpenChild
from cems.children.identity.page_context import child_page


def both_texts(form: PlainForm) -> list[Difference]:
    """What a colleague saved and what was typed, where they differ; nothing where nobody was quicker.

    The form is made ready to be sent again, over what the colleague saved.
    """
    if form.lost is None:
        return []
    differences = form.differences(form.lost.theirs)
    form.send_next(version=str(form.lost.version))
    return differences


def form_page(request: HttpRequest, opened: OpenChild, form: PlainForm, **words: Any) -> HttpResponse:
    """A page with one form about a child. `words`: title, current (tab), and perhaps text, back, who_sees.

    For who was slower, differences and the address where what they typed can be sent (action); before what can't be
    undone `leaves`, what it ends or leaves undone, a line each, under `leaves_title`.
    """
    context = {**child_page(request, opened, current=words["current"]), "form": form, **words}
    return render(request, "children/form.html", context, status=form.status)
