"""One child is given to a worker: choose, see the effect, confirm; or not, and why (T6)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.models import User
from cems.accounts.roles import Part, Work
from cems.accounts.selectors.person import person_at
from cems.base.access_control import FORM, Shape
from cems.base.done import say_done
from cems.base.errors import Conflict, Invalid
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import local_date, now
from cems.children.access_control import OpenChild, requires_child
from cems.children.choices import RiskLevel
from cems.children.identity.page_context import child_page
from cems.children.view_helpers import form_page
from triage.allocation.forms import AskForm, GiveForm, NoWorkerForm, WeekendCoverForm
from triage.allocation.rules.workload import Candidate, because, cautions, ranked, stop
from triage.allocation.selectors.allocation import allocation_at
from triage.allocation.selectors.candidates import Choice, choice_for
from triage.allocation.selectors.handover import until_day, weekend_cover_until
from triage.allocation.selectors.wait import open_wait
from triage.allocation.selectors.worker import desks_of, workers
from triage.allocation.services.allocation import allocation_make, allocation_move
from triage.allocation.services.wait import allocation_wait_open
from triage.allocation.services.wait_end import allocation_decline as give_nobody
from triage.allocation.services.wait_end import weekend_cover_set
from triage.allocation.views.common import kind_of
from triage.choices import WorkerKind
from triage.models import Allocation, AllocationWait

TAB = "children:overview"


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.ALLOCATION)
def allocate(request: HttpRequest, opened: OpenChild, kind: str) -> HttpResponse:
    """Everybody who could have the child, suggested first, with the reason; nothing happens yet."""
    choice, day = choice_for(opened.child, kind_of(kind), opened.at), local_date(opened.at)
    people = {worker.user.pk: worker for worker in choice.team}
    rows = [
        {
            "one": candidate,
            "worker": people[candidate.key],
            "stop": stop(candidate, day),
            "cautions": cautions(candidate, day),
            "because": because(candidate),
            "suggested": number == 0 and not stop(candidate, day) and not cautions(candidate, day),
        }
        for number, candidate in enumerate(ranked(choice.candidates, day))
    ]
    context = {**child_page(request, opened, current=TAB), "choice": choice, "rows": rows}
    context["wait"] = open_wait(opened.child, choice.kind)
    return render(request, "triage/allocation/choose.html", context)


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.ALLOCATION, methods=FORM)
def give(request: HttpRequest, opened: OpenChild, kind: str, worker_id: UUID) -> HttpResponse:
    """What would happen, before it does; over the room or before a leave it stops and asks why."""
    worker = or_404(person_at(worker_id))
    choice = choice_for(opened.child, kind_of(kind), opened.at, user_id=worker.pk)
    candidate, wait = choice.candidate(worker.pk), open_wait(opened.child, choice.kind)
    reasons = _reasons(choice, candidate, opened) if candidate else []
    form = _give_form(request, choice, wait, wanted=bool(reasons))
    if made := handle_form(
        request, form, lambda: _give(acting_user(request), opened, choice.kind, worker, form)
    ):
        done = (
            f"{worker} has the child from now on and can open the record of {opened.child.name}."
            " They are asked to accept it."
        )
        if form.cleaned_data["moves"]:
            messages.success(request, done)
        else:
            undo_url = reverse("allocation:undo", args=[opened.child.public_id, made.public_id])
            say_done(request, done, undo_url=undo_url)
        return redirect("allocation:board")
    gone = f"{worker} does not take children of this team any more."
    refusal = choice.stop or (stop(candidate, local_date(opened.at)) if candidate else gone)
    if candidate is None or refusal:
        messages.error(request, f"Not given. {refusal}")
        return redirect("allocation:candidates", public_id=opened.child.public_id, kind=choice.kind)
    context = {
        **child_page(request, opened, current=TAB),
        "choice": choice,
        "worker": choice.worker(worker.pk),
        "because": because(candidate),
        "cautions": reasons,
        "wait": wait,
        "form": form,
    }
    return render(request, "triage/allocation/give.html", context, status=form.status)


def _give_form(
    request: HttpRequest, choice: Choice, wait: AllocationWait | None, *, wanted: bool
) -> GiveForm:
    """At Moderate what CEVT said stands there already; the manager may say more."""
    first = wait.why if wait and choice.level is RiskLevel.MODERATE else ""
    return GiveForm(
        request.POST or None,
        wanted=wanted or choice.held is not None,
        button="Move the child to this worker" if choice.held else "",
        initial={"why": first, "moves": choice.held.public_id if choice.held else None},
    )


def _reasons(choice: Choice, candidate: Candidate, opened: OpenChild) -> list[str]:
    """Why this page stops and asks: the cautions of the worker, and Moderate."""
    moderate = choice.kind is WorkerKind.CE_WORKER and choice.level is RiskLevel.MODERATE
    first = (
        ["The child is at Moderate: a worker is given by judgement."] if moderate and not choice.held else []
    )
    return [*first, *cautions(candidate, local_date(opened.at))]


def _give(user: User, opened: OpenChild, kind: WorkerKind, worker: User, form: GiveForm) -> Allocation:
    """As the page showed it: a child who got a worker meanwhile is not taken from them unseen."""
    why, moves = form.cleaned_data["why"], form.cleaned_data["moves"]
    if moves is None:
        return allocation_make(user, child=opened.child, worker=worker, kind=kind, why=why)
    allocation = allocation_at(opened.child, moves)
    if allocation is None:
        raise Conflict("The child had no such worker. Look at the page again.")
    return allocation_move(user, allocation=allocation, worker=worker, why=why)


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.ALLOCATION, methods=FORM)
def allocation_decline(request: HttpRequest, opened: OpenChild, kind: str) -> HttpResponse:
    """No worker is given for now: the reason, and at Significant the clock to look again."""
    wanted, form = kind_of(kind), NoWorkerForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: give_nobody(
            acting_user(request), child=opened.child, kind=wanted, why=form.cleaned_data["why"]
        ),
    ):
        messages.success(
            request,
            f"Recorded for {opened.child.name}. At Significant the exception list asks to look again.",
        )
        return redirect("allocation:unallocated")
    text = "The child comes off the waiting list. At Significant a clock asks to look again."
    title = f"No {wanted.label.lower()} for now"
    back = reverse("allocation:board")
    return form_page(request, opened, form, title=title, text=text, current=TAB, back=back)


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.ALLOCATION, methods=FORM)
def weekend_cover(request: HttpRequest, opened: OpenChild, kind: str) -> HttpResponse:
    """Who holds the child until the next working day, whether EDT knows, and what is in force (T6)."""
    user, until = acting_user(request), until_day(opened.at)
    wait = open_wait(opened.child, kind_of(kind))
    if wait is None:
        messages.info(request, "This child no longer waits for a worker.")
        return redirect("allocation:handover")
    before = weekend_cover_until(wait, until)
    known = {
        "held_by": before.held_by.public_id if before else None,
        "plan": before.plan if before else "",
        "duty_team_told": bool(before and before.duty_team_told_at),
    }
    people = [user, *(worker.user for worker in workers(desks_of(user), local_date(opened.at)))]
    form = WeekendCoverForm(people, request.POST or None, initial=known)
    if handle_form(request, form, lambda: _hold(user, wait, form)):
        messages.success(request, f"Recorded: {opened.child.name} is held until {until:%A %-d %B}.")
        return redirect("allocation:handover")
    title = f"Who holds the child until {until:%A %-d %B}?"
    return form_page(request, opened, form, title=title, current=TAB, back=reverse("allocation:handover"))


def _hold(user: User, wait: AllocationWait, form: WeekendCoverForm) -> None:
    instant = now()
    data = {name: form.cleaned_data[name] for name in ("held_by", "plan", "duty_team_told")}
    weekend_cover_set(user, wait=wait, until=until_day(instant), at=instant, **data)


@requires_child(Shape.PAGE, Part.DECISIONS, work=Work.ALLOCATION, methods=FORM)
def ask(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """A child who is not on the list waits for a worker from now on."""
    form = AskForm(request.POST or None)
    if handle_form(request, form, lambda: _ask(acting_user(request), opened, form)):
        messages.success(
            request, "The child waits for a worker from now on. Choose one now, or on the board."
        )
        return redirect(
            "allocation:candidates", public_id=opened.child.public_id, kind=form.cleaned_data["kind"]
        )
    title = "A child needs a worker"
    return form_page(
        request, opened, form, title=title, current=TAB, back=reverse(TAB, args=[opened.child.public_id])
    )


def _ask(user: User, opened: OpenChild, form: AskForm) -> None:
    kind, level = WorkerKind(form.cleaned_data["kind"]), opened.child.level
    if kind is WorkerKind.CE_WORKER and (level is None or level < RiskLevel.MODERATE):
        raise Invalid(
            "CEVT agrees Moderate or Significant first; then the child can wait for this worker.",
            field="kind",
        )
    row = allocation_wait_open(
        user,
        child=opened.child,
        level=RiskLevel.NONE if level is None else level,
        why=form.cleaned_data["why"].strip(),
        kind=kind,
    )
    if row is None:
        raise Invalid("The child has such a worker already.", field="kind")
