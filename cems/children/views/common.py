"""What the pages of a child share."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.forms import PlainForm
from cems.accounts.models import User
from cems.base.errors import Conflict, Invalid
from cems.children.doors import OpenChild
from cems.children.shell import child_page


def me(request: HttpRequest) -> User:
    """The signed-in person."""
    return cast(User, request.user)


def taken(form: PlainForm, act: Callable[[], object]) -> bool:
    """Whether the form was right and the service took it; a refusal stands beside its field."""
    if not form.is_valid():
        return False
    try:
        act()
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return False
    return True


def form_page(request: HttpRequest, opened: OpenChild, form: PlainForm, **words: Any) -> HttpResponse:
    """A page with one form about a child. `words`: title, current (tab), and perhaps text, back, who_sees."""
    context = {**child_page(request, opened, current=words["current"]), "form": form, **words}
    return render(request, "children/form.html", context, status=400 if form.errors else 200)
