"""What belongs to deciding beside the sheet: confirm, ask, answer, take off, the letter with feedback (T2 to T4)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Part, Work
from cems.audit.choices import Verb
from cems.audit.services import listed, record
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.time import now
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.clocks.presentation import present
from cems.documents.rendering import Paper, pdf_response, render_pdf
from matrix.access_control import Opened, requires_submission
from matrix.models import Submission
from triage.cevt.forms.decision import AnswerForm, AskForm, DecisionForm, WhyForm
from triage.cevt.selectors.decision import decided_on, information_waited_for, unconfirmed
from triage.cevt.selectors.item import open_items
from triage.cevt.selectors.owners import owners_of
from triage.cevt.selectors.sheet import Sheet
from triage.cevt.selectors.sheet import sheet as sheet_of
from triage.cevt.services.decision import decision_confirm
from triage.cevt.services.item import information_request_answer, information_request_open, item_withdraw
from triage.cevt.views.common import decision_fields, empty_form, sheet_page
from triage.cevt.views.sheet import check_page
from triage.models import Decision, InformationRequest, Item

NEEDS = Part.CONTRIBUTIONS


@requires_work(Shape.PAGE, Work.DECISIONS)
def provisional(request: HttpRequest) -> HttpResponse:
    """Provisional decisions that wait for their confirmation, what is due first at the top."""
    user, instant = acting_user(request), now()
    page = unconfirmed(user, request.GET.get(AFTER, ""))
    rows = page.rows
    if rows:
        listed(user, what="triage.provisional", children=[child.public_id for _, child in rows])
    shown = [(row, child, present(row.confirm_clock, instant)) for row, child in rows if row.confirm_clock]
    context = {"rows": shown, "older_url": next_url(request, page.after)}
    return render(request, "triage/cevt/provisional.html", context)


@requires_child(Shape.PAGE, NEEDS, work=Work.DECISIONS, methods=FORM)
def confirm(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Confirm the child's provisional decision, or change it: a decision of its own, final (T3)."""
    shown = sheet_of(acting_user(request), opened)
    before = shown.unconfirmed
    if before is None:
        return _confirm_page(request, opened, shown, None, 200)
    fields = decision_fields(opened, shown, confirms=True)
    step = request.POST.get("step", "")
    if step not in {"check", "decide"}:
        typed = DecisionForm(initial=DecisionForm.told(request.POST), **fields) if step else None
        return _confirm_page(request, opened, shown, typed or empty_form(opened, shown, before=before), 200)
    form = DecisionForm(request.POST, **fields)
    if not form.is_valid():
        return _confirm_page(request, opened, shown, form, 400)

    if step == "check":
        try:
            return check_page(request, opened, shown, form, of=before)
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
    elif decided := handle_form(request, form, lambda: _confirm(request, shown, before, form)):
        messages.success(request, f"{before.reference} is confirmed by {decided.reference}. It is final.")
        return redirect("cevt:provisional")
    return _confirm_page(request, opened, shown, form, form.status)


def _confirm(request: HttpRequest, shown: Sheet, before: Decision, form: DecisionForm) -> Decision:
    return decision_confirm(
        acting_user(request), decision=before, ruling=form.ruling(), meeting=shown.meeting
    )


def _confirm_page(
    request: HttpRequest, opened: OpenChild, shown: Sheet, form: DecisionForm | None, status: int
) -> HttpResponse:
    context = sheet_page(request, opened, shown, form=form, confirms=shown.unconfirmed)
    return render(request, "triage/cevt/confirm.html", context, status=status)


