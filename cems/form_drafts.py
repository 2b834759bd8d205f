"""What somebody typed and has not sent (K2): saved while they type, listed for them, thrown away by them."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve

from cems.accounts.access_control import acting_user
from cems.audit.services import listed
from cems.base.access_control import Shape, Wordless, requires_sign_in
from cems.base.autosave import uuid_from, version_from
from cems.base.errors import Conflict, Invalid
from cems.base.form_fields import INCOMPLETE
from cems.base.models import FormDraft
from cems.base.services.form_draft import (
    Fields,
    Place,
    form_draft_discard,
    form_draft_save,
    form_drafts_of,
)
from cems.base.time import local
from cems.children.models import Child

_OWN = "what one has typed oneself"


@requires_sign_in(Shape.POST, reason=_OWN)
def save(request: HttpRequest) -> HttpResponse:
    """Keep what is typed in one form of one page; nothing of a record is told in the answer."""
    user = acting_user(request)
    if request.POST.get("user", "") != str(user.pk):  # somebody else has signed in since
        return Wordless({"error": "signed_out"}, status=401)
    key = uuid_from(request.POST, "key")
    fields = _fields(request.POST.get("fields", ""))
    if not fields:
        form_draft_discard(user, keys=[key])
        return Wordless({"version": 0})
    try:
        row = form_draft_save(
            user,
            key=key,
            tab=uuid_from(request.POST, "tab"),
            version=version_from(request.POST, "version"),
            place=_place(request),
            fields=fields,
        )
    except Conflict:
        return Wordless({"error": "overtaken"}, status=409)
    return Wordless({"version": row.version, "saved_at": f"{local(row.saved_at):%H:%M}"})


@requires_sign_in(Shape.PAGE, reason=_OWN)
def unsent(request: HttpRequest) -> HttpResponse:
    """Which forms this person began and did not send, newest first: where to go on, or to throw them away."""
    user = acting_user(request)
    drafts = form_drafts_of(user)
    about = {draft.pk: _child_of(draft) for draft in drafts}
    wanted = {child for known, child in about.values() if known and child}
    names = {row.public_id: row.name for row in Child.objects.visible_to(user).filter(public_id__in=wanted)}
    if names:
        listed(user, what="form_drafts", children=list(names))
    rows = [_row(draft, *about[draft.pk], names=names) for draft in drafts]
    return render(request, "form_drafts/unsent.html", {"rows": rows})


@requires_sign_in(Shape.POST, reason=_OWN)
def discard(request: HttpRequest) -> HttpResponse:
    """Throw away what one typed in one form."""
    form_draft_discard(acting_user(request), keys=[uuid_from(request.POST, "key")])
    if request.headers.get("X-Requested-With") == "cems":
        return Wordless({"version": 0})
    messages.success(request, "What you typed there is thrown away.")
    return redirect("form_drafts:unsent")


def _fields(text: str) -> Fields:
    """Each field by name with the values it had and has. Raises Invalid where the page was not whole."""
    try:
        fields = json.loads(text)
    except ValueError:
        raise Invalid(INCOMPLETE) from None
    if not isinstance(fields, dict) or len(fields) > 500 or not all(map(_is_both, fields.values())):
        raise Invalid(INCOMPLETE)
    return {str(name)[:200]: (before, after) for name, (before, after) in fields.items()}


def _is_both(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in value)
    )


def _place(request: HttpRequest) -> Place:
    address, form = request.POST.get("address", ""), request.POST.get("form", "")
    for path, longest in ((address, 300), (form, 320)):
        if not path.startswith("/") or path.startswith("//") or len(path) > longest:
            raise Invalid(INCOMPLETE)
    return Place(address, form, request.POST.get("title", "")[:150])


def _child_of(draft: FormDraft) -> tuple[bool, UUID | None]:
    """Whether the page is about a child, and which, where its address says so."""
    try:
        match = resolve(draft.address)
    except Resolver404:
        return False, None
    rule = getattr(match.func, "access_rule", None)
    public_id = match.kwargs.get("child_id", match.kwargs.get("public_id"))
    return bool(rule and rule.about_child), public_id if isinstance(public_id, UUID) else None


def _row(
    draft: FormDraft, about_child: bool, child: UUID | None, *, names: dict[UUID, str]
) -> dict[str, Any]:
    name = names.get(child, "") if child else ""
    return {
        "key": draft.key,
        "url": draft.address,
        "what": "" if about_child and not name else draft.title or "A form",
        "name": name,
        "when": draft.saved_at,
    }
