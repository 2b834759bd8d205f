"""Pages of actions."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from cems.accounts.access_control import acting_user
from cems.actions import selectors, services
from cems.actions.access_control import OWN, log_action_read, must_act, opened_action
from cems.actions.doings.forms import DoingForm, UndoForm
from cems.actions.doings.selectors import doing_to_undo, kind_of, undone_of
from cems.actions.doings.services import doing_record, doing_undo
from cems.actions.forms import CloseForm
from cems.actions.models import Action, Doing
from cems.audit.services import listed
from cems.base.access_control import Shape, requires_sign_in
from cems.base.errors import Invalid, NotAllowed
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.time import now
from cems.clocks.presentation import present


@requires_sign_in(Shape.PAGE, reason=OWN)
def actions(request: HttpRequest) -> HttpResponse:
    """My actions, or my teams', to do or closed, as the address says."""
    whose, state = request.GET.get("whose", "mine"), request.GET.get("state", "open")
    if whose not in {"mine", "team"} or state not in selectors.STATES:
        raise Invalid("There is no such list of actions.")
    page = selectors.page(
        acting_user(request),
        mine=whose == "mine",
        closed=state == "closed",
        after=request.GET.get(AFTER, ""),
        now=now(),
    )
    shown = [row.about.public_id for row in page.rows if row.about]
    listed(acting_user(request), what="actions.list", children=list(dict.fromkeys(shown)))
    context = {
        "rows": page.rows,
        "whose": whose,
        "state": state,
        "whose_tabs": [
            (key, label, _address(key, state))
            for key, label in [("mine", "Mine"), ("team", "Mine and my team's")]
        ],
        "state_tabs": [(key, label, _address(whose, key)) for key, label in selectors.STATES.items()],
        "older_url": next_url(request, page.after),
    }
    return render(request, "actions/list.html", context)


@requires_sign_in(Shape.PAGE, reason=OWN)
def action(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One action: what, whose, until when, what came of it; or, asked to, on to the page where it is done."""
    opened = opened_action(request, public_id)
    place = selectors.done_at(acting_user(request), opened) if selectors.DO in request.GET else None
    return redirect(place[1]) if place else _detail(request, opened, _form(opened))


@requires_sign_in(Shape.POST, reason=OWN)
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Record what was done about an action, or that it is no longer needed; sent twice, it counts once."""
    opened = opened_action(request, public_id)
    form = _form(opened, request.POST)
    if handle_form(request, form, lambda: _close(request, opened, form)):
        messages.success(request, f"{opened.action.reference} is closed.{_about(opened)}")
        return redirect("actions:detail", public_id=public_id)
    return _detail(request, opened_action(request, public_id), form)


@requires_sign_in(Shape.POST, reason=OWN)
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was recorded as done was in error: the action is to do again."""
    opened, form = opened_action(request, public_id), UndoForm(request.POST)
    if handle_form(request, form, lambda: _undo(request, opened, form)):
        messages.success(request, f"{opened.action.reference} is to do again.{_about(opened)}")
        return redirect("actions:detail", public_id=public_id)
    opened = opened_action(request, public_id)
    return _detail(request, opened, _form(opened), form)


def _form(opened: selectors.Opened, sent: QueryDict | None = None) -> DoingForm | CloseForm:
    """What the action's page asks for: that of its kind, or free words."""
    kind = kind_of(opened.action)
    if kind:
        return DoingForm(sent, kind=kind, now=now())
    return CloseForm(sent, done_elsewhere=selectors.is_done_elsewhere(opened.action))


def _undo_form(opened: selectors.Opened) -> UndoForm:
    """The form that undoes what stands on the page as done."""
    doing = opened.action.doing
    return UndoForm(initial={"doing": doing.public_id} if doing else None)


def _close(request: HttpRequest, opened: selectors.Opened, form: DoingForm | CloseForm) -> Action | Doing:
    user = acting_user(request)
    must_act(opened)
    if isinstance(form, DoingForm):
        answer = form.cleaned_data["answer"]
        return doing_record(user, action=opened.action, answer=answer, given=form.given, done_at=form.done_at)
    words = form.cleaned_data["outcome"]
    if form.cleaned_data["act"] == "complete":
        return services.action_complete(user, action=opened.action, outcome=words)
    return services.action_cancel(user, action=opened.action, reason=words)


def _undo(request: HttpRequest, opened: selectors.Opened, form: UndoForm) -> Doing:
    user = acting_user(request)
    doing = doing_to_undo(user, opened, form.cleaned_data["doing"])
    if doing is None:
        raise NotAllowed("Only those who have this action, or recorded it, can undo what was recorded.")
    return doing_undo(user, doing=doing, why=form.cleaned_data["why"])


def _about(opened: selectors.Opened) -> str:
    """For whom, where the reader sees the child."""
    return f" It was about {opened.child.name}." if opened.child else ""


def _address(whose: str, state: str) -> str:
    return f"{reverse('actions:list')}?{urlencode({'whose': whose, 'state': state})}"


def _detail(
    request: HttpRequest,
    opened: selectors.Opened,
    form: DoingForm | CloseForm,
    undo_sent: UndoForm | None = None,
) -> HttpResponse:
    """The page, with what was sent and refused; what a colleague undid meanwhile is not what the next form undoes."""
    shown, undo_form = opened.action, _undo_form(opened)
    refused = undo_sent or undo_form
    if refused.shows(shown.doing):
        undo_form = refused
    log_action_read(request, opened)
    context = {
        "action": shown,
        "child": opened.child,
        "may_act": opened.may_act,
        "done_at": selectors.done_at(acting_user(request), opened),
        "done_elsewhere": selectors.is_done_elsewhere(shown),
        "bar": present(shown.clock, now()) if shown.clock else None,
        "kind": kind_of(shown),
        "form": form,
        "may_undo": opened.may_undo,
        "undo_form": undo_form,
        "undo_refused": refused,
        "undo_unkept": "" if refused is undo_form else refused.typed,
        "undone": undone_of(shown) if kind_of(shown) else (),
    }
    return render(request, "actions/detail.html", context, status=max(form.status, refused.status))
