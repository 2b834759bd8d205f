"""A child's sheet: read by everybody at the table, decided on by the chair (T3, T4)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.forms import handle_form
from cems.children.access_control import OpenChild, requires_child
from triage.cevt.forms.decision import DecisionForm
from triage.cevt.selectors.decision_preview import preview
from triage.cevt.selectors.item import items_decided
from triage.cevt.selectors.sheet import Sheet
from triage.cevt.selectors.sheet import sheet as sheet_of
from triage.cevt.services.decision import decision_make, may_be_decided
from triage.cevt.views.common import (
    decision_fields,
    empty_form,
    for_the_room,
    projected,
    sheet_page,
    sheet_url,
)
from triage.cevt.views.contribution import said_on_the_page
from triage.cevt.views.listing import audit_list
from triage.models import Decision

Step = Callable[[HttpRequest, OpenChild, Sheet], HttpResponse]


@requires_child(Shape.PAGE, Part.CONTRIBUTIONS, methods=FORM)
def sheet(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The child as CEVT discusses them; the forms of the sheet come back here, each with its step."""
    opened = for_the_room(request, opened)
    shown = sheet_of(acting_user(request), opened, room=projected(request))
    if request.method != "POST":
        return draw(request, opened, shown)
    step = _STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Invalid("This page is incomplete. Reload it and try again.")
    return step(request, opened, shown)


def draw(
    request: HttpRequest,
    opened: OpenChild,
    shown: Sheet,
    form: DecisionForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The sheet, with a decision form as it was typed or an empty one."""
    if form is None and opened.access.may(Work.DECISIONS) and shown.items:
        form = empty_form(opened, shown)
    audit_list(request, "triage.sheet", list(shown.today.rows))
    context = sheet_page(request, opened, shown, form=form, **more)
    return render(request, "triage/cevt/sheet.html", context, status=status)


def _chair_only(opened: OpenChild) -> None:
    if not opened.access.may(Work.DECISIONS):
        raise NotAllowed("CEVT's chair decides.")


def _again(request: HttpRequest, opened: OpenChild, shown: Sheet) -> HttpResponse:
    """Back to the form with what was typed; "adopt" also takes the submitted level over."""
    _chair_only(opened)
    typed = DecisionForm.told(request.POST)
    if request.POST["step"] == "adopt" and shown.row and shown.row.level is not None:
        typed["level"] = shown.row.level.value
    form = DecisionForm(initial=typed, **decision_fields(opened, shown))
    return draw(request, opened, shown, form)


def _check(request: HttpRequest, opened: OpenChild, shown: Sheet) -> HttpResponse:
    """What this will start and who is told, before it happens."""
    _chair_only(opened)
    form = DecisionForm(request.POST, **decision_fields(opened, shown))
    if not form.is_valid():
        return draw(request, opened, shown, form, 400)
    try:
        may_be_decided(opened.child, shown.items, form.ruling(), opened.at)
        return check_page(request, opened, shown, form)
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _refused(request, opened, shown, form)


def check_page(
    request: HttpRequest, opened: OpenChild, shown: Sheet, form: DecisionForm, *, of: Decision | None = None
) -> HttpResponse:
    """The step before a decision, or before the confirmation `of` one. Raises Invalid as the decision would."""
    ruling = form.ruling()
    items = items_decided(of) if of else shown.items
    previewed = preview(
        acting_user(request),
        child=opened.child,
        items=items,
        ruling=ruling,
        meeting=shown.meeting,
        confirms=of,
        at=opened.at,
    )
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", "step", "feedback"}
    ]
    context = sheet_page(request, opened, shown, preview=previewed, ruling=ruling, sent=sent, confirms=of)
    return render(request, "triage/cevt/check.html", context)


def _decide(request: HttpRequest, opened: OpenChild, shown: Sheet) -> HttpResponse:
    """Decide; the same form sent twice is one decision."""
    _chair_only(opened)
    form = DecisionForm(request.POST, **decision_fields(opened, shown))
    if not form.is_valid():
        return draw(request, opened, shown, form, 400)

    decided = handle_form(
        request,
        form,
        lambda: decision_make(
            acting_user(request), child=opened.child, ruling=form.ruling(), meeting=shown.meeting
        ),
    )
    if not decided:
        return _refused(request, opened, shown, form)
    messages.success(
        request, f"{decided.reference}: decided. The person who sent the matrix or raised the child is told."
    )
    context = sheet_page(request, opened, shown)
    if context["after"] is None:
        return redirect("cevt:list")
    return redirect(sheet_url(context["after"].child.public_id, context["query"]))


def _refused(request: HttpRequest, opened: OpenChild, shown: Sheet, form: DecisionForm) -> HttpResponse:
    """The sheet as it is now, what was typed kept, and why it could not be done (cevt-f1, f2, f4)."""
    if not isinstance(form.refusal, Conflict):
        return draw(request, opened, shown, form, 400)
    # What came meanwhile is on the sheet now, so that the chair looks at it before the next try.
    data = request.POST.copy()
    level = opened.child.current_level
    data["seen"] = str(shown.seen or "")
    data["seen_level"] = str(level.public_id) if level else ""
    again = DecisionForm(data, **decision_fields(opened, shown))
    again.is_valid()
    again.refuse(form.refusal)
    return draw(request, opened, shown, again, 409)


_STEPS: dict[str, Step] = {
    "say": lambda request, opened, shown: said_on_the_page(request, opened, shown, draw),
    "adopt": _again,
    "change": _again,
    "check": _check,
    "decide": _decide,
}
