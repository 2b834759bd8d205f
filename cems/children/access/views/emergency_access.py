"""Opening a record in an emergency, ending that, and looking at it afterwards (A2)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_any_work
from cems.accounts.profile import profile_of
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.base.not_found import or_404
from cems.base.time import local, now
from cems.children.access.forms.emergency_access import EmergencyAccessForm, EmergencyAccessReviewForm
from cems.children.access.selectors.emergency_access import opening_to_review, openings_to_review
from cems.children.access.services.emergency_access import (
    emergency_access_end,
    emergency_access_open,
    emergency_access_review,
    may_open_in_emergency,
)
from cems.children.access_control import OpenChild, requires_child
from cems.children.matching.rules.search import understand


@requires_sign_in(
    Shape.PAGE,
    reason="whose role may not open a record is told whom to ring; the service asks the role",
    methods=FORM,
)
def open_now(request: HttpRequest) -> HttpResponse:
    """What is recorded, then which child and why; then the record is open for some hours."""
    words = request.session.get("child_searches", {}).get(request.GET.get("search", ""), "")
    form = EmergencyAccessForm(request.POST or None, initial={"child": words})
    opened = handle_form(request, form, lambda: _open(request, form))
    if opened:
        messages.success(request, f"The record is open to you until {opened.result['until']}.")
        return redirect("children:overview", public_id=opened.result["child"])
    context = {"form": form, "may_open_in_emergency": may_open_in_emergency(profile_of(acting_user(request)))}
    return render(request, "children/emergency_access.html", context, status=form.status)


def _open(request: HttpRequest, form: EmergencyAccessForm) -> dict[str, str]:
    """The record it opens, which may be the one that the child named was joined to, and until when."""
    data = form.cleaned_data
    row = emergency_access_open(acting_user(request), named=understand(data["child"]), reason=data["reason"])
    primary = row.child.merged_into or row.child
    return {"child": str(primary.public_id), "until": f"{local(row.until):%H:%M}"}


@requires_child(Shape.POST, Part.IDENTITY)
def end(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The person is done before the time is over."""
    emergency_access_end(acting_user(request), child=opened.child)
    messages.success(request, "Your emergency access has ended.")
    return redirect("home")


@requires_any_work(Shape.PAGE, Work.TEAM, Work.AUDIT_FINDINGS)
def reviews(request: HttpRequest) -> HttpResponse:
    """Emergency openings to look at, the oldest first. References only: this opens no record."""
    page = openings_to_review(acting_user(request), now(), request.GET.get(AFTER, ""))
    context = {"rows": page.rows, "older_url": next_url(request, page.after)}
    return render(request, "children/emergency_access_reviews.html", context)


@requires_any_work(Shape.PAGE, Work.TEAM, Work.AUDIT_FINDINGS, methods=FORM)
def review(request: HttpRequest, access_id: UUID) -> HttpResponse:
    """Say whether one opening was right."""
    emergency_access = or_404(opening_to_review(acting_user(request), access_id, now()))
    form = EmergencyAccessReviewForm(request.POST or None)
    if handle_form(
        request,
        form,
        lambda: emergency_access_review(
            acting_user(request), emergency_access=emergency_access, **form.cleaned_data
        ),
    ):
        messages.success(request, "What you found is recorded.")
        return redirect("children:emergency_access_reviews")
    context = {
        "form": form,
        "emergency_access": emergency_access,
        "back_url": reverse("children:emergency_access_reviews"),
    }
    return render(request, "children/emergency_access_review.html", context, status=form.status)
