"""Who may read a record: restriction, named people, bars, conflicts; and a child who has died (A2)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.accounts.selectors.person import person_at
from cems.base.access_control import FORM, Shape
from cems.base.errors import CommandError, Invalid
from cems.base.forms import PlainForm, handle_form
from cems.base.not_found import or_404
from cems.base.time import now
from cems.children.access.forms import restriction as restriction_forms
from cems.children.access.forms import sealing
from cems.children.access.selectors.restriction_page import may_still_read, people_to_choose, readers
from cems.children.access.services import restriction as service
from cems.children.access.services.sealing import identity_seal, identity_unseal
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.models import Child
from cems.children.view_helpers import form_page


@requires_child(Shape.PAGE, Part.IDENTITY)
def restriction(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Who may read the record; what to do about it for those who decide that."""
    instant = now()
    manages = service.may_manage(acting_user(request), opened.child, instant)
    context = {
        **child_page(request, opened),
        "manages": manages,
        "may_assign": opened.access.may(Work.ASSIGNMENT),
        "may_record_death": opened.access.may(Work.DEATH),
        "readers": readers(opened.child, instant) if manages else None,
    }
    return render(request, "children/restriction.html", context)


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.STATUS, methods=FORM)
def restrict(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Restrict the record to named people."""
    form = restriction_forms.RestrictForm(people_to_choose(opened.child, now()), request.POST or None)
    user = acting_user(request)
    if handle_form(
        request, form, lambda: service.restriction_start(user, child=opened.child, **form.cleaned_data)
    ):
        messages.success(
            request, _about(opened.child, "The record is restricted. Its owner names who reads it.")
        )
        return _back(user, opened.child)
    return _page(request, opened, form, "Restrict this record", text=_RESTRICTS)


_RESTRICTS = (
    "Everybody else loses sight of it at once: forums see “restricted item, ask the owner”. You keep it only as"
    " its owner or deputy. The owner reviews it, by a clock."
)


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def reader(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Name a person on a restricted record."""
    form = restriction_forms.ReaderForm(people_to_choose(opened.child, now()), request.POST or None)
    return _managed(
        request, opened, form, "Name a person on this record", service.reader_name, "The person is named."
    )


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def bar(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Bar a person from the record."""
    form = restriction_forms.BarForm(people_to_choose(opened.child, now()), request.POST or None)
    return _managed(
        request,
        opened,
        form,
        "Bar a person from this record",
        service.bar_start,
        "The record is closed to this person, whatever their role.",
    )


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def keep(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The review: it stays restricted."""
    form = restriction_forms.KeepForm(request.POST or None)
    return _managed(
        request,
        opened,
        form,
        "Review the restriction",
        service.restriction_review,
        "Reviewed. The next review has its clock.",
    )


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def lift(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The restriction ends."""
    form = restriction_forms.LiftForm(request.POST or None)
    return _managed(
        request, opened, form, "End the restriction", service.restriction_lift, "The record is open again."
    )


@requires_child(Shape.POST, Part.IDENTITY)
def remove(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """A named person is taken off the record."""
    person = or_404(person_at(_uuid(request.POST.get("person", ""))))
    return _done(
        request,
        opened,
        lambda: service.reader_end(acting_user(request), child=opened.child, person=person),
        "The person is no longer named.",
    )


@requires_child(Shape.POST, Part.IDENTITY)
def unbar(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """A bar ends."""
    person = or_404(person_at(_uuid(request.POST.get("person", ""))))
    why = request.POST.get("reason", "")
    return _done(
        request,
        opened,
        lambda: service.bar_end(acting_user(request), child=opened.child, person=person, reason=why),
        "The person is no longer barred.",
    )


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def seal(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Seal the identity of a restricted record, or take off a seal set in error."""
    if opened.child.sealed_at is not None:
        undo = sealing.UnsealForm(request.POST or None)
        return _managed(request, opened, undo, "Take the seal off", identity_unseal, "The seal is taken off.")
    form = sealing.SealForm(request.POST or None)
    return _managed(
        request, opened, form, "Seal this identity", identity_seal, "The identity is sealed.", text=_SEALS
    )


_SEALS = (
    "Nobody but the people named on the record finds it any more. It is never matched or joined with another"
    " record, and its numbers end."
)


@requires_child(Shape.PAGE, Part.IDENTITY, Part.OWN_SUBMISSIONS, methods=FORM)
def conflict(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Anybody says that they should not read this record."""
    form = restriction_forms.ConflictForm(request.POST or None)
    user = acting_user(request)
    if handle_form(
        request, form, lambda: service.conflict_declare(user, child=opened.child, **form.cleaned_data)
    ):
        messages.success(request, "The record is closed to you, and your manager is told.")
        return redirect("home")
    text = "It closes to you at once, whatever your role. First Contact or the owner can open it again."
    return _page(request, opened, form, "I should not read this record", text=text)


def _managed(
    request: HttpRequest,
    opened: OpenChild,
    form: PlainForm,
    title: str,
    act: Any,
    done: str,
    text: str = "",
) -> HttpResponse:
    """A form of those who decide who reads the record; everybody else goes back to the page that says who does."""
    user = acting_user(request)
    if not service.may_manage(user, opened.child, now()):
        messages.error(request, "The owner, or First Contact, decides this.")
        return redirect("children:restriction", public_id=opened.child.public_id)
    if handle_form(request, form, lambda: act(user, child=opened.child, **form.values)):
        messages.success(request, _about(opened.child, done))
        return _back(user, opened.child)
    return _page(request, opened, form, title, text=text)


def _done(request: HttpRequest, opened: OpenChild, act: Any, done: str) -> HttpResponse:
    """One click of those who decide; a refusal is said at the top of the page."""
    try:
        act()
    except CommandError as refusal:
        messages.error(request, refusal.message)
        return redirect("children:restriction", public_id=opened.child.public_id)
    messages.success(request, _about(opened.child, done))
    return _back(acting_user(request), opened.child)


def _page(
    request: HttpRequest, opened: OpenChild, form: PlainForm, title: str, text: str = "", **words: Any
) -> HttpResponse:
    return form_page(request, opened, form, title=title, text=text, current="children:restriction", **words)


def _about(child: Child, done: str) -> str:
    """What was done, with whom it was about first."""
    return f"{child.name}: {done[:1].lower()}{done[1:]}"


def _back(user: User, child: Child) -> HttpResponse:
    """To the record where it is still open to this person; a restriction may have closed it."""
    if may_still_read(user, child):
        return redirect("children:restriction", public_id=child.public_id)
    return redirect("home")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Choose who.", field="person") from None
