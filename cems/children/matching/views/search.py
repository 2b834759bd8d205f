"""Finding a child. The words go by POST; the address carries a token only."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.keyset import AFTER, next_url
from cems.children.access.services.emergency_access import may_open_in_emergency
from cems.children.matching.rules.search import LONGEST, understand
from cems.children.matching.search import Results
from cems.children.matching.search import search as find

KEPT = 20
OPEN_TO_ALL = "finds only children that visible_to lets this person see"


@requires_sign_in(Shape.PAGE, reason=OPEN_TO_ALL, methods=FORM)
def search(request: HttpRequest) -> HttpResponse:
    """The search page; a search sent here goes on to its results."""
    if request.method != "POST":
        context = {"words": "", "results": None, "may_record": _may_record(request)}
        return render(request, "children/results.html", context)
    kept = request.session.get("child_searches", {})
    token = secrets.token_urlsafe(12)
    recent = dict(list(kept.items())[-(KEPT - 1) :])
    request.session["child_searches"] = {**recent, token: request.POST.get("q", "")[: LONGEST * 3]}
    return redirect("children:search_results", token=token)


@requires_sign_in(Shape.PAGE, reason=OPEN_TO_ALL)
def results(request: HttpRequest, token: str) -> HttpResponse:
    """The results of a search of this sign-in, a page at a time."""
    words = request.session.get("child_searches", {}).get(token)
    if words is None:
        lost: dict[str, Any] = {
            "words": "",
            "results": None,
            "gone": True,
            "may_record": _may_record(request),
        }
        return render(request, "children/results.html", lost, status=404)
    asked = understand(words)
    page: Results = find(acting_user(request), asked=asked, after=request.GET.get(AFTER, ""))
    context: dict[str, Any] = {
        "words": words,
        "token": token,
        "asked": asked,
        "results": page,
        "may_record": _may_record(request),
        "may_open_in_emergency": may_open_in_emergency(profile_of(acting_user(request))),
        "older_url": next_url(request, page.after),
    }
    return render(request, "children/results.html", context)


def _may_record(request: HttpRequest) -> bool:
    return profile_of(acting_user(request)).may(Work.RECORD)
