"""Who may read a record: restriction, named people, bars, conflicts; and a child who has died (A2)."""

from functools import partial
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
from cems.base.forms import PlainForm, handle_form
from cems.base.not_found import or_404
from cems.base.time import local_date, now
from cems.children.access.forms import restriction as restriction_forms
from cems.children.access.forms import sealing
from cems.children.access.selectors.restriction_page import (
    bar_of,
    may_still_read,
    people_to_bar,
    people_to_name,
    reader_named,
    readers,
)
from cems.children.access.services import restriction as service
from cems.children.access.services.sealing import identity_seal, identity_unseal
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.models import Bar, Child, NamedReader
from cems.children.view_helpers import form_page
from cems.clocks.selectors import still_promised


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
    form = restriction_forms.RestrictForm(people_to_name(opened.child, now()), request.POST or None)
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
    form = restriction_forms.ReaderForm(people_to_name(opened.child, now()), request.POST or None)
    return _managed(
        request, opened, form, "Name a person on this record", service.reader_name, "The person is named."
    )


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def bar(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Bar a person from the record."""
    form = restriction_forms.BarForm(people_to_bar(opened.child, now()), request.POST or None)
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


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def remove(request: HttpRequest, opened: OpenChild, person_id: UUID) -> HttpResponse:
    """Before a named person is taken off the record: what they lose, and what stays with them."""
    person = or_404(person_at(person_id))
    form = restriction_forms.ReaderEndForm(request.POST or None)
    if _ended_already(request, opened, reader_named(opened.child, person, opened.at)):
        return redirect("children:restriction", public_id=opened.child.public_id)
    return _managed(
        request,
        opened,
        form,
        "Take a person off this record",
        partial(service.reader_end, person=person),
        f"{person} is no longer named on the record.",
        text=f"{person}, {person.agency}, loses sight of the record of {opened.child.name} at once, whatever their"
        " role. They can be named again.",
        leaves=still_promised(opened.cluster.values(), opened.at, owner=person),
        leaves_title="What they have promised about the child stays with them: hand it over",
    )


@requires_child(Shape.PAGE, Part.IDENTITY, methods=FORM)
def unbar(request: HttpRequest, opened: OpenChild, person_id: UUID) -> HttpResponse:
    """Before a bar ends: why there is one, and what this person may read then."""
    person = or_404(person_at(person_id))
    form = restriction_forms.BarEndForm(request.POST or None)
    bar_made = bar_of(opened.child, person)
    if _ended_already(request, opened, bar_made):
        return redirect("children:restriction", public_id=opened.child.public_id)
    return _managed(
        request,
        opened,
        form,
        "End a bar",
        partial(service.bar_end, person=person),
        f"{person} is no longer barred.",
        text=f"{person}, {person.agency}, may read the record of {opened.child.name} again as far as their role and"
        " their work reach it.",
        leaves=[f"{bar_made.reason} ({bar_made.made_by}, {local_date(bar_made.at):%-d %B %Y})"]
        if bar_made
        else [],
        leaves_title="Why they are barred",
    )


def _ended_already(request: HttpRequest, opened: OpenChild, row: Bar | NamedReader | None) -> bool:
    """Whether nothing is left to end, which those who decide are told; who sends the form is told by the service."""
    gone = row is None and request.method != "POST"
    if gone and service.may_manage(acting_user(request), opened.child, opened.at):
        messages.info(request, _about(opened.child, "This has ended already."))
    return gone


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
    **words: Any,
) -> HttpResponse:
    """A form of those who decide who reads the record; everybody else goes back to the page that says who does."""
    user = acting_user(request)
    if not service.may_manage(user, opened.child, now()):
        messages.error(request, "The owner, or First Contact, decides this.")
        return redirect("children:restriction", public_id=opened.child.public_id)
    if handle_form(request, form, lambda: act(user, child=opened.child, **form.values)):
        messages.success(request, _about(opened.child, done))
        return _back(user, opened.child)
    return _page(request, opened, form, title, **words)


def _page(request: HttpRequest, opened: OpenChild, form: PlainForm, title: str, **words: Any) -> HttpResponse:
    return form_page(request, opened, form, title=title, current="children:restriction", **words)


def _about(child: Child, done: str) -> str:
    """What was done, with whom it was about first."""
    return f"{child.name}: {done[:1].lower()}{done[1:]}"


def _back(user: User, child: Child) -> HttpResponse:
    """To the record where it is still open to this person; a restriction may have closed it."""
    if may_still_read(user, child):
        return redirect("children:restriction", public_id=child.public_id)
    return redirect("home")
