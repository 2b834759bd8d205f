"""A referral read; a strategy meeting asked for and answered; statutory meetings recorded; providers changed."""

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
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.base.time import now, today
from cems.children.access_control import OpenChild, requires_child
from cems.children.family.selectors.relationship import speak_with
from cems.children.identity.page_context import child_page
from cems.children.slots import NOW_LINES
from cems.children.view_helpers import form_page
from cems.clocks.models import Clock
from cems.clocks.presentation import present
from plans.choices import MeetingKind, RequestAnswer
from plans.forms import MeetingCorrectionForm, MeetingForm, ProviderForm, RequestForm, terms_of
from plans.models import Provider, Referral, Request, StatutoryMeeting
from plans.selectors import provider as selectors
from plans.selectors.meeting import before_recording, meeting_at, meetings_page, reads_review, reviews_owed
from plans.selectors.referral import meetings_held_for, referral_at, request_at
from plans.services.meeting import meeting_correct as correct_meeting
from plans.services.meeting import meeting_record
from plans.services.provider import provider_write
from plans.services.strategy_meeting import strategy_meeting_answer
from plans.slots import DECIDED_AT, REFERRAL_BLOCKS

MEETINGS = "plans:meetings"
RECORDS_MEETINGS = (Work.PLAN, Work.NOTES, Work.REFERRALS, Work.STATUS)


@requires_child(Shape.PAGE, Part.REFERRALS)
def referral(request: HttpRequest, opened: OpenChild, referral_id: UUID) -> HttpResponse:
    """One referral as those read it who work with the child; who decides it is sent to the page for that (T1)."""
    row = or_404(referral_at(opened.child, referral_id))
    if opened.access.may(Work.REFERRALS):
        return redirect(DECIDED_AT.get(), opened.child.public_id, row.public_id)
    blocks = [block for tell in REFERRAL_BLOCKS if (block := tell(row))]
    return render(request, "plans/referral.html", {**paper_page(request, opened, row), "blocks": blocks})


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
        attended=data["attended"],
        answers=row,
    )


@requires_child(Shape.PAGE, Part.STRATEGY)
def meetings(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The child's statutory meetings, newest first, with the level each saw beside the agreed one (G3, C4)."""
    page = meetings_page(opened.child, request.GET.get(AFTER, ""))
    context = {
        **child_page(request, opened),
        "rows": page.rows,
        "reviews": {row.pk for row in page.rows if row.review and reads_review(opened, row.review)},
        "may_write": opened.access.may(*RECORDS_MEETINGS),
        "agreed": opened.child.current_level if opened.access.sees(Part.LEVEL) else None,
        "older_url": next_url(request, page.after),
    }
    return render(request, "plans/meetings.html", context)


@requires_child(Shape.PAGE, Part.STRATEGY, work=RECORDS_MEETINGS, methods=FORM)
def meeting_new(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Record a meeting that was held; a strategy meeting answers the request that is open (G3)."""
    user, before = acting_user(request), before_recording(acting_user(request), opened)
    form = MeetingForm(
        before.actions, reviews_owed(opened), request.POST or None, initial={"happened_on": today()}
    )
    if handle_form(
        request,
        form,
        lambda: meeting_record(user, child=opened.child, carried=form.carried, **form.meeting),
    ):
        kind = MeetingKind(form.cleaned_data["kind"]).label.lower()
        messages.success(request, f"The {kind} about {opened.child.name} is recorded.")
        return redirect(MEETINGS, public_id=opened.child.public_id)
    text = (
        f"{before.request.reference} asks for a strategy meeting. One held since then answers it."
        if before.request
        else ""
    )
    title = "Record a meeting about the child"
    return form_page(request, opened, form, title=title, text=text, current=MEETINGS)


@requires_child(Shape.PAGE, Part.STRATEGY, work=RECORDS_MEETINGS, methods=FORM)
def meeting_correct(request: HttpRequest, opened: OpenChild, meeting_id: UUID) -> HttpResponse:
    """Correct what was recorded of a meeting; the earlier words stay, marked (G3)."""
    row = or_404(meeting_at(opened.child, meeting_id))
    reviews = list(reviews_owed(opened))
    hidden = row.review if row.review and not reads_review(opened, row.review) else None  # it stays as it is
    if row.review and not hidden and row.review not in reviews:
        reviews.append(row.review)
    begun = MeetingCorrectionForm.begin(row)
    form = MeetingCorrectionForm([], [] if hidden else reviews, request.POST or None, initial=begun)
    if handle_form(request, form, lambda: _correct(request, row, form, hidden)):
        kind = row.get_kind_display().lower()
        messages.success(
            request, f"The {kind} about {opened.child.name} is corrected. The earlier words stay."
        )
        return redirect(MEETINGS, public_id=opened.child.public_id)
    title = "Correct what was recorded of a meeting"
    words = "The earlier words stay, marked as corrected."
    return form_page(request, opened, form, title=title, text=words, current=MEETINGS)


def _correct(
    request: HttpRequest, row: StatutoryMeeting, form: MeetingCorrectionForm, hidden: Clock | None
) -> StatutoryMeeting:
    typed = {**form.meeting, "review": hidden or form.chosen_review}
    return correct_meeting(acting_user(request), meeting=row, **typed)


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
        "differences": form.read_theirs(terms_of(row), row.version) if row else [],
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
