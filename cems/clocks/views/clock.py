"""Pages of clocks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Work
from cems.audit.services import listed, read
from cems.base.access_control import Shape, requires_sign_in
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.base.time import now
from cems.clocks import access, by_hand, selectors
from cems.clocks.forms import ByHandForm
from cems.clocks.models import Clock
from cems.clocks.presentation import SHUT_ITEM, present, titles
from cems.clocks.services import clock as services
from cems.notices.selectors import outbox_health
from cems.notices.services import mail_resend

OWN = "everybody sees the clocks they or their teams have"
DONE = {
    "meet": "The clock is met.",
    "pause": "The clock is paused. It goes on with the working days that were left when you resume it.",
    "resume": "The clock runs again.",
    "cancel": "The clock is cancelled.",
}
BUTTONS = {
    "meet": "Mark as met",
    "pause": "Pause this clock",
    "resume": "Resume",
    "cancel": "Cancel this clock",
}


@requires_sign_in(Shape.PAGE, reason=OWN)
def clocks(request: HttpRequest) -> HttpResponse:
    """All clocks I or my teams have, in the state the address says."""
    state, instant = request.GET.get("state", "open"), now()
    page = selectors.page(acting_user(request), state, request.GET.get(AFTER, ""), instant)
    called = titles(page.rows, acting_user(request))
    shown = [clock for clock in page.rows if clock.pk in called]
    for clock in shown:
        if called[clock.pk] == SHUT_ITEM:
            clock.url = ""  # what it leads to is not there for this person
    _listed(request, "clocks.list", shown)
    context = {
        "rows": [(clock, called[clock.pk], _linked(clock, instant)) for clock in shown],
        "state": state,
        "tabs": _tabs(selectors.numbers(acting_user(request), instant)),
        "older_url": next_url(request, page.after),
    }
    return render(request, "clocks/list.html", context)


@requires_sign_in(Shape.PAGE, reason="lists only clocks about children the person may see")
def about_children(request: HttpRequest) -> HttpResponse:
    """All open clocks about children I may see, mine or not; by kind, and those over their time.

    In the clocks' fixed words: what somebody wrote of a promise belongs to a part of the record that may
    not be open to all of them. The list is recorded with its children (A3).
    """
    kind, late, instant = request.GET.get("kind", ""), request.GET.get("late") == "1", now()
    page = selectors.page_about_children(
        acting_user(request), kind=kind, late=late, after=request.GET.get(AFTER, ""), now=instant
    )
    _listed(request, "clocks.children", page.rows)
    context = {
        "rows": [(clock, clock.title, _linked(clock, instant)) for clock in page.rows],
        "state": "children",
        "tabs": _tabs(selectors.numbers(acting_user(request), instant)),
        "kinds": selectors.kinds_by_label(),
        "kind": kind,
        "late": late,
        "older_url": next_url(request, page.after),
    }
    return render(request, "clocks/children.html", context)


@requires_sign_in(Shape.PAGE, reason=OWN)
def clock(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One clock: where it stands, how it was reckoned, what happened to it."""
    return _detail(request, _seen(request, public_id), ByHandForm())


@requires_sign_in(Shape.POST, reason=OWN)
def act(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Meet, pause, resume or cancel a clock by hand, with a reason."""
    shown, form = _seen(request, public_id), ByHandForm(request.POST)
    if handle_form(request, form, lambda: by_hand.act(acting_user(request), clock=shown, **form.values)):
        messages.success(request, DONE[form.cleaned_data["act"]])
        return redirect("clocks:detail", public_id=public_id)
    return _detail(request, _seen(request, public_id), form)


@requires_work(Shape.PAGE, Work.ADMINISTRATION)
def failed(request: HttpRequest) -> HttpResponse:
    """Clocks and mail that failed until they were given up: somebody must look."""
    instant = now()
    context = {
        "rows": [(clock, present(clock, instant)) for clock in selectors.failed()],
        "sweep": selectors.sweep_health(instant),  # with how many failed: the list is cut
        "outbox": outbox_health(instant),
    }
    return render(request, "clocks/failed.html", context)


@requires_work(Shape.POST, Work.ADMINISTRATION)
def try_again(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take one failed clock back."""
    failed_clock = or_404(selectors.failed_at(public_id))
    services.clock_retry(acting_user(request), clock=failed_clock)
    messages.success(request, f"{failed_clock.reference} is tried again at the next sweep.")
    return redirect("clocks:failed")


@requires_work(Shape.POST, Work.ADMINISTRATION)
def try_all_again(request: HttpRequest) -> HttpResponse:
    """Take every failed clock back: what made them fail together is mended together."""
    count = services.clocks_retry(acting_user(request))
    if count:
        tried = "1 clock is" if count == 1 else f"{count} clocks are"
        messages.success(request, f"{tried} tried again at the next sweep.")
    else:
        messages.info(request, "All clocks were taken back already.")
    return redirect("clocks:failed")


@requires_work(Shape.POST, Work.ADMINISTRATION)
def send_again(request: HttpRequest) -> HttpResponse:
    """Put mail that was given up back into the outbox."""
    count = mail_resend(acting_user(request))
    messages.success(request, f"{count} back in the outbox; they go out within a minute.")
    return redirect("clocks:failed")


def _listed(request: HttpRequest, what: str, shown: Sequence[Clock]) -> None:
    """Write down which children a list of clocks was about (A3)."""
    children = list(dict.fromkeys(clock.child for clock in shown if clock.child))
    if children:
        listed(acting_user(request), what=what, children=children)


def _tabs(numbers: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """Each list of clocks with its address, and how many there are of what is still open."""
    own = reverse("clocks:list")
    tabs = [
        (key, f"{label} ({numbers[key]})" if key in numbers else label, f"{own}?state={key}")
        for key, label in selectors.STATES.items()
    ]
    return [*tabs, ("children", "About children I may see", reverse("clocks:children"))]


def _seen(request: HttpRequest, public_id: UUID) -> Clock:
    return or_404(selectors.clock_seen_by(acting_user(request), public_id))


def _linked(clock: Clock, instant: datetime) -> dict[str, object]:
    return {**present(clock, instant), "url": reverse("clocks:detail", args=[clock.public_id])}


def _detail(request: HttpRequest, shown: Clock, form: ByHandForm) -> HttpResponse:
    offered = by_hand.offered(acting_user(request), shown)
    if shown.child:
        read(
            acting_user(request),
            child=shown.child,
            part="clock",
            subject=shown,
            reason="has or follows its clock",
        )
    context = {
        "clock": shown,
        "leads": access.may_follow(acting_user(request), shown),
        "bar": present(shown, now()),
        "explanation": selectors.explain(shown, now()),
        "history": selectors.history(shown),
        "reasons": access.shut_way(acting_user(request), shown) is None,
        "acts": [(act, BUTTONS[act]) for act in offered],
        "form": form,
    }
    return render(request, "clocks/detail.html", context, status=form.status)
