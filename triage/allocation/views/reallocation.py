"""The children of one worker go to colleagues, all at once and looked at before (T6)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.models import User
from cems.accounts.roles import Work
from cems.accounts.selectors.person import person_at
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape
from cems.base.errors import NotAllowed
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now
from triage.allocation.forms import ReassignForm
from triage.allocation.selectors.reallocation import Moving, Whose, moving
from triage.allocation.services.allocation import allocations_move


@dataclass(frozen=True)
class Step:
    """What one colleague would have afterwards."""

    name: str
    before: int
    after: int
    places: int

    @property
    def over(self) -> int:
        return max(self.after - self.places, 0)


@requires_work(Shape.PAGE, Work.ALLOCATION, methods=FORM)
def reassign(request: HttpRequest, worker_id: UUID) -> HttpResponse:
    """Choose for each child who takes over; see what it would do; then do it, all or nothing."""
    user, worker = acting_user(request), or_404(person_at(worker_id))
    page = moving(user, worker, now())
    listed(user, what="triage.reassign", children=[row.child.public_id for row in page.rows])
    form = _form(request, page)
    applies = request.POST.get("step") == "apply"
    if applies and handle_form(request, form, lambda: _move(user, worker, page, form)):
        messages.success(request, "Done. The children have another worker from now on, who is told.")
        return redirect("allocation:board")
    context: dict[str, Any] = {"page": page, "worker": worker, "form": form}
    if request.method == "POST" and form.is_valid():
        if form.chosen:
            context |= {"steps": _steps(page, form.chosen), "moves": _moves(page, form.chosen)}
        else:
            form.add_error(None, "Choose who takes over at least one child.")
    return render(request, "triage/allocation/reassign.html", context, status=form.status)


def _form(request: HttpRequest, page: Moving) -> ReassignForm:
    rows = [
        (
            row.field,
            f"{row.child.name} ({row.child.reference})",
            [(str(colleague.user.public_id), colleague.words) for colleague in row.colleagues],
            str(row.first) if row.first else "",
        )
        for row in page.rows
    ]
    return ReassignForm(rows, request.POST or None, button="Look at what would happen")


def _move(user: User, worker: User, page: Moving, form: ReassignForm) -> None:
    people = {
        str(colleague.user.public_id): colleague.user for row in page.rows for colleague in row.colleagues
    }
    by_field = {row.field: row for row in page.rows}
    to = {by_field[field].allocation.public_id: people[word] for field, word in form.chosen.items()}
    if not page.rows:
        raise NotAllowed("This worker has no children that are open to you.")
    allocations_move(user, worker=worker, to=to, why=form.cleaned_data["why"])


def _moves(page: Moving, chosen: dict[str, str]) -> list[tuple[Whose, str]]:
    names = {
        str(colleague.user.public_id): colleague.user.name
        for row in page.rows
        for colleague in row.colleagues
    }
    return [(row, names[chosen[row.field]]) for row in page.rows if row.field in chosen]


def _steps(page: Moving, chosen: dict[str, str]) -> list[Step]:
    """Each colleague who would get more, with the load before and after."""
    posts = {str(colleague.user.public_id): colleague for row in page.rows for colleague in row.colleagues}
    more = {word: list(chosen.values()).count(word) for word in dict.fromkeys(chosen.values())}
    return [
        Step(posts[word].user.name, posts[word].load, posts[word].load + count, posts[word].places)
        for word, count in more.items()
    ]
