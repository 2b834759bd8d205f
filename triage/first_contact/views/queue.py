"""First Contact's queue, its quickest question, and a referral that came by telephone or on paper (T1)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Part, Work
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape
from cems.base.errors import Invalid
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.time import now
from cems.children.access_control import OpenChild, requires_child
from cems.children.choices import RiskLevel
from cems.children.family.selectors.relationship import speak_with
from cems.children.identity.page_context import child_page
from cems.children.matching.rules.search import LONGEST
from plans.selectors.referral import open_referral
from plans.services.referral import referral_open
from triage.first_contact.forms import ReferForm
from triage.first_contact.selectors import queue as selectors

LEVELS = {str(level.value): level for level in reversed(RiskLevel)}


@requires_work(Shape.PAGE, Work.REFERRALS)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for the front doors of this person's authorities: referrals, or requests for a meeting."""
    user, instant = acting_user(request), now()
    show, state = request.GET.get("show", "referrals"), request.GET.get("state", "")
    level, after = request.GET.get("level", ""), request.GET.get(AFTER, "")
    if show not in {"referrals", "requests"} or state not in selectors.STATES or level not in {"", *LEVELS}:
        raise Invalid("There is no such list. Open First Contact's queue again.")
    if show == "referrals":
        page = selectors.referrals(user, state=state, level=LEVELS.get(level), after=after, now=instant)
    else:
        page = selectors.requests(user, after=after, now=instant)
    shown = [line.child.public_id for line in page.rows if line.child]
    listed(user, what=f"triage.{show}", children=list(dict.fromkeys(shown)), at=instant)
    here = {"show": show, "state": state, "level": level}
    counts = selectors.counts(user)
    context = {
        **here,
        "lines": page.rows,
        "any": counts.referrals,
        "tabs": _tabs(counts, show),
        "filtered": bool(state or level),
        "states": [(key, label, _address(here, state=key)) for key, label in selectors.STATES.items()],
        "levels": [
            ("", "Any level", _address(here, level="")),
            *((key, risk.label, _address(here, level=key)) for key, risk in LEVELS.items()),
        ],
        "older_url": next_url(request, page.after),
    }
    return render(request, "triage/first_contact/queue.html", context)


def _tabs(counts: selectors.Counts, show: str) -> list[tuple[str, str, str, bool]]:
    """What waits: label, how many in words, address, whether it is the one shown."""
    own = reverse("first_contact:queue")
    tabs = [
        ("Referrals", counts.referrals, own, show == "referrals"),
        ("Strategy meetings", counts.requests, f"{own}?show=requests", show == "requests"),
        ("Records to match", counts.provisional, reverse("children:duplicates"), False),
        ("Who works with a child", counts.claims, reverse("children:claims"), False),
    ]
    most = selectors.MOST
    return [
        (label, f"more than {most}" if count > most else str(count), url, here)
        for label, count, url, here in tabs
    ]


def _address(here: dict[str, str], **changed: str) -> str:
    return f"{reverse('first_contact:queue')}?{urlencode({**here, **changed})}"


@requires_work(Shape.PAGE, Work.REFERRALS, methods=FORM)
def has_matrix(request: HttpRequest) -> HttpResponse:
    """ "Has this child a matrix?", answered in one step; the words go by POST and stand in no address."""
    words = request.POST.get("q", "").strip()[:LONGEST]
    results, rows = selectors.matrices_of(acting_user(request), words) if words else (None, [])
    context: dict[str, Any] = {
        "words": words,
        "results": results,
        "rows": rows,
        "asked": request.method == "POST",
    }
    return render(request, "triage/first_contact/has_matrix.html", context)


@requires_child(Shape.PAGE, Part.REFERRALS, work=Work.REFERRALS, methods=FORM)
def refer(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record a referral made by telephone or on paper; while one is open, what is written is added to it (T1)."""
    user, child = acting_user(request), opened.child
    form = ReferForm(user, request.POST or None)
    done = handle_form(
        request,
        form,
        lambda: referral_open(
            user, child=child, told=form.told, received_at=form.cleaned_data["received_at"]
        ),
    )
    if done:
        messages.success(request, f"{done.reference} is with First Contact. Its clock runs from its receipt.")
        return redirect("first_contact:referral", child.public_id, done.public_id)
    context = {
        **child_page(request, opened, current="children:overview"),
        "form": form,
        "held": open_referral(child),
        "speak_with": speak_with(opened),
    }
    return render(request, "triage/first_contact/refer.html", context, status=form.status)
