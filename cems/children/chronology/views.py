"""Reading a child's record: overview, chronology, record use; and its statuses and notes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.access_control import Shape
from cems.base.errors import Invalid
from cems.base.keyset import AFTER, next_url
from cems.base.time import now
from cems.children.access.document import document_url
from cems.children.access_control import OpenChild, requires_child
from cems.children.chronology import selectors as line_of_time
from cems.children.identity.page_context import child_page
from cems.documents.rendering import Paper, available, pdf_response, render_pdf


@requires_child(Shape.PAGE, Part.CHRONOLOGY)
def chronology(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Everything about the child on one line of time; filtered and paged by the address, printable whole."""
    refused, everything = "", "all" in request.GET
    try:
        asked = _asked(request)
    except Invalid as refusal:
        refused, asked = refusal.message, line_of_time.Filters(request.GET.get("kind", ""))
    page = line_of_time.chronology(
        opened, asked=asked, after=request.GET.get(AFTER, ""), everything=everything
    )
    url = reverse("children:chronology", args=[opened.child.public_id])
    kinds = [("", "Everything"), *((kind, kind) for kind in page.kinds)]
    paper_url = reverse("children:chronology_pdf", args=[opened.child.public_id])
    context = {
        **child_page(request, opened),
        "page": page,
        "asked": asked,
        "refused": refused,
        "everything": everything,
        "filters": [
            (kind, label, f"{url}?{urlencode({**asked.keys, 'kind': kind})}") for kind, label in kinds
        ],
        "all_url": f"{url}?{urlencode({**asked.keys, 'all': '1'})}",
        "pdf_url": document_url(opened.child.public_id, f"{paper_url}?{urlencode(asked.keys)}")
        if available()
        else "",
        "older_url": next_url(request, page.after),
    }
    return render(request, "children/chronology.html", context, status=400 if refused else 200)


@requires_child(Shape.PDF, Part.CHRONOLOGY)
def chronology_pdf(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """The chronology on paper, as asked for; taking it away is audited."""
    asked, user, instant = _asked(request), acting_user(request), now()
    page = line_of_time.chronology(opened, asked=asked, everything=True)
    paper = Paper("Chronology", opened.child.reference, f"{user}, {user.agency}", instant)
    context = {"child": opened.child, "page": page, "told": asked.said}
    made = render_pdf("documents/chronology.html", context, paper)
    record(
        user,
        verb=Verb.DOWNLOADED,
        subject=opened.child,
        child=opened.child.public_id,
        part=Part.CHRONOLOGY,
        reason=opened.access.why,
        at=instant,
    )
    return pdf_response(made, paper)


def _asked(request: HttpRequest) -> line_of_time.Filters:
    """The kind and the days of the address; no words ever stand there."""
    return line_of_time.filters_from(*(request.GET.get(name, "") for name in ("kind", "from", "to")))
