"""Pages of cover: who stands in for whom (A2)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.forms.cover import CoverForm
from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.accounts.selectors import cover as selectors_cover
from cems.accounts.selectors.person import person_at
from cems.accounts.services.cover import delegation_end, delegation_start, may_delegate
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.errors import CommandError, Invalid
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now, today


@requires_sign_in(Shape.PAGE, reason="everybody sees who stands in for them, and for whom they do")
def cover(request: HttpRequest) -> HttpResponse:
    """My deputies, whom I stand in for, and who covers in the teams I manage."""
    page = selectors_cover.cover_page(acting_user(request), today())
    return render(request, "account/cover.html", {"page": page, "today": today()})


@requires_sign_in(
    Shape.PAGE,
    reason="everybody names their own deputy; a manager and an administrator somebody's",
    methods=FORM,
)
def cover_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Name a deputy for this person's roles."""
    user, day = acting_user(request), today()
    holder = or_404(person_at(public_id))
    posts = selectors_cover.posts_to_cover(user, holder, day)
    own = holder.pk == user.pk
    if not posts and not own:
        raise Http404
    form = CoverForm(posts, request.POST or None, longest=selectors_cover.longest_cover(now()))
    if handle_form(request, form, lambda: _name(user, holder, posts, form.values), refusals=CommandError):
        messages.success(request, "The deputy is named, and both are told.")
        return redirect(_back(user, holder))
    context = {
        "form": form,
        "about": holder,
        "own": own,
        "posts": posts,
        "covers": selectors_cover.covers_of(holder, day),
        "back_url": _back(user, holder),
    }
    return render(request, "account/cover_new.html", context, status=form.status)


def _name(user: User, holder: User, posts: Any, data: dict[str, Any]) -> None:
    """Name the deputy for each chosen role, all or none."""
    deputy = selectors_cover.colleague(holder, data["deputy"], today())
    if deputy is None:
        raise Invalid(f"Nobody with this address works in {holder.agency}. Check it.", field="deputy")
    days = {name: data[name] for name in ("starts_on", "ends_on")}
    for post in posts:
        if str(post.public_id) in data["posts"]:
            delegation_start(user, appointment=post, deputy=deputy, **days)


def _back(user: User, holder: User) -> str:
    """The page one came from: an administrator's page of the person, else the page of cover."""
    if holder.pk != user.pk and profile_of(user).may(Work.ADMINISTRATION):
        return reverse("people:user", args=[holder.public_id])
    return reverse("account:cover")


@requires_sign_in(
    Shape.POST, reason="who is covered, who covers, their manager and an administrator end a cover"
)
def cover_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a cover this minute."""
    row = or_404(selectors_cover.delegation_at(public_id))
    user = acting_user(request)
    if user.pk != row.deputy_id and not may_delegate(user, row.appointment, today()):
        raise Http404
    delegation_end(user, delegation=row)
    messages.success(request, "The cover has ended, and what was reached through it is closed.")
    return redirect(_back(user, row.appointment.user))
