"""First Contact records what was found after it decided a referral (T1)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.children.access_control import OpenChild, requires_child
from cems.children.view_helpers import form_page
from plans.selectors.referral import referral_at
from triage.first_contact.later_finding_form import LaterFindingForm, LaterFindingWithdrawForm
from triage.first_contact.selectors.enquiry import gathered
from triage.first_contact.selectors.later_finding import begins_with, later_finding_at
from triage.first_contact.services.later_finding import later_finding_record, later_finding_withdraw

TOLD = "Those who work with the child are told."


@requires_child(Shape.PAGE, Part.REFERRALS, work=Work.REFERRALS, methods=FORM)
def later_finding_new(request: HttpRequest, opened: OpenChild, referral_id: UUID) -> HttpResponse:
    """Record a section 47 result, or what an assessment found, that came after the decision."""
    row = or_404(referral_at(opened.child, referral_id))
    back = reverse("first_contact:referral", args=[opened.child.public_id, row.public_id])
    if not row.outcome and request.method != "POST":
        messages.info(request, f"{row.reference} is not decided yet: write it with what you found.")
        return redirect(back)
    begun = begins_with(row, gathered(row, opened.access, opened.at).assessment)
    form = LaterFindingForm(request.POST or None, initial=begun)
    if handle_form(
        request,
        form,
        lambda: later_finding_record(acting_user(request), referral=row, **form.values),
    ):
        messages.success(request, f"The result about {opened.child.name} is recorded. {TOLD}")
        return redirect(back)
    return form_page(
        request,
        opened,
        form,
        title="Record a result that came after the decision",
        text=f"What {row.reference} was decided on stays as it was. {TOLD}",
        current="children:overview",
        back=back,
    )


@requires_child(Shape.PAGE, Part.REFERRALS, work=Work.REFERRALS, methods=FORM)
def later_finding_end(
    request: HttpRequest, opened: OpenChild, referral_id: UUID, finding_id: UUID
) -> HttpResponse:
    """A result was recorded in error: it stays readable, marked."""
    row = or_404(referral_at(opened.child, referral_id))
    finding = or_404(later_finding_at(row, finding_id))
    form = LaterFindingWithdrawForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: later_finding_withdraw(acting_user(request), finding=finding, **form.values),
    ):
        messages.success(request, f"The result about {opened.child.name} is withdrawn. {TOLD}")
        return redirect("first_contact:referral", opened.child.public_id, row.public_id)
    due = " The CE Matrix that is due because of it stays due." if finding.matrix_due_id else ""
    return form_page(
        request,
        opened,
        form,
        title="Withdraw a result",
        text=f"{finding.get_kind_display()}, {finding.found_on:%-d %B %Y}. It stays readable, marked as recorded in"
        f" error.{due}",
        current="children:overview",
        back=reverse("first_contact:referral", args=[opened.child.public_id, row.public_id]),
    )
