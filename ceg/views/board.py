"""The board of a locality (G1)."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ceg.selectors.board import MOST, SHOWN, boards_of
from ceg.selectors.board import board as board_of
from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.models import Locality
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import Shape
from cems.base.time import now


@requires_work(Shape.PAGE, Work.BOARD)
def board(request: HttpRequest) -> HttpResponse:
    """Who is on the board of a locality, what is due first at the top; the others the user reads by a tab."""
    user, instant = acting_user(request), now()
    boards = boards_of(user)
    if not boards:
        return render(request, "ceg/board.html", {"boards": []})
    chosen, which = _chosen(request, boards), request.GET.get("show", "")
    which = which if which in SHOWN else ""
    shown = board_of(user, chosen, instant, shown=which, after=_after(request))
    listed(
        user,
        what="ceg.board",
        children=[row.child.public_id for row in shown.rows],
        detail={"locality": chosen.pk},
    )
    context = {
        "boards": [(locality, _url(locality, ""), locality == chosen) for locality in boards],
        "board": shown,
        "most": MOST,
        "parts": [
            (label, shown.counts[key], _url(chosen, key), key == which) for key, label in SHOWN.items()
        ],
        "show": which,
        "older_url": _url(chosen, which, after=shown.next_after) if shown.next_after else "",
    }
    return render(request, "ceg/board.html", context)


def _chosen(request: HttpRequest, boards: list[Locality]) -> Locality:
    """The board this address means; the first without one. Raises Http404 for one the user does not read."""
    asked = request.GET.get("board", "")
    if not asked:
        return boards[0]
    for locality in boards:
        if str(locality.pk) == asked:
            return locality
    raise Http404


def _url(board: Locality, which: str, *, after: UUID | None = None) -> str:
    query = {"board": board.pk, "show": which, "after": after}
    return f"{reverse('ceg:board')}?{urlencode({key: value for key, value in query.items() if value})}"


def _after(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None
