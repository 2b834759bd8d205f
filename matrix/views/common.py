"""What the pages of a matrix share."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.base.time import local_date, now
from cems.children.identity.page_context import child_page
from matrix.access_control import Opened
from matrix.choices import MatrixState
from matrix.models import Matrix, Submission
from matrix.papers import evidence_until
from matrix.selectors.draft import Filled, filled
from matrix.selectors.sent import address_of_sent
from matrix.services.judgement import AREAS, JUDGEMENT_FIELDS, PLAN_FIELDS, VIEWS_FIELDS

# The practitioner's own texts on each page, which get a gentle word about words; never the family's, which are theirs.
HINTED_ON = {
    "judgement": ("reasons", "difference"),
    "views": ("not_informed_why",),
    "plan": (*(f"{area}_worry" for area in AREAS), "plan_needs"),
}


def only(request: HttpRequest, opened: Opened[Any]) -> User | None:
    """The person whose own papers alone may be shown to them, or None where all may be."""
    return acting_user(request) if opened.only_own else None


def state_of(request: HttpRequest, opened: Opened[Matrix]) -> Filled:
    """The draft with its answers as they stand today; one that came on paper, on the day it was received."""
    until = evidence_until(opened.paper, now())
    return filled(opened.child, opened.paper, until, only=only(request, opened))


def as_sent(request: HttpRequest, opened: Opened[Submission]) -> Filled:
    """The matrix with its answers as they stood on the day it was sent."""
    sent, day = opened.paper, local_date(opened.paper.received_at)
    return filled(opened.child, sent.matrix, day, only=only(request, opened), submission=sent)


def elsewhere(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse | None:
    """Where to go from the page of a draft that is a draft no longer, or None."""
    matrix = opened.paper
    if matrix.state == MatrixState.DRAFT:
        return None
    if matrix.state == MatrixState.SUBMITTED:
        messages.info(request, "This matrix was sent. It can be read here; start an update to add to it.")
        return redirect("matrix:submission", public_id=address_of_sent(matrix))
    return redirect("matrix:check", public_id=matrix.public_id)


def page(request: HttpRequest, opened: Opened[Any], **more: Any) -> dict[str, Any]:
    """The context of a page about one matrix."""
    return {
        **child_page(request, opened.child, current="matrix:for_child"),
        "live_every": settings.LIVE_SECONDS,
        "from_check": from_check(request),
        **more,
    }


def from_check(request: HttpRequest) -> bool:
    """Whether the reader came from the check page to change something, and goes back there."""
    return "check" in (request.GET.get("back"), request.POST.get("back"))


def field_url(matrix: Matrix, group: str, field: str) -> str:
    """Where something wanted can be mended: the page and the field on it, which leads back to the check."""
    if group:
        return f"{reverse('matrix:group', args=[matrix.public_id, group])}?back=check#{field}-seen"
    if field == "instrument":
        return reverse("matrix:move", args=[matrix.public_id])
    if field in VIEWS_FIELDS:
        return f"{reverse('matrix:views', args=[matrix.public_id])}?back=check#{field}"
    if field in PLAN_FIELDS:
        return f"{reverse('matrix:plan', args=[matrix.public_id])}?back=check#{field}"
    if field in JUDGEMENT_FIELDS:
        return f"{reverse('matrix:judgement', args=[matrix.public_id])}?back=check#{field}"
    return reverse("matrix:tasks", args=[matrix.public_id])
