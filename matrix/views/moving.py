"""Taking a draft to the newer questions, after seeing what that would do (M1, record-f2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.base.access_control import FORM, Shape
from cems.base.autosave import version_from
from cems.base.errors import Conflict
from matrix.access_control import Opened, requires_matrix
from matrix.models import Matrix
from matrix.selectors.moving import moving
from matrix.services.moving import matrix_move
from matrix.views.common import elsewhere, page, state_of


@requires_matrix(Shape.PAGE, methods=FORM)
def move(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    """What would change; nothing does until it is confirmed."""
    away = elsewhere(request, opened)
    if away:
        return away
    if request.method == "POST":
        return _confirmed(request, opened)
    state = state_of(request, opened)
    context = page(request, opened, matrix=opened.paper, state=state, moving=moving(state))
    return render(request, "matrix/move.html", context)


def _confirmed(request: HttpRequest, opened: Opened[Matrix]) -> HttpResponse:
    matrix = opened.paper
    try:
        matrix_move(acting_user(request), matrix=matrix, to=version_from(request.POST, "to"))
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("matrix:move", public_id=matrix.public_id)
    messages.success(request, "This matrix has the newer questions now. Every answer was kept.")
    return redirect("matrix:tasks", public_id=matrix.public_id)
