"""What leaves a record and what does not: asked before a document is taken away, read afterwards (A4)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part, Work
from cems.base.access_control import FORM, Shape
from cems.base.forms import handle_form
from cems.base.keyset import AFTER, next_url
from cems.children.access.document import document_url, is_answered, remember_answered
from cems.children.access.forms.disclosure import OUTSIDE, DocumentForm, NotSharedForm
from cems.children.access.selectors import disclosure as reads
from cems.children.access.services.disclosure import disclosure_record, disclosure_refuse, document_keep
from cems.children.access_control import OpenChild, requires_child
from cems.children.identity.page_context import child_page
from cems.children.slots import ChildDocument
from cems.children.view_helpers import form_page

TAB = "children:disclosures"
# Whoever acts on the record answers for what is shared of it; who only reads it writes nothing here.
SHARING = (Work.OWN_ACTIONS, Work.DISCLOSURE)


@requires_child(Shape.PAGE, Part.INVOLVED)
def disclosures(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """What of this record was disclosed, taken as a document, or not shared; newest first."""
    page = reads.disclosures(acting_user(request), opened, request.GET.get(AFTER, ""))
    context = {
        **child_page(request, opened),
        "rows": reads.lines(page.rows),
        "older_url": next_url(request, page.after),
        "may_write": opened.access.may(*SHARING),
        "sees_use": opened.access.sees(Part.RECORD_USE),
    }
    return render(request, "children/disclosures.html", context)


@requires_child(
    Shape.PAGE,
    Part.INVOLVED,
    Part.CHRONOLOGY,
    Part.MATRIX,
    Part.DECISIONS,
    Part.OWN_SUBMISSIONS,
    methods=FORM,
)
def take(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Before a document is taken away: to whom it goes, why, on which basis; or for work in the partnership."""
    address = request.GET.get("document", "")
    document = reads.document_at(opened, address)
    if address and document is None:
        raise Http404
    if document is None or not opened.access.exports:
        context = {**child_page(request, opened, current=TAB), "exports": opened.access.exports}
        return render(request, "children/document_none.html", context)
    ready = "asked" in request.GET and is_answered(request, opened.child.public_id, address)
    form = DocumentForm(request.POST or None)
    if handle_form(request, form, lambda: _take(request, opened, document, form)):
        remember_answered(request, opened.child.public_id, address)
        return redirect(f"{document_url(opened.child.public_id, address)}&asked=1")
    context = {
        **child_page(request, opened, current=TAB),
        "form": form,
        "document": document,
        "ready_url": address if ready else "",
        "sees_disclosures": opened.access.sees(Part.INVOLVED),
    }
    return render(request, "children/document_take.html", context, status=form.status)


def _take(request: HttpRequest, opened: OpenChild, document: ChildDocument, form: DocumentForm) -> None:
    user, data = acting_user(request), form.cleaned_data
    child, name, part = opened.child, document.url_name, document.part
    if data["whose"] == OUTSIDE:
        disclosure_record(
            user,
            child=child,
            document=name,
            part=part,
            to=data["to"],
            purpose=data["purpose"],
            lawful_basis=data["lawful_basis"],
        )
    else:
        document_keep(user, child=child, document=name, part=part, purpose=data["purpose"])


@requires_child(Shape.PAGE, Part.INVOLVED, work=SHARING, methods=FORM)
def not_shared(request: HttpRequest, opened: OpenChild) -> HttpResponse:
    """Something was asked for and not shared, and why not."""
    form = NotSharedForm(request.POST or None)
    if handle_form(
        request, form, lambda: disclosure_refuse(acting_user(request), child=opened.child, **form.values)
    ):
        messages.success(request, f"Recorded: what of {opened.child.name} was not shared, and why.")
        return redirect(TAB, public_id=opened.child.public_id)
    text = "The people who work with the child read it, so that nobody shares it by mistake."
    title = "Not shared, because …"
    return form_page(request, opened, form, title=title, text=text, current=TAB)