@requires_child(Shape.PAGE, NEEDS, work=Work.DECISIONS, methods=FORM)
def ask(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Ask for more information before deciding: the one thing that pauses the clock (T2)."""
    shown = sheet_of(acting_user(request), opened)
    seated = shown.today.seats.of(opened.child.area_id)
    owners = owners_of(opened.child, opened.at, cluster=opened.cluster, present=seated)
    agencies = [agency.pk for agency in shown.today.seats.agencies(opened.child.area_id)]
    form = AskForm(request.POST or None, agencies=agencies, owners=owners)
    item = shown.items[0] if shown.items else None
    if handle_form(request, form, lambda: _ask(request, opened, item, form)):
        messages.success(request, "Asked. The clock stands still until the answer is here.")
        return redirect("cevt:sheet", public_id=opened.child.public_id)
    return _form_page(
        request,
        opened,
        form if item else None,
        "More information before deciding",
        "The clock pauses, with the reason in sight of everybody. Ask only for what the decision depends on.",
    )


def _ask(request: HttpRequest, opened: OpenChild, item: Item | None, form: AskForm) -> None:
    if item is None:
        raise Conflict("CEVT has nothing open for this child any more.")
    data = form.cleaned_data
    information_request_open(
        acting_user(request),
        item=item,
        agency=data["agency"],
        what=data["what"],
        owner=form.owners[data["owner"]],
        working_days=data["days"],
    )


@requires_child(Shape.PAGE, NEEDS, work=Work.CONTRIBUTION, methods=FORM)
def answer(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Tell CEVT what it wanted to know; the agency it was asked of, or the chair."""
    rows = information_waited_for(opened.cluster)
    chosen = request.POST.get("wanted", "")
    forms = [
        (row, AnswerForm(request.POST if str(row.public_id) == chosen else None, prefix=row.public_id.hex))
        for row in rows
    ]
    row, bound = next(((row, form) for row, form in forms if form.is_bound), (None, None))
    if row and bound and handle_form(request, bound, partial(_answer, request, opened, row, bound)):
        messages.success(request, "CEVT has the answer.")
        return redirect("cevt:sheet", public_id=opened.child.public_id)
    if request.method == "POST" and bound is None:
        raise Conflict("This was answered already, or CEVT no longer needs it.")
    context = {**child_page(request, opened), "rows": forms, "form": bound}
    return render(request, "triage/cevt/answer.html", context, status=bound.status if bound else 200)


def _answer(request: HttpRequest, opened: OpenChild, row: InformationRequest, form: AnswerForm) -> None:
    user = acting_user(request)
    if row.agency_id != user.agency_id and not opened.access.may(Work.DECISIONS):
        raise NotAllowed(f"{row.agency} was asked this. Its people answer, or the chair.")
    information_request_answer(user, information_request=row, answer=form.cleaned_data["answer"])


@requires_child(Shape.PAGE, NEEDS, work=Work.DECISIONS, methods=FORM)
def withdraw(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Take an item off the list that should not be there."""
    items = open_items(opened.cluster)
    form = WhyForm(request.POST or None)
    if handle_form(request, form, lambda: _withdraw(request, items, form)):
        messages.success(
            request, "It is off the list. The person who sent the matrix or raised the child is told."
        )
        return redirect("cevt:list")
    return _form_page(
        request,
        opened,
        form if items else None,
        "Take an item off CEVT’s list",
        "For what should not be on the list, such as a matrix about another child. A decision that the child is at"
        " no risk is a decision: make it on the sheet.",
        items=items,
        chosen=request.POST.get("item", ""),
    )


def _withdraw(request: HttpRequest, items: Sequence[Item], form: WhyForm) -> None:
    item = next((item for item in items if str(item.public_id) == request.POST.get("item")), None)
    if item is None:
        raise Conflict("This is no longer on CEVT's list.")
    item_withdraw(acting_user(request), item=item, why=form.cleaned_data["why"])


def _form_page(
    request: HttpRequest,
    opened: OpenChild,
    form: AskForm | WhyForm | None,
    title: str,
    text: str,
    **more: Any,
) -> HttpResponse:
    context = {**child_page(request, opened), "form": form, "title": title, "text": text, **more}
    status = form.status if form is not None else 200
    return render(request, "triage/cevt/form.html", context, status=status)


@requires_submission(Shape.PDF)
def feedback_pdf(request: HttpRequest, opened: Opened[Submission]) -> HttpResponse:
    """What CEVT decided on a matrix, as a letter to the user who sent it: references only on the outside."""
    sent, user, instant = opened.paper, acting_user(request), now()
    decided = decided_on(sent)
    if decided is None:
        raise Conflict("CEVT has not decided on this matrix yet. Its page says when it will.")
    paper = Paper("Feedback from CEVT", sent.reference, f"{user}, {user.agency}", instant)
    sees_decision = opened.child.access.sees(Part.DECISIONS)
    area_id = opened.child.child.area_id
    context = {"sent": sent, "found": decided, "sees_decision": sees_decision, "area_id": area_id}
    made = render_pdf("documents/feedback.html", context, paper)
    record(
        user,
        verb=Verb.DOWNLOADED,
        subject=sent,
        child=opened.child.child.public_id,
        part=Part.OWN_SUBMISSIONS if opened.only_own else Part.DECISIONS,
        reason=opened.child.access.why,
        at=instant,
    )
    return pdf_response(made, paper)
