"""A concern about a child placed by another authority: who was told, what they answered, an escalation (C2)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import PlainForm, handle_form
from cems.base.not_found import or_404
from cems.base.time import local, now, today
from cems.children.access.selectors.restriction_page import may_still_read
from cems.children.access_control import OpenChild, requires_child
from cems.children.choices import ConcernStep
from cems.children.identity.page_context import child_page
from cems.children.placements.forms.placed_concern import AnsweredForm, ClosedForm, EscalatedForm, ToldForm
from cems.children.placements.selectors import Concern, concern_at
from cems.children.placements.services.placed_concern import (
    concern_answer,
    concern_close,
    concern_escalate,
    concern_tell,
)
from cems.children.view_helpers import form_page
from cems.clocks.presentation import present

TAB = "children:placements"
# What is offered on the page of a concern: the address, and the words of the button.
BUTTONS = {
    ConcernStep.TOLD: ("children:placed_concern_told", "Record who was told"),
    ConcernStep.ANSWERED: ("children:placed_concern_answered", "Record their answer"),
    ConcernStep.ESCALATED: ("children:placed_concern_escalated", "Escalate"),
    ConcernStep.CLOSED: ("children:placed_concern_closed", "Record what came of it"),
}


@requires_child(Shape.PAGE, Part.STATUS)
def concern(request: HttpRequest, opened: OpenChild, concern_id: UUID) -> HttpResponse:
    """One concern: how it stands, until when, and what was done so far."""
    shown, at = _found(opened, concern_id), now()
    steps = shown.next_steps(at) if opened.access.may(Work.OWN_ACTIONS) else []
    context = {
        **child_page(request, opened, current=TAB),
        "concern": shown,
        # A case note, and First Contact's paper: it was sent to them.
        "words": shown.words if opened.access.sees(Part.NOTES, Part.REFERRALS) else "",
        "bar": present(shown.clock, at) if shown.clock else None,
        "buttons": [
            (label, reverse(name, args=[opened.child.public_id, concern_id]))
            for name, label in (BUTTONS[step] for step in steps)
        ],
    }
    return render(request, "children/placed_concern.html", context)


@requires_child(Shape.PAGE, Part.STATUS, work=Work.OWN_ACTIONS, methods=FORM)
def told(request: HttpRequest, opened: OpenChild, concern_id: UUID) -> HttpResponse:
    """Record who was told at the responsible authority."""
    return _step(
        request,
        opened,
        concern_id,
        ToldForm(request.POST or None, initial=_now()),
        concern_tell,
        title="Who was told at {responsible}?",
        text="Their answer has a clock from the time you write here.",
        done="Recorded. The answer of {responsible} has a clock now.",
    )


@requires_child(Shape.PAGE, Part.STATUS, work=Work.OWN_ACTIONS, methods=FORM)
def answered(request: HttpRequest, opened: OpenChild, concern_id: UUID) -> HttpResponse:
    """Record what the responsible authority answered."""
    return _step(
        request,
        opened,
        concern_id,
        AnsweredForm(request.POST or None, initial=_now()),
        concern_answer,
        title="What did {responsible} answer?",
        text="An answer that is not adequate can be escalated at once.",
        done="The answer is recorded.",
    )


@requires_child(Shape.PAGE, Part.STATUS, work=Work.OWN_ACTIONS, methods=FORM)
def escalated(request: HttpRequest, opened: OpenChild, concern_id: UUID) -> HttpResponse:
    """Escalate the inaction of the responsible authority."""
    return _step(
        request,
        opened,
        concern_id,
        EscalatedForm(request.POST or None),
        concern_escalate,
        title="Escalate the inaction of {responsible}",
        text="Your own agency's safeguarding lead, or where it has named none that of {area}, gets this with a clock"
        " and may read the record until it is closed."
        " The Business Unit is told by reference, without the child's name.",
        done="Escalated to the safeguarding lead.",
    )


@requires_child(Shape.PAGE, Part.STATUS, work=Work.OWN_ACTIONS, methods=FORM)
def closed(request: HttpRequest, opened: OpenChild, concern_id: UUID) -> HttpResponse:
    """Record what came of an escalation."""
    return _step(
        request,
        opened,
        concern_id,
        ClosedForm(request.POST or None, initial=_now()),
        concern_close,
        title="What came of the escalation?",
        text="The safeguarding lead's part ends with this, and their access to the record.",
        done="The escalation is closed.",
    )


def _step(
    request: HttpRequest,
    opened: OpenChild,
    concern_id: UUID,
    form: PlainForm,
    service: Callable[..., Any],
    *,
    title: str,
    text: str,
    done: str,
) -> HttpResponse:
    shown = _found(opened, concern_id)
    names = {"responsible": shown.row.responsible, "area": shown.row.area}
    address = reverse("children:placed_concern", args=[opened.child.public_id, concern_id])
    if handle_form(request, form, lambda: service(acting_user(request), concern=shown.row, **form.values)):
        messages.success(request, done.format(**names))
        # A user who had it for the escalation alone reads the record no more.
        still = may_still_read(acting_user(request), opened.child)
        return redirect(address if still else "home")
    return form_page(
        request,
        opened,
        form,
        title=title.format(**names),
        text=text.format(**names),
        back=address,
        current=TAB,
    )


def _found(opened: OpenChild, concern_id: UUID) -> Concern:
    return or_404(concern_at(opened.child, concern_id))


def _now() -> dict[str, Any]:
    return {"happened_on": today(), "happened_time": local(now()).time()}
