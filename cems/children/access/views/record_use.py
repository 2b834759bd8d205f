"""Reading a child's record: overview, chronology, record use; and its statuses and notes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.roles import Part
from cems.audit.selectors import record_use as uses_of
from cems.base.access_control import Shape
from cems.base.keyset import AFTER, next_url
from cems.children.access.selectors.record_use import folded
from cems.children.access_control import OpenChild, requires_child
from cems.children.history.selectors.involvement import cluster_public_ids
from cems.children.identity.page_context import child_page


@requires_child(Shape.PAGE, Part.RECORD_USE)
def record_use(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Who looked at this record, when and why (A3)."""
    page = uses_of(cluster_public_ids(opened.child), after=request.GET.get(AFTER, ""))
    context = {
        **child_page(request, opened),
        "groups": folded(page.rows),
        "older_url": next_url(request, page.after),
    }
    return render(request, "children/record_use.html", context)
