"""One worker's room, absences and children; the posts nobody holds (T6)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_any_work, requires_work
from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now, today
from triage.allocation.forms import AbsenceForm, CapacityForm, LastDayForm, OnceForm, VacancyForm
from triage.allocation.selectors.caseload import children_of
from triage.allocation.selectors.worker import absence_at, last_absences, vacancy_at
from triage.allocation.services.worker import absence_end as end_absence
from triage.allocation.services.worker import absence_set, capacity_set, vacancy_open
from triage.allocation.services.worker import vacancy_end as end_vacancy
from triage.allocation.views.common import kind_of, posts_of
from triage.choices import WorkerKind


@requires_any_work(Shape.PAGE, Work.ALLOCATION, Work.OVERSIGHT)
def worker(request: HttpRequest, worker_id: UUID) -> HttpResponse:
    """Somebody's room, when they are away, and the children they have."""
    user, posts = acting_user(request), posts_of(acting_user(request), worker_id)
    mine = children_of(user, posts[0].user, now())
    listed(user, what="triage.worker", children=[row.child.public_id for row in mine.rows])
    context = {
        "worker": posts[0].user,
        "posts": posts,
        "mine": mine,
        "absences": last_absences(posts[0].user),
        "today": today(),
        "may_allocate": profile_of(user).may(Work.ALLOCATION),
    }
    return render(request, "triage/allocation/worker.html", context)


@requires_work(Shape.PAGE, Work.ALLOCATION, methods=FORM)
def capacity(request: HttpRequest, worker_id: UUID, kind: str) -> HttpResponse:
    """How many children this worker has room for, from a day on."""
    post = next(
        (
            their_post
            for their_post in posts_of(acting_user(request), worker_id)
            if their_post.kind is kind_of(kind)
        ),
        None,
    )
    if post is None:
        raise Http404
    form = CapacityForm(request.POST or None, initial={"children": post.children, "share": post.share})
    if handle_form(request, form, lambda: _capacity(request, post.user, post.kind, form)):
        messages.success(request, f"Saved. The board counts with it from the day you chose: {post.user}.")
        return redirect("allocation:worker", worker_id=worker_id)
    return _form(request, form, f"Room as {post.kind.label.lower()}", about=post.user)


def _capacity(request: HttpRequest, worker: User, kind: WorkerKind, form: CapacityForm) -> None:
    capacity_set(acting_user(request), worker=worker, kind=kind, **form.values)


@requires_work(Shape.PAGE, Work.ALLOCATION, methods=FORM)
def absence(request: HttpRequest, worker_id: UUID) -> HttpResponse:
    """A worker is or will be away."""
    who, form = posts_of(acting_user(request), worker_id)[0].user, AbsenceForm(request.POST or None)
    if handle_form(request, form, lambda: _absence(request, who, form)):
        messages.success(request, f"Recorded. {who} is not suggested for a child while away.")
        return redirect("allocation:worker", worker_id=worker_id)
    return _form(request, form, "Record an absence", about=who)


def _absence(request: HttpRequest, who: User, form: AbsenceForm) -> None:
    absence_set(acting_user(request), worker=who, **form.values)


@requires_work(Shape.PAGE, Work.ALLOCATION, methods=FORM)
def absence_end(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """The last day of an absence."""
    row = or_404(absence_at(absence_id))
    posts_of(acting_user(request), row.user.public_id)
    form = LastDayForm(request.POST or None, day=row.ends_on or today())
    if handle_form(
        request,
        form,
        lambda: end_absence(acting_user(request), absence=row, last_day=form.cleaned_data["last_day"]),
    ):
        messages.success(request, f"Saved. {row.user} is back the day after.")
        return redirect("allocation:worker", worker_id=row.user.public_id)
    return _form(request, form, "Last day of an absence", about=row.user)


@requires_work(Shape.PAGE, Work.ALLOCATION, methods=FORM)
def vacancy(request: HttpRequest) -> HttpResponse:
    """A post that nobody holds."""
    form = VacancyForm(request.POST or None)
    if handle_form(request, form, lambda: _vacancy(request, form)):
        messages.success(request, "Recorded. The board shows the room the post would bring.")
        return redirect("allocation:board")
    return _form(request, form, "Record a vacancy")


def _vacancy(request: HttpRequest, form: VacancyForm) -> None:
    data = {name: form.cleaned_data[name] for name in ("title", "children", "starts_on")}
    vacancy_open(acting_user(request), kind=WorkerKind(form.cleaned_data["kind"]), **data)


@requires_work(Shape.PAGE, Work.ALLOCATION, methods=FORM)
def vacancy_end(request: HttpRequest, vacancy_id: UUID) -> HttpResponse:
    """The post is filled, or gone."""
    row = or_404(vacancy_at(vacancy_id))
    form = LastDayForm(request.POST or None, day=today())
    if handle_form(
        request,
        form,
        lambda: end_vacancy(acting_user(request), vacancy=row, last_day=form.cleaned_data["last_day"]),
    ):
        messages.success(request, f"Saved. {row.title} is no longer counted as vacant after that day.")
        return redirect("allocation:board")
    return _form(request, form, f"Last vacant day: {row.title}")


def _form(request: HttpRequest, form: OnceForm, title: str, *, about: User | None = None) -> HttpResponse:
    back = reverse("allocation:worker", args=[about.public_id]) if about else reverse("allocation:board")
    context = {"form": form, "page_title": title, "about": about, "back_url": back}
    return render(request, "people/form.html", context, status=form.status)
