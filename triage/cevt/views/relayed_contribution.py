"""The chair writes down what an agency that is away told: it rang in, or sent a mail (T3)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.errors import Conflict, Invalid, Overtaken
from cems.base.idempotency import once
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
    if not form.is_valid():
        return _page(request, opened, place, form, 400)
    try:
        _write(request, opened, place, form)
    except Overtaken as lost:
        # What is there by now is on the page above the form, and seen: sent again, ours is written after it.
        data = request.POST.copy()
        data["seen"] = str(lost.version)
        again = RelayedContributionForm(data)
        again.is_valid()
        again.add_error(
            "text", f"{lost.by} wrote for this agency meanwhile. Read it above, then send what yours adds."
        )
        return _page(request, opened, _place(opened, agency_id), again, 409)
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        status = 409 if isinstance(refusal, Conflict) else 400
        return _page(request, opened, _place(opened, agency_id), form, status)
    messages.success(
        request, f"Written down, as told by {place.agency}. Everybody at the table reads it now."
    )
    return redirect("cevt:sheet", public_id=opened.child.public_id)


def _place(opened: OpenChild, agency_id: UUID) -> Away:
    """The agency at this address. Raises Http404 for one without a seat at this child's CEVT."""
    found = away(opened, agency_id)
    if found is None:
        raise Http404
    return found


def _write(request: HttpRequest, opened: OpenChild, place: Away, form: RelayedContributionForm) -> None:
    """Write it down once, however often the form is sent. Raises what the service raises."""
    data, user = form.cleaned_data, acting_user(request)

    def perform() -> dict[str, str]:
        row = contribution_relay(
            user,
            child=opened.child,
            about=data["about"],
            agency=place.agency,
            told=form.told,
            seen=data["seen"],
        )
        return {"relayed_contribution": str(row.public_id)}

    body = {name: str(value) for name, value in data.items() if name != "key"}
    to = {"child": str(opened.child.public_id), "agency": place.agency.code}
    once(user, key=data["key"], action="triage.relayed_contribution", body=body | to, perform=perform)


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
