"""What the pages of a child share."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.access_control import acting_user
from cems.accounts.forms.person import PlainForm
from cems.base.errors import Conflict, Invalid
from cems.base.idempotency import once
from cems.base.models import PublicModel
from cems.children.access_control import OpenChild
from cems.children.identity.page_context import child_page

# Fields that make up another: the key of the form, the day and the time of what happened.
_NOT_KEPT = {"key", "happened_on", "happened_time"}


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


def kept_once(
    request: HttpRequest, form: PlainForm, action: str, perform: Callable[..., PublicModel], **to: Any
) -> bool:
    """Hand what was typed to a service once, however often the form is sent (floor-f3); whether it was now.

    `to` is what it is done to: named arguments of the service beside the fields of the form.
    """
    data = {name: value for name, value in form.cleaned_data.items() if name not in _NOT_KEPT} | to
    body = {name: getattr(value, "public_id", value) for name, value in data.items()}

    def act() -> dict[str, str]:
        return {"made": str(perform(acting_user(request), **data).public_id)}

    _, new = once(acting_user(request), key=form.cleaned_data["key"], action=action, body=body, perform=act)
    return new


def form_page(request: HttpRequest, opened: OpenChild, form: PlainForm, **words: Any) -> HttpResponse:
    """A page with one form about a child. `words`: title, current (tab), and perhaps text, back, who_sees."""
    context = {**child_page(request, opened, current=words["current"]), "form": form, **words}
    return render(request, "children/form.html", context, status=400 if form.errors else 200)
