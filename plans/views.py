"""A referral read; a request for a strategy meeting read and answered; providers listed and changed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import NotAllowed
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now, today
from cems.children.access_control import OpenChild, requires_child
from cems.children.family.selectors.relationship import speak_with
from cems.children.identity.page_context import child_page
from cems.children.slots import NOW_LINES
from cems.clocks.presentation import present
from plans.choices import MeetingKind, RequestAnswer
from plans.forms import ProviderForm, RequestForm
from plans.models import Provider, Referral, Request
from plans.selectors import provider as selectors
from plans.selectors.referral import meetings_held_for, referral_at, request_at
from plans.services.meeting import meeting_record
from plans.services.provider import provider_write
from plans.services.strategy_meeting import strategy_meeting_answer
from plans.slots import DECIDED_AT


@requires_child(Shape.PAGE, Part.REFERRALS)
def referral(request: HttpRequest, opened: OpenChild, referral_id: UUID) -> HttpResponse:
    """One referral as those read it who work with the child; who decides it is sent to the page for that (T1)."""
    row = or_404(referral_at(opened.child, referral_id))
    if opened.access.may(Work.REFERRALS):
        return redirect(DECIDED_AT.get(), opened.child.public_id, row.public_id)
    return render(request, "plans/referral.html", paper_page(request, opened, row))


@requires_child(Shape.PAGE, Part.STRATEGY, methods=FORM)
def request(request: HttpRequest, opened: OpenChild, request_id: UUID) -> HttpResponse:
    """One request for a strategy meeting: held, or threshold not met and why (M5)."""
    row = or_404(request_at(opened.child, request_id))
    # A team's manager records statuses of the team's children, so the same work answers for them.
    may_answer = opened.access.may(Work.REFERRALS) or opened.access.may(Work.STATUS)
    form = RequestForm(request.POST or None)
    if request.method == "POST" and not may_answer:
        raise NotAllowed("First Contact or the manager of the child's social worker answers this.")
    if handle_form(request, form, lambda: _answer(request, opened, row, form)):
        messages.success(
            request, f"{row.reference} is answered. The person who asked for the meeting is told."
        )
        return redirect("plans:request", public_id=opened.child.public_id, request_id=row.public_id)
    if form.refusal:
        row = or_404(request_at(opened.child, request_id))
    context = paper_page(request, opened, row)
    context |= {"form": form, "may_answer": may_answer, "meetings": meetings_held_for(row)}
    return render(request, "plans/request.html", context, status=form.status)


def _answer(request: HttpRequest, opened: OpenChild, row: Request, form: RequestForm) -> None:
    data = form.cleaned_data
    if data["answer"] == RequestAnswer.NOT_MET:
        strategy_meeting_answer(
            acting_user(request), request=row, answer=RequestAnswer.NOT_MET, why=data["words"]
        )
        return
    meeting_record(
        acting_user(request),
        child=row.child,
        kind=MeetingKind.STRATEGY,
        held_at=data["held_at"],
        outcome=data["words"],
        answers=row,
    )


def paper_page(request: HttpRequest, opened: OpenChild, row: Referral | Request) -> dict[str, Any]:
    """What the page of a referral or request shows beside its form: the child, the paper, its clock, what is known."""
    known = (line.line(opened) for line in NOW_LINES if opened.access.sees(line.part))
    return {
        **child_page(request, opened, current="children:overview"),
        "row": row,
        "bar": present(row.clock, now()),
        "known": [line for line in known if line],
        "speak_with": speak_with(opened),
    }


@requires_work(Shape.PAGE, Work.ADMINISTRATION)
def providers(request: HttpRequest) -> HttpResponse:
    """Every provider: whom it takes, how to reach it, and whether it takes referrals today (T4)."""
    return render(request, "plans/providers.html", {"lines": selectors.providers(today())})


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def provider_new(request: HttpRequest) -> HttpResponse:
    """Add a provider."""
    return _provider_page(request, None)


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def provider(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a provider, or say until when it takes referrals."""
    return _provider_page(request, or_404(selectors.provider_at(public_id)))


def _provider_page(request: HttpRequest, row: Provider | None) -> HttpResponse:
    form = ProviderForm(request.POST or None, provider=row)
    if handle_form(request, form, lambda: _write_provider(request, row, form)):
        messages.success(request, f"{form.cleaned_data['name']} is kept.")
        return redirect("providers:list")
    context = {
        "form": form,
        "page_title": "Change a provider" if row else "Add a provider",
        "back_url": reverse("providers:list"),
    }
    return render(request, "people/form.html", context, status=form.status)


def _write_provider(request: HttpRequest, row: Provider | None, form: ProviderForm) -> Provider:
    data = form.cleaned_data
    code = row.code if row else data["code"]
    return provider_write(
        acting_user(request), terms=form.terms, code=code, provider=row, version=data["version"]
    )
