"""Reading a child's record: overview, chronology, record use; and its statuses and notes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import Shape
from cems.children.access_control import OpenChild, requires_child
from cems.children.history.selectors.involvement import waits_of
from cems.children.identity.page_context import child_page
from cems.children.identity.selectors.overview import overview as overview_of


@requires_child(Shape.PAGE, Part.IDENTITY, Part.OWN_SUBMISSIONS)
def overview(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """What matters now, a year at a glance, and each app's panel."""
    context = {
        **child_page(request, opened),
        "overview": overview_of(acting_user(request), opened),
        "claim": waits_of(acting_user(request), opened.child),
        "may_change": opened.access.sees(Part.IDENTITY) and opened.access.may(Work.RECORD),
        "may_decide_age": opened.child.presumed_child and opened.access.may(Work.STATUS),
        "may_match": opened.access.sees(Part.IDENTITY) and opened.access.may(Work.DUPLICATES),
    }
    return render(request, "children/overview.html", context)
