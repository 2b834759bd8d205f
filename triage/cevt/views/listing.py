"""CEVT's list, and the switch of its single keys (T3)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_any_work
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.accounts.services.person import single_keys_set
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape
from cems.base.keyset import AFTER, Keyset, next_url
from cems.base.time import local_date, now
from cems.children.choices import RiskLevel
from cems.children.practice_lists import HARM_FORMS
from cems.clocks.presentation import present
from triage.cevt.rules.figures import Return
from triage.cevt.selectors.agenda import agenda_at
from triage.cevt.selectors.listing import MOST, listing, whole
from triage.cevt.selectors.listing_rows import STATES, Filters, Listing, Row
from triage.cevt.selectors.meeting import authorities_of
from triage.cevt.selectors.meeting_day import owed_meetings
from triage.cevt.selectors.seats import has_seat
from triage.cevt.views.common import asked_of

ORDER = Keyset("due", "pk", size=50)
KEYS = (
    ("j", "The next child"),
    ("k", "The child before"),
    ("c", "To what your agency says"),
    ("d", "To the decision"),
    ("a", "Adopt the submitted level; why is still asked"),
    ("?", "This page"),
)


@requires_any_work(Shape.PAGE, Work.DECISIONS, Work.CONTRIBUTION)
def cevt(request: HttpRequest) -> HttpResponse:
    """Every child who waits for CEVT, what is due first at the top; then what was decided today."""
    user, instant = acting_user(request), now()
    today, asked = listing(user, instant), asked_of(request.GET)
    rows = [row for row in today.open if asked.fits(row)]
    page = ORDER.among(rows, request.GET.get(AFTER, ""), key=lambda row: row.key)
    decided = [row for row in today.decided if asked.fits(row)]
    audit_list(request, "triage.cevt", [*page.rows, *decided])
    keys = asked.keys
    profile = profile_of(user)
    context = {
        "today": today,
        "most": MOST,
        "rows": [(row, row.clock(instant)) for row in whole(page.rows)],
        "decided": decided,
        "asked": asked,
        "query": urlencode(keys),
        "fields": _fields(today, asked),
        "counts": _counts(today),
        "found": len(rows),
        "older_url": next_url(request, page.after),
        "agenda": agenda_at(instant),
        "may_decide": profile.may(Work.DECISIONS),
        "may_read_themes": profile.may(Work.THEMES),
        "sits": has_seat(profile),
        "forgotten": [
            meeting for meeting in today.meetings if local_date(meeting.started_at) < local_date(instant)
        ],
        "owed": [(row, present(row.clock, instant)) for row in owed_meetings(profile.authority_ids)],
        "authorities": authorities_of(profile.authority_ids) if profile.may(Work.DECISIONS) else [],
    }
    return render(request, "triage/cevt/list.html", context)


@requires_any_work(Shape.PAGE, Work.DECISIONS, Work.CONTRIBUTION, methods=FORM)
def keys(request: HttpRequest) -> HttpResponse:
    """Which single keys there are, and switching them off or on for oneself."""
    user = acting_user(request)
    if request.method == "POST":
        on = request.POST.get("on") == "1"
        single_keys_set(user, on=on)
        messages.success(request, f"Single keys are {'on' if on else 'off'} for you, on every machine.")
        return redirect("cevt:single_keys")
    return render(request, "triage/cevt/keys.html", {"on": user.single_keys, "all_keys": KEYS})


def audit_list(request: HttpRequest, what: str, rows: list[Row]) -> None:
    """Write down which children a list showed."""
    if rows:
        listed(acting_user(request), what=what, children=[row.child.public_id for row in rows])


def _address(keys: dict[str, str]) -> str:
    return f"{reverse('cevt:list')}?{urlencode(keys)}"


def _counts(today: Listing) -> list[tuple[str, str, int]]:
    """How many children in each state, with the address that shows them."""
    return [
        (label, _address({"state": key}), sum(row.state == key for row in today.rows))
        for key, label in STATES.items()
    ]


def _fields(today: Listing, asked: Filters) -> list[dict[str, Any]]:
    """The filters with their choices; places are those of children on the list."""
    places = {str(row.child.locality_id): str(row.child.locality) for row in today.rows if row.child.locality}
    choices = [
        ("state", "State", list(STATES.items())),
        ("agency", "Not heard from", [(agency.code, agency.name) for agency in today.seats.agencies()]),
        ("locality", "Locality", sorted(places.items(), key=lambda place: place[1])),
        ("form", "Form of harm", HARM_FORMS.labels()),
        ("level", "Level submitted", [(str(level.value), level.label) for level in reversed(RiskLevel)]),
        ("back", "New or again", list(Return.choices)),
    ]
    return [
        {"name": name, "label": label, "choices": values, "value": getattr(asked, name)}
        for name, label, values in choices
    ]
