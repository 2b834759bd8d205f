"""Making a record, and changing who the child is."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict
from cems.base.forms import Difference, handle_form
from cems.children.access_control import OpenChild, requires_child
from cems.children.history.selectors.claim import own_team
from cems.children.history.services.involvement import involvement_start
from cems.children.identity.forms.record import NO_ROLE, ChangeForm, IdentifierForm, NameForm, NewChildForm
from cems.children.identity.page_context import child_page
from cems.children.identity.rules import check_identifier
from cems.children.identity.services.identifier import identifier_add
from cems.children.identity.services.record import child_change, child_create, name_add
from cems.children.matching.rules.search import Asked, understand
from cems.children.matching.search import MOST_LIKELY, Found, likely
from cems.children.matching.signpost import NUMBER, Signpost, signpost, to_be_matched
from cems.children.models import Child
from cems.children.view_helpers import form_page

MAY_EXIST = "A record may exist with this number: ask First Contact."


@requires_work(Shape.PAGE, Work.RECORD, methods=FORM)
def new(request: HttpRequest) -> HttpResponse:
    """A new record: the form, then the likely duplicates, then the record (C1, floor-f3)."""
    user = acting_user(request)
    form = NewChildForm(user, request.POST or None, initial=_typed_before(request))
    if request.method == "POST" and form.is_valid() and "again" not in request.POST:
        if not form.cleaned_data["checked"]:
            rows, answer = _known_already(user, form)
            if rows or answer.may_exist:
                context = {
                    "form": form,
                    "rows": rows,
                    "most_likely": MOST_LIKELY,
                    "may_exist": answer.may_exist,
                    "sent": _sent(request.POST),
                }
                return render(request, "children/duplicates.html", context)
        made = handle_form(request, form, lambda: _record(user, form))
        if made:
            if made.is_new:
                messages.success(request, _made(form))
            return redirect(_next(made.public_id))
    return render(request, "children/new.html", {"form": form}, status=form.status)


def _known_already(user: User, form: NewChildForm) -> tuple[list[Found], Signpost]:
    """Likely duplicates in reach, and whether a record may exist out of reach."""
    return likely(user, asked=form.asked), signpost(user, asked=form.asked)


def _record(user: User, form: NewChildForm) -> Child:
    data = form.cleaned_data
    child = child_create(
        user,
        identity=form.identity,
        identifiers=form.identifiers,
        provisional=to_be_matched(user, form.asked),
    )
    if data["case_role"] != NO_ROLE:
        involvement_start(user, child=child, case_role=data["case_role"], person=user, team=own_team(user))
    return child


def _made(form: NewChildForm) -> str:
    """What happened, and what happens next."""
    if form.cleaned_data["case_role"] == NO_ROLE:
        return "The record is made. You keep sight of what you submit."
    return "The record is made. First Contact, or your manager, confirms that you work with the child."


def _next(child_id: UUID) -> str:
    """A record is made to write a matrix; without that app, the overview."""
    try:
        return reverse("matrix:for_child", args=[child_id])
    except NoReverseMatch:
        return reverse("children:overview", args=[child_id])


def _typed_before(request: HttpRequest) -> dict[str, Any]:
    """The words of the search that led here, as a start."""
    words = request.session.get("child_searches", {}).get(request.GET.get("search", ""))
    asked = understand(words or "")
    if not asked.name or asked.identifiers or asked.postcode:
        return {}
    names = [
        word for word in str(words).replace(",", " ").split() if not any(sign.isdigit() for sign in word)
    ]
    return {
        "given_name": " ".join(names[:-1])[:80] if len(names) > 1 else "",
        "family_name": names[-1][:80] if names else "",
        "date_of_birth": asked.born,
    }


def _sent(post: QueryDict) -> list[tuple[str, str]]:
    """What was typed, to be sent again with the answer."""
    left_out = {"csrfmiddlewaretoken", "checked", "submit"}
    return [(name, post.get(name, "")) for name in post if name not in left_out]


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.RECORD, methods=FORM)
def edit(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Change who the child is; the loser of a conflict sees both (C1)."""
    form = ChangeForm(acting_user(request), opened.child, request.POST or None)
    differences: list[Difference] = []
    if handle_form(request, form, lambda: _change(request, opened, form)):
        messages.success(request, "The change is saved.")
        return redirect("children:overview", public_id=opened.child.public_id)
    if isinstance(form.refusal, Conflict):
        differences = form.differences({name: getattr(opened.child, name) for name in form.comparable})
        form.send_next(version=str(opened.child.version))
    context = {
        **child_page(request, opened, current="children:overview"),
        "form": form,
        "differences": differences,
    }
    return render(request, "children/edit.html", context, status=form.status)


def _change(request: HttpRequest, opened: OpenChild, form: ChangeForm) -> None:
    version, values = form.cleaned_data["version"], dict(form.values)
    child_change(acting_user(request), child=opened.child, version=version, values=values)


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.RECORD, methods=FORM)
def add_name(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Another name of the child."""
    form = NameForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: name_add(acting_user(request), child=opened.child, name=form.cleaned_data["name"]),
    ):
        return _saved(request, opened, "The name is added. Search finds the child by it.")
    return form_page(request, opened, form, title="Add another name", current="children:overview")


@requires_child(Shape.PAGE, Part.IDENTITY, work=Work.RECORD, methods=FORM)
def add_identifier(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """A number another system knows the child by."""
    form = IdentifierForm(request.POST or None)
    added = handle_form(request, form, lambda: _add_identifier(acting_user(request), opened, form))
    if added:
        words = "The number is added. An earlier one of the same kind is ended."
        return _saved(request, opened, f"{words} {MAY_EXIST}" if added.result["may_exist"] else words)
    return form_page(request, opened, form, title="Add a number", current="children:overview")


def _add_identifier(user: User, opened: OpenChild, form: IdentifierForm) -> dict[str, bool]:
    kind, value = form.cleaned_data["kind"], form.cleaned_data["value"]
    may_exist = _may_be_known(user, kind, value)
    identifier_add(user, child=opened.child, kind=kind, value=value)
    return {"may_exist": may_exist}


def _may_be_known(user: User, kind: str, value: str) -> bool:
    """The signpost of a number, audited and limited as any. Past the limit it answers as if there were none:
    a limit on questions never stops what is recorded. Raises Invalid for a number that can't be right."""
    asked = Asked(identifiers=((kind, check_identifier(kind, value)),))
    return signpost(user, asked=asked, counted_as=NUMBER).may_exist


def _saved(request: HttpRequest, opened: OpenChild, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("children:overview", public_id=opened.child.public_id)
