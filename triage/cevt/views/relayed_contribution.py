"""The chair writes down what an agency that is away told: it rang in, or sent a mail (T3)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from triage.cevt.forms.relayed_contribution import RelayedContributionForm
from triage.cevt.selectors.relayed_contribution import Away, away
from triage.cevt.services.contribution import contribution_relay


@requires_child(Shape.PAGE, Part.CONTRIBUTIONS, work=Work.DECISIONS, methods=FORM)
def relayed_contribution(request: HttpRequest, opened: OpenChild, agency_id: UUID) -> HttpResponse:
    """What somebody of the agency told, who, how and when; the agency may add its own, and neither is lost."""
    place = _place(opened, agency_id)
    if request.method != "POST":
        about = place.item.public_id if place.item else None
        return _page(
            request, opened, place, RelayedContributionForm(initial={"about": about, "seen": place.seen})
        )
    form = RelayedContributionForm(request.POST)
    if handle_form(request, form, lambda: _write(request, opened, place, form)):
        messages.success(
            request, f"Written down, as told by {place.agency}. Everybody at the table reads it now."
        )
        return redirect("cevt:sheet", public_id=opened.child.public_id)
    if form.lost:
        # What is there by now is on the page above the form, and seen: sent again, ours is written after it.
        data = request.POST.copy()
        data["seen"] = str(form.lost.version)
        again = RelayedContributionForm(data)
        again.is_valid()
        again.add_error(
            "text",
            f"{form.lost.by} wrote for this agency meanwhile. Read it above, then send what yours adds.",
        )
        return _page(request, opened, _place(opened, agency_id), again, 409)
    return _page(request, opened, _place(opened, agency_id), form, form.status)


def _place(opened: OpenChild, agency_id: UUID) -> Away:
    """The agency at this address. Raises Http404 for one without a seat at this child's CEVT."""
    absent_agency = away(opened, agency_id)
    if absent_agency is None:
        raise Http404
    return absent_agency


def _write(request: HttpRequest, opened: OpenChild, place: Away, form: RelayedContributionForm) -> None:
    contribution_relay(
        acting_user(request),
        child=opened.child,
        about=form.cleaned_data["about"],
        agency=place.agency,
        told=form.told,
        seen=form.cleaned_data["seen"],
    )


def _page(
    request: HttpRequest, opened: OpenChild, place: Away, form: RelayedContributionForm, status: int = 200
) -> HttpResponse:
    own = place.agency.pk == acting_user(request).agency_id
    context = {
        **child_page(request, opened),
        "place": place,
        "form": form,
        "own": own,
        "writes": place.item is not None and not own and not place.answer.answered_itself,
    }
    return render(request, "triage/cevt/relayed_contribution.html", context, status=status)
