"""The directory that everybody reads, and the pages on which an administrator keeps the helplines (K3)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.directory import selectors
from cems.accounts.directory.forms import HelplineForm, terms_of
from cems.accounts.directory.services import helpline_write
from cems.accounts.models import Helpline
from cems.accounts.roles import Work
from cems.base.access_control import FORM, Shape, requires_sign_in
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import today


@requires_sign_in(Shape.PAGE, reason="numbers of desks and helplines, about no child")
def directory(request: HttpRequest) -> HttpResponse:
    """Who to ring, with the hours; by a name if one is typed."""
    words = request.GET.get("q", "")[:80].strip()
    lists = selectors.directory(acting_user(request), words, today())
    return render(request, "directory/directory.html", {"lists": lists, "words": words})


@requires_work(Shape.PAGE, Work.ADMINISTRATION)
def helplines(request: HttpRequest) -> HttpResponse:
    """Every helpline, those that have ended too."""
    return render(request, "directory/helplines.html", {"rows": selectors.helplines(), "today": today()})


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def helpline_new(request: HttpRequest) -> HttpResponse:
    """Add a helpline."""
    return _helpline_page(request, None)


@requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)
def helpline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a helpline, or say its last day."""
    return _helpline_page(request, or_404(selectors.helpline_at(public_id)))


def _helpline_page(request: HttpRequest, row: Helpline | None) -> HttpResponse:
    form = HelplineForm(request.POST or None, helpline=row)

    def write() -> Helpline:
        version = form.cleaned_data["version"]
        return helpline_write(acting_user(request), terms=form.terms, helpline=row, version=version)

    if handle_form(request, form, write):
        messages.success(request, f"Saved {form.cleaned_data['name']}.")
        return redirect("directory:helplines")
    context = {
        "form": form,
        "differences": form.read_theirs(terms_of(row), row.version) if row else [],
        "page_title": "Change a helpline" if row else "Add a helpline",
        "back_url": reverse("directory:helplines"),
    }
    return render(request, "people/form.html", context, status=form.status)
