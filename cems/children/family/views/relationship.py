"""Family and people of a child (C7)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict
from cems.base.forms import PlainForm, handle_form
from cems.base.not_found import or_404
from cems.base.time import today
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild, requires_child
from cems.children.family.forms.relationship import (
    RecordForm,
    RecordLinkForm,
    RecordUnlinkForm,
    RelationshipEndForm,
    RelationshipForm,
)
from cems.children.family.selectors import relationship as people
from cems.children.family.services.relationship import (
    NOT_OPEN,
    record_link,
    record_unlink,
    relationship_add,
    relationship_correct,
    relationship_end,
)
from cems.children.history.views.note import who_reads
from cems.children.identity.page_context import child_page
from cems.children.matching.selectors.duplicate import by_reference
from cems.children.models import Child, Relationship
from cems.children.view_helpers import form_page

TAB = "children:family"
ADDED = "{name} is added to the people of {child}."


@requires_child(Shape.PAGE, Part.FAMILY)
def family(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Who is in the child's life: whom to ring, and who must not be told what."""
    context = {
        **child_page(request, opened),
        "family": people.family(acting_user(request), opened),
        "may_write": opened.access.may(Work.FAMILY),
        "today": today(),
    }
    return render(request, "children/family/family.html", context)


@requires_child(Shape.PAGE, Part.FAMILY, work=Work.FAMILY, methods=FORM)
def add(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Somebody is part of the child's life."""
    form = RelationshipForm(request.POST or None, initial=RelationshipForm.begin())
    if handle_form(
        request, form, lambda: relationship_add(acting_user(request), child=opened.child, **form.values)
    ):
        messages.success(request, ADDED.format(name=form.cleaned_data["name"], child=opened.child.name))
        return redirect(TAB, public_id=opened.child.public_id)
    return _form(request, opened, form, title="Add a person")


@requires_child(Shape.PAGE, Part.FAMILY, work=Work.FAMILY, methods=FORM)
def correct(request: HttpRequest, opened: OpenChild, relationship_id: UUID) -> HttpResponse:
    """What is written was wrong, or is no longer so; the earlier words stay in the record."""
    row = _row(opened, relationship_id)
    if request.method != "POST" and not _runs(row):
        return redirect(TAB, public_id=opened.child.public_id)
    form = RelationshipForm(request.POST or None, initial=RelationshipForm.begin(row))
    if handle_form(
        request, form, lambda: relationship_correct(acting_user(request), relationship=row, **form.values)
    ):
        messages.success(request, f"What is written of {form.cleaned_data['name']} is changed.")
        return redirect(TAB, public_id=opened.child.public_id)
    words = {"title": "Change what is written of a person", "text": "The earlier words stay in the record."}
    newest = _newest(opened, row, form)
    if _runs(newest) and newest != row:
        words["action"] = reverse(
            "children:relationship_correct", args=[opened.child.public_id, newest.public_id]
        )
        return _form(request, opened, form, **words, differences=form.differences(form.begin(newest)))
    return _form(request, opened, form, **words)


@requires_child(Shape.PAGE, Part.FAMILY, work=Work.FAMILY, methods=FORM)
def end(request: HttpRequest, opened: OpenChild, relationship_id: UUID) -> HttpResponse:
    """Somebody is part of the child's life no more."""
    row = _row(opened, relationship_id)
    if request.method != "POST" and not _runs(row):
        return redirect(TAB, public_id=opened.child.public_id)
    form = RelationshipEndForm(request.POST or None, initial={"ends_on": today()})
    if handle_form(
        request, form, lambda: relationship_end(acting_user(request), relationship=row, **form.values)
    ):
        messages.success(
            request, f"{row.name} stands among those who were part of {opened.child.name}’s life."
        )
        return redirect(TAB, public_id=opened.child.public_id)
    newest = _newest(opened, row, form)
    text = f"{newest.name}, {newest.get_relation_display().lower()}. They stay on the page, as earlier."
    title = "A person who is part of the child’s life no more"
    action = reverse("children:relationship_end", args=[opened.child.public_id, newest.public_id])
    return _form(request, opened, form, title=title, text=text, action=action)


@requires_child(Shape.PAGE, Part.FAMILY, work=Work.FAMILY, methods=FORM)
def find_record(request: HttpRequest, opened: OpenChild, relationship_id: UUID) -> HttpResponse:
    """Which record is theirs, among those that this user may see."""
    user, row = acting_user(request), people.newest_of(_row(opened, relationship_id))
    form = RecordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        other = by_reference(user, form.cleaned_data["reference"])
        if other is not None and other.pk not in opened.cluster:
            return redirect(_check_url(opened, row, other))
        form.add_error("reference", NOT_OPEN)
    rows = [
        (candidate, _check_url(opened, row, candidate.child))
        for candidate in people.candidates(user, opened, row)
    ]
    context = {
        **child_page(request, opened, current=TAB),
        "row": row,
        "rows": rows,
        "form": form,
    }
    return render(request, "children/family/find.html", context, status=form.status)


@requires_child(Shape.PAGE, Part.FAMILY, work=Work.FAMILY, methods=FORM)
def link(request: HttpRequest, opened: OpenChild, relationship_id: UUID, other_id: UUID) -> HttpResponse:
    """Both beside each other, before they are linked."""
    user, row = acting_user(request), people.newest_of(_row(opened, relationship_id))
    other = people.record_to_link(user, other_id)
    if other is None or other.pk in opened.cluster or opened.child.sealed_at is not None:
        raise Http404
    form = RecordLinkForm(request.POST or None)
    if handle_form(
        request, form, lambda: record_link(user, relationship=row, other=other, why=form.cleaned_data["why"])
    ):
        messages.success(request, f"{row.name} is linked with the record {other.reference}.")
        return redirect(TAB, public_id=opened.child.public_id)
    listed(user, what="children.list", children=[other.public_id])
    context = {
        **child_page(request, opened, current=TAB),
        "row": row,
        "other": other,
        "identity": access_to(user, other).sees(Part.IDENTITY),
        "form": form,
    }
    return render(request, "children/family/link.html", context, status=form.status)


@requires_child(Shape.PAGE, Part.FAMILY, work=Work.FAMILY, methods=FORM)
def unlink(request: HttpRequest, opened: OpenChild, relationship_id: UUID, link_id: UUID) -> HttpResponse:
    """The record is somebody else's; who may not know of the link meets no such page."""
    user = acting_user(request)
    seen = or_404(people.seen_link(user, opened, _row(opened, relationship_id), link_id))
    name = seen.link.relationship.name
    form = RecordUnlinkForm(request.POST or None)
    if handle_form(
        request, form, lambda: record_unlink(user, link=seen.link, reason=form.cleaned_data["reason"])
    ):
        messages.success(request, f"{name} is no longer linked with the record {seen.child.reference}.")
        return redirect(TAB, public_id=opened.child.public_id)
    text = f"{name} and the record {seen.child.reference} are no longer shown as one person."
    return _form(request, opened, form, title="Not the same person", text=text)


def _row(opened: OpenChild, relationship_id: UUID) -> Relationship:
    return or_404(people.relationship_at(opened, relationship_id))


def _newest(opened: OpenChild, row: Relationship, form: PlainForm) -> Relationship:
    """What is written of that person now, once a colleague was quicker; else the row that the page is of."""
    return people.newest_of(_row(opened, row.public_id)) if isinstance(form.refusal, Conflict) else row


def _runs(row: Relationship) -> bool:
    """Whether the row is the newest of that person, and has not ended."""
    return row.ends_on is None and not hasattr(row, "superseded_by")


def _check_url(opened: OpenChild, row: Relationship, other: Child) -> str:
    return reverse("children:record_link", args=[opened.child.public_id, row.public_id, other.public_id])


def _form(request: HttpRequest, opened: OpenChild, form: PlainForm, **words: Any) -> HttpResponse:
    return form_page(request, opened, form, who_sees=who_reads(Part.FAMILY), current=TAB, **words)
