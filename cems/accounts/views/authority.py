"""Authorities: what a form offers while it is typed, and the pages on which an administrator keeps them (C2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.authorities import likely_authorities
from cems.accounts.forms.authority import AuthorityFollowForm, AuthorityReachForm
from cems.accounts.roles import Work
from cems.accounts.selectors.authority import authority_at, authority_page, reorganised
from cems.accounts.services.authority import authority_follow, authority_reach
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.forms import PlainForm, handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.base.time import today

ENDED_AFTER = "ended-after"  # the place of a page of those that were reorganised


@requires_sign_in(Shape.FRAGMENT, reason="the public list of authorities, about no child")
def suggest(request: HttpRequest) -> HttpResponse:
    """The authorities that may be meant by what is typed."""
    typed = request.GET.get("q", "")[:80]
    return JsonResponse({"options": [row.label for row in likely_authorities(typed, today())]})


@requires_work(Shape.PAGE, Work.ADMINISTRATION)
def authorities(request: HttpRequest) -> HttpResponse:
    """Every authority by name, with how it is reached; those that were reorganised below."""
    words = request.GET.get("q", "")[:80].strip()
    page = authority_page(words, today(), request.GET.get(AFTER, ""))
    ended = None if words else reorganised(request.GET.get(ENDED_AFTER, ""))
    context = {
        "page": page,
        "words": words,
        "reorganised": ended.rows if ended else [],
        "next_url": next_url(request, page.after),
        "ended_url": next_url(request, ended.after, ENDED_AFTER) if ended else "",
    }
    return render(request, "authorities/list.html", context)


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def reach(request: HttpRequest, code: str) -> HttpResponse:
    """How an authority is reached by day and by night."""
    row = or_404(authority_at(code))
    initial = {name: getattr(row, name) for name in AuthorityReachForm.base_fields}
    form = AuthorityReachForm(request.POST or None, initial=initial)
    if handle_form(
        request, form, lambda: authority_reach(acting_user(request), authority=row, **form.values)
    ):
        messages.success(request, f"Saved how {row} is reached.")
        return redirect("authorities:list")
    return _page(request, form, f"How {row} is reached")


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Which authority answers for one that is reorganised, and from when."""
    row = or_404(authority_at(code))
    initial = {"successor": row.successor, "last_day": row.last_day}
    form = AuthorityFollowForm(request.POST or None, initial=initial)
    if handle_form(
        request, form, lambda: authority_follow(acting_user(request), authority=row, **form.values)
    ):
        messages.success(request, f"Saved what follows {row}. Its records stay as they are.")
        return redirect("authorities:list")
    return _page(request, form, f"What follows {row}")


def _page(request: HttpRequest, form: PlainForm, title: str) -> HttpResponse:
    context = {"form": form, "page_title": title, "back_url": reverse("authorities:list")}
    return render(request, "people/form.html", context, status=form.status)
